// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/exports.hpp"
#include "cli/interrupts.hpp"
#include "cli/progress.hpp"
#include "core/folders.hpp"
#include "core/text.hpp"
#include "figures/figure_files.hpp"
#include "run/preset/preset.hpp"
#include "run/record/result.hpp"
#include "run/report/sweep_report.hpp"
#include "run/sweep/sweep_table.hpp"

namespace tempera::cli {

namespace fs = std::filesystem;

namespace {

struct SweepArguments {
    PresetArguments preset;
    std::vector<std::string> grid, exports{"svg"};
    int seeds = 0, jobs = 0;
    std::string out, progress = "auto";
    bool resume = false;
};

int sweep(const SweepArguments& a) {
    check_exports(a.exports, figure_formats());
    const Json preset = a.preset.load();
    const SweepPlan plan = plan_sweep(preset, a.grid, a.seeds);
    SweepOptions options;
    options.folder = a.out.empty() ? fs::path("out") / (plan.name + "_sweep") : fs::path(a.out);
    if (!a.resume && is_taken(options.folder)) {
        if (a.out.empty()) {
            options.folder = free_folder(options.folder);
        } else if (!fs::is_directory(options.folder) || !fs::is_empty(options.folder)) {
            throw ConfigError("--out " + a.out,
                              "exists already; choose another folder or add --resume to complete it");
        }
    }
    options.jobs = a.jobs;
    options.resume = a.resume;
    options.stop = interrupt_token();
    SweepResult result;
    {
        Progress progress(a.progress);
        options.progress = [&](long done, long total) {
            progress.update(static_cast<double>(done) / static_cast<double>(total),
                            "run " + std::to_string(done) + " of " + std::to_string(total));
        };
        options.training_progress = [&](double fraction, const std::string& text) {
            progress.update(fraction, text);
        };
        result = run_sweep(plan, options);
        write_sweep_report(plan, result, options.folder, a.exports);
    }
    std::cout << printable(sweep_text_table(plan, result.summaries)) << "\n"
              << plan.cells.size() << " runs; report.html, results.csv, means.csv and figures are in "
              << options.folder.string() << "\n";
    std::cout.flush();
    if (!result.complete) {
        std::cerr << "tempera: interrupted; add --resume to complete the sweep\n";
        return interrupted;
    }
    if (result.n_failed > 0) {
        std::cerr << "tempera: " << result.n_failed << " of " << plan.cells.size()
                  << " runs failed; report.html and results.csv say why\n";
        return numerical_failure;
    }
    return ok;
}

}  // namespace

void add_sweep(CLI::App& app, Action& action) {
    auto a = std::make_shared<SweepArguments>();
    CLI::App* c = app.add_subcommand("sweep", "Run every combination of some settings, with several seeds");
    a->preset.add_to(*c);
    c->add_option("--grid", a->grid,
                  "Values of a setting: --grid path.n_levels=32,64 (may be repeated); default: the preset's "
                  "sweep section")
        ->allow_extra_args(false)
        ->type_name("A.B=V1,V2");
    c->add_option("--seeds", a->seeds, "Runs per combination, with seeds run.seed, run.seed+1, ...")
        ->check(CLI::Range(1, 100000));
    c->add_option("--out", a->out, "Folder of the result; default out/NAME_sweep")
        ->type_name("DIR")
        ->check(not_empty);
    c->add_option("--export", a->exports, "Figures as svg (default), pdf, png, csv (separated by commas)")
        ->delimiter(',')
        ->type_name("LIST");
    c->add_option("--jobs", a->jobs, "Runs side by side (0 = one per core)")->check(CLI::Range(0, 1024));
    c->add_option("--progress", a->progress, "auto, plain or none")
        ->check(CLI::IsMember({"auto", "plain", "none"}));
    c->add_flag("--resume", a->resume, "Keep the runs that the folder already holds");
    c->footer(R"(Examples:
  tempera sweep kernel_shootout                            the grid is in the preset
  tempera sweep two_lakes --grid path.n_levels=16,32,64 --grid kernel.type=first_order,second_order --seeds 3 --out out/orders)");
    c->callback([a, &action] { action = [a] { return sweep(*a); }; });
}

}  // namespace tempera::cli
