// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <utility>

#include "cli/commands.hpp"
#include "cli/exports.hpp"
#include "cli/interrupts.hpp"
#include "cli/progress.hpp"
#include "core/folders.hpp"
#include "core/npy.hpp"
#include "core/text.hpp"
#include "figures/figure_files.hpp"
#include "run/figures/training_figures.hpp"
#include "run/preset/preset.hpp"
#include "run/record/result.hpp"
#include "run/record/summary.hpp"
#include "run/report/training_report.hpp"
#include "run/training/training.hpp"
#include "run/training/training_folder.hpp"

namespace tempera::cli {

namespace fs = std::filesystem;

namespace {

struct TrainArguments {
    PresetArguments preset;
    std::string out, progress = "auto";
    std::vector<std::string> exports;
    bool resume = false, force = false;
};

std::string describe_weights(const Json& level) {
    std::string out = "  sigma " + value_text(level["sigma"]) + ": loss " + value_text(level["loss"]);
    if (level["score_energy"].is_number()) {
        out += ", relative score error " + value_text(relative_score_error(noise_level_of(level)));
    }
    if (level["learned_mode_weights"].is_array()) {
        out += ", learned mode weights";
        for (const Json& w : level["learned_mode_weights"]) {
            out += " " + value_text(w);
        }
    }
    return out;
}

void write_exports(const fs::path& folder, const std::vector<std::string>& exports) {
    if (exports.empty()) {
        return;
    }
    const TrainingResult stored = read_training_folder(folder);
    write_figures(training_figures(snapshot_of(stored)), exports, palette("light"), folder);
    if (std::find(exports.begin(), exports.end(), "html") != exports.end()) {
        write_file_atomically(folder / "report.html", training_html(stored));
    }
}

int train(const TrainArguments& a) {
    check_exports(a.exports, {"csv", "svg", "pdf", "png", "html"});
    const Json resolved = resolve_preset(a.preset.load());
    fs::path folder =
        a.out.empty() ? fs::path("out") / (resolved["name"].get<std::string>() + "-model") : fs::path(a.out);
    const bool going_on = a.resume && fs::exists(folder / "checkpoint.pt");
    if (a.out.empty() && !a.resume && !a.force) {
        folder = free_folder(folder);
    } else if (is_taken(folder) && !a.resume && !a.force) {
        throw ConfigError(
            "--out " + folder.string(),
            "exists already; choose another folder, --resume its training or add --force to replace it");
    }
    TrainingResult result;
    {
        Progress progress(a.progress);
        TrainingCallbacks callbacks;
        callbacks.stop = interrupt_token();
        callbacks.checkpoints = folder;
        callbacks.progress = [&](const TrainingProgress& p) {
            progress.update(static_cast<double>(p.step) / static_cast<double>(p.n_steps),
                            "step " + std::to_string(p.step) + ", loss " + value_text(p.losses->total) +
                                ", " + value_text(p.steps_per_second) + " steps/s");
        };
        result = train_model(resolved, callbacks, going_on ? folder : fs::path());
    }
    std::string problem;
    const fs::path wanted = std::exchange(folder, save_training(result, folder, problem));
    if (!problem.empty()) {
        std::cerr << "tempera: " << problem << "\n"
                  << "tempera: --out " << wanted.string()
                  << ": could not be used; nothing is lost, the training was saved in " << folder.string()
                  << "\n";
    }
    write_exports(folder, a.exports);
    std::cout << result.report["steps"] << " steps in " << value_text(result.report["seconds"]) << " s\n";
    for (const Json& level : result.report["levels"]) {
        if (is_reported(level["sigma"].get<double>())) {
            std::cout << describe_weights(level) << "\n";
        }
    }
    std::cout << printable(training_table(result)) << "  folder " << folder.string() << "\n";
    std::cout.flush();
    if (result.report["status"] == "failed") {
        std::cerr << "tempera: " << result.report["error"].get<std::string>() << " in " << folder.string()
                  << "\n";
        return numerical_failure;
    }
    if (result.report["status"] == "partial") {
        std::cerr << "tempera: interrupted; go on with --resume --out " << folder.string() << "\n";
        return interrupted;
    }
    return problem.empty() ? ok : bad_input;
}

}  // namespace

void add_train(CLI::App& app, Action& action) {
    auto a = std::make_shared<TrainArguments>();
    CLI::App* c = app.add_subcommand("train", "Train the model of a preset");
    a->preset.add_to(*c, false);
    c->add_option("--out", a->out, "Training folder; default out/NAME-model, NAME-model-2 when taken")
        ->check(not_empty)
        ->type_name("DIR");
    c->add_option("--progress", a->progress, "auto, plain or none")
        ->check(CLI::IsMember({"auto", "plain", "none"}));
    c->add_option("--export", a->exports, "Also write: csv, svg, pdf, png, html (separated by commas)")
        ->delimiter(',')
        ->type_name("LIST");
    c->add_flag("--resume", a->resume,
                "Go on from the folder's checkpoint, up to training.n_steps; the bits are those of one run");
    c->add_flag("--force", a->force, "Replace the folder's training");
    c->footer(R"(Examples:
  tempera train learned_two_lakes_dsm --out out/dsm --export html,svg
  tempera train my.json --set model.training.n_steps=6000 --out out/dsm --resume
  tempera run my.json --set model.file=out/dsm
The folder holds weights.npz, training.json (losses and learned mode weights by noise level), loss.csv and checkpoint.pt.)");
    c->callback([a, &action] { action = [a] { return train(*a); }; });
}

}  // namespace tempera::cli
