// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/interrupts.hpp"
#include "cli/progress.hpp"
#include "models/model.hpp"
#include "run/experiment.hpp"
#include "run/preset.hpp"
#include "run/result.hpp"
#include "run/training.hpp"

namespace tempera::cli {

namespace fs = std::filesystem;

namespace {

struct RunArguments {
    PresetArguments preset;
    std::string out, progress = "auto";
    std::vector<std::string> exports, assertions;
    bool force = false, resume = false;
};

const std::vector<std::string>& export_kinds() {
    static const std::vector<std::string> kinds = {"csv", "npz", "svg", "pdf", "png", "html"};
    return kinds;
}

void check_exports(const std::vector<std::string>& exports) {
    for (const std::string& e : exports) {
        if (std::find(export_kinds().begin(), export_kinds().end(), e) == export_kinds().end()) {
            const std::string near = nearest_name(e, export_kinds());
            throw ConfigError("--export",
                              "\"" + e + "\" is not known" +
                                  (near.empty() ? std::string() : "; did you mean \"" + near + "\"?") +
                                  " (any of: csv, npz, svg, pdf, png, html)");
        }
    }
}

enum class Held { nothing, finished, unfinished, another };

/// What stands in `folder`, seen from the run of a preset.
Held held_in(const fs::path& folder, const Json& resolved) {
    std::ifstream summary(folder / "summary.json");
    if (!summary || !fs::exists(folder / "preset.json")) {
        return Held::nothing;
    }
    const Json s = Json::parse(summary, nullptr, false);
    Json before = resolve_preset(load_preset(folder / "preset.json")), now = resolved;
    if (before["model"].value("file", "") == fs::absolute(folder / "model").lexically_normal().string()) {
        before["model"]["file"] = resolved["model"].value("file", "");  // trained on the way
    }
    for (Json* p : {&before, &now}) {
        for (const char* key : {"made_by", "edits", "view", "note"}) {
            p->erase(key);
        }
        (*p)["run"].erase("checkpoint_seconds");
    }
    return before != now                                          ? Held::another
           : s.is_object() && s.value("status", "") == "finished" ? Held::finished
                                                                  : Held::unfinished;
}

/// A folder that cannot be made is found out before the run, not after it.
void check_writable(const fs::path& folder) {
    const fs::path target = fs::absolute(folder).lexically_normal();
    const fs::path name = target.has_filename() ? target : target.parent_path();
    const fs::path probe = name.string() + ".probe-" + std::to_string(getpid());
    std::error_code error;
    fs::create_directories(name.parent_path(), error);
    if (!error) {
        fs::create_directory(probe, error);
    }
    std::error_code ignored;
    fs::remove(probe, ignored);
    if (error) {
        throw ConfigError("--out " + folder.string(),
                          "cannot be made (" + error.message() + "); choose a folder that you may write to");
    }
}

/// Writes the run where it was asked for; when that has been taken or filled up meanwhile, beside it or in
/// the temporary folder. Returns where it is.
fs::path save(const RunResult& result, const fs::path& folder, const std::vector<std::string>& exports,
              bool replace) {
    try {
        if (replace) {
            write_run_folder(result, folder, exports, true);
            return folder;
        }
        return add_run_folder(result, folder, exports);
    } catch (const std::exception& error) {
        std::cerr << "tempera: " << error.what() << "\n";
    }
    return add_run_folder(result, fs::temp_directory_path() / result.preset["name"].get<std::string>(),
                          exports);
}

/// A training on its way into a run folder; removed when the run fails.
struct TrainedBeside {
    explicit TrainedBeside(const fs::path& run)
        : folder(fs::absolute(run).lexically_normal().string() + ".model-" + std::to_string(getpid())) {}
    ~TrainedBeside() {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
    TrainedBeside(const TrainedBeside&) = delete;
    TrainedBeside& operator=(const TrainedBeside&) = delete;
    fs::path folder;
};

/// Trains the model of a preset that names no file; returns the folder.
std::string train_first(const Json& resolved, const fs::path& folder, Progress& progress) {
    TrainingCallbacks callbacks;
    callbacks.stop = interrupt_token();
    callbacks.progress = [&](const TrainingProgress& p) {
        progress.update(static_cast<double>(p.step) / static_cast<double>(p.n_steps),
                        "training the model, step " + std::to_string(p.step));
    };
    const TrainingResult trained = train_model(resolved, callbacks);
    if (trained.report["status"] == "partial") {
        throw Stopped{};
    }
    if (trained.report["status"] == "failed") {
        throw NumericalError(trained.report["error"].get<std::string>(), 0, -1);
    }
    write_training_folder(trained, folder);
    return folder.string();
}

int judge(const Json& summary, const std::vector<std::string>& assertions) {
    int code = ok;
    for (const std::string& a : assertions) {
        const bool good = holds(summary, a);
        std::cerr << (good ? "holds: " : "does not hold: ") << a << "\n";
        code = good ? code : assertion_failed;
    }
    return code;
}

int run(const RunArguments& a) {
    const Json resolved = resolve_preset(a.preset.load());
    check_exports(a.exports);
    const std::string name = resolved["name"].get<std::string>();
    fs::path folder = a.out.empty() ? fs::path("out") / name : fs::path(a.out);
    const Held held = a.resume ? held_in(folder, resolved) : Held::nothing;
    if (held == Held::finished) {
        const RunResult before = read_run_folder(folder);
        std::cerr << folder.string() << " already holds this run\n";
        std::cout << summary_table(before);
        return judge(before.summary, a.assertions);
    }
    if (held == Held::another && !a.force) {
        throw ConfigError(
            "--out " + folder.string(),
            "holds a run of another preset; choose another folder or add --force to replace it");
    }
    const bool replace = a.force || held == Held::unfinished;
    if (a.out.empty() && !replace) {
        folder = free_folder(folder);
    } else if (fs::exists(folder) && !replace) {
        throw ConfigError("--out " + folder.string(),
                          "exists already; choose another folder or add --force to replace it");
    }
    if (fs::exists(folder) && !is_replaceable(folder)) {
        throw ConfigError("--out " + folder.string(),
                          "exists and is no run folder; it is not replaced, choose another one");
    }
    check_writable(folder);
    Json used = resolved;
    const bool trains = resolved["path"]["type"] == "learned_diffusion" && needs_training(resolved["model"]);
    const TrainedBeside beside(folder);
    RunResult result;
    {
        Progress progress(a.progress);
        if (trains) {
            used["model"]["file"] = train_first(resolved, beside.folder, progress);
        }
        RunCallbacks callbacks;
        callbacks.stop = interrupt_token();
        callbacks.progress = [&](double fraction, const std::string& text) {
            progress.update(fraction, text);
        };
        result = run_preset(used, callbacks);
    }
    const fs::path wanted = folder;
    if (trains) {
        result.preset["model"]["file"] = "model";  // beside the preset, wherever the folder goes
        result.model_folder = beside.folder;
    }
    folder = save(result, wanted, a.exports, replace);
    if (folder != wanted) {
        std::cerr << "tempera: --out " << wanted.string()
                  << ": could not be used; nothing is lost, the run was saved in " << folder.string() << "\n";
    }
    std::cout << summary_table(result);
    std::cout << "  folder                " << folder.string()
              << (std::find(a.exports.begin(), a.exports.end(), "html") != a.exports.end()
                      ? "  (open report.html)"
                      : "")
              << "\n";
    std::cout.flush();
    const std::string status = result.summary["status"].get<std::string>();
    if (status == "failed") {
        std::cerr << "tempera: numerical failure; what was reached is in " << folder.string() << "\n";
        return numerical_failure;
    }
    if (status == "partial") {
        std::cerr << "tempera: interrupted; what was reached is in " << folder.string()
                  << " and marked partial\n";
        return interrupted;
    }
    const int verdict = judge(result.summary, a.assertions);
    return verdict == ok && folder != wanted && !a.out.empty() ? bad_input : verdict;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
    auto a = std::make_shared<RunArguments>();
    CLI::App* c = app.add_subcommand("run", "Run one experiment without a window");
    a->preset.add_to(*c);
    c->add_option("--out", a->out, "Folder of the result; default out/NAME, NAME-2 when taken")
        ->type_name("DIR");
    c->add_option("--export", a->exports, "Also write: csv, npz, svg, pdf, png, html (separated by commas)")
        ->delimiter(',')
        ->type_name("LIST");
    c->add_option("--assert", a->assertions,
                  "Exit with 4 unless KEY OP VALUE holds for summary.json (may be repeated)")
        ->allow_extra_args(false)
        ->type_name("EXPR");
    c->add_option("--progress", a->progress, "auto, plain or none")
        ->check(CLI::IsMember({"auto", "plain", "none"}));
    c->add_flag("--force", a->force, "Replace the folder when it holds a run");
    c->add_flag(
        "--resume", a->resume,
        "Keep the folder when it holds this run finished; run again otherwise (same seed, same bits)");
    c->footer(R"(Examples:
  tempera run two_lakes
  tempera run two_lakes --set sampler.n_particles=65536 --set kernel.type=first_order --threads 2
  tempera run my.json --out out/a --export csv,svg,html --assert 'abs(log_z_error) < 0.05' --assert 'ess_fraction > 0.9'
The summary goes to stdout, progress to stderr. Ctrl+C keeps what was reached (status partial, exit code 130).)");
    c->callback([a, &action] { action = [a] { return run(*a); }; });
}

}  // namespace tempera::cli
