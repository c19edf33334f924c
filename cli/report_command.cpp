// SPDX-License-Identifier: MIT
// The HTML report of a run, and several runs side by side.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "core/folders.hpp"
#include "core/npy.hpp"
#include "core/text.hpp"
#include "run/folder/run_folder.hpp"
#include "run/preset/preset.hpp"
#include "run/record/result.hpp"
#include "run/report/comparison.hpp"
#include "run/report/report.hpp"
#include "run/report/training_report.hpp"
#include "run/training/training_folder.hpp"

namespace tempera::cli {

namespace fs = std::filesystem;

namespace {

int report(const std::string& folder, const std::string& out) {
    const fs::path file = out.empty() ? fs::path(folder) / "report.html" : fs::path(out);
    const bool training = is_training_folder(folder);
    write_file_atomically(file, training ? training_html(read_training_folder(folder))
                                         : html_report(read_run_folder(folder)));
    std::cout << file.string() << "\n";
    return ok;
}

int compare(const std::vector<std::string>& folders, const std::string& out) {
    std::vector<RunResult> runs;
    std::vector<std::string> names;
    for (const std::string& f : folders) {
        runs.push_back(read_run_folder(f));
        const fs::path normal = (fs::path(f) / "").lexically_normal().parent_path();
        names.push_back(normal.filename().string().empty() ? f : normal.filename().string());
    }
    const Comparison comparison = compare_runs(runs, names);
    std::cout << printable(comparison.table);
    if (out.empty()) {
        return ok;
    }
    if (is_taken(out) && !(fs::is_directory(out) && fs::is_empty(out))) {
        throw ConfigError("--out " + out, "exists already; choose another folder");
    }
    fs::create_directories(fs::path(out) / "figures");
    write_file_atomically(fs::path(out) / "comparison.csv", comparison.csv);
    for (const PlotSpec& plot : comparison.figures) {
        write_file_atomically(fs::path(out) / "figures" / (plot.id + ".svg"), to_svg(plot, palette("light")));
    }
    write_file_atomically(fs::path(out) / "report.html", comparison_html(comparison));
    std::cout << (fs::path(out) / "report.html").string() << "\n";
    return ok;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
    struct Arguments {
        std::string folder, out;
    };
    auto a = std::make_shared<Arguments>();
    CLI::App* c = app.add_subcommand("report", "Write the HTML report of a run or a training");
    c->add_option("RUN", a->folder, "Run folder or training folder")->required();
    c->add_option("--out", a->out, "HTML file; default RUN/report.html")->type_name("FILE")->check(not_empty);
    c->footer("Example:\n  tempera report out/two_lakes");
    c->callback([a, &action] { action = [a] { return report(a->folder, a->out); }; });
}

void add_compare(CLI::App& app, Action& action) {
    struct Arguments {
        std::vector<std::string> folders;
        std::string out;
    };
    auto a = std::make_shared<Arguments>();
    CLI::App* c = app.add_subcommand("compare", "Runs side by side: a table and overlaid figures");
    c->add_option("RUN", a->folders, "Run folders")->required()->expected(1, 64);
    c->add_option("--out", a->out, "Folder for comparison.csv, figures and report.html")
        ->type_name("DIR")
        ->check(not_empty);
    c->footer("Example:\n  tempera compare out/two_lakes out/two_lakes-2 --out out/both");
    c->callback([a, &action] { action = [a] { return compare(a->folders, a->out); }; });
}

}  // namespace tempera::cli
