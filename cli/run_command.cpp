// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/exports.hpp"
#include "cli/interrupts.hpp"
#include "cli/progress.hpp"
#include "core/files.hpp"
#include "core/folders.hpp"
#include "core/text.hpp"
#include "models/model.hpp"
#include "paths/density_path.hpp"
#include "run/experiment/experiment.hpp"
#include "run/folder/run_folder.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"
#include "run/record/assertion.hpp"
#include "run/record/result.hpp"
#include "run/report/report.hpp"
#include "run/training/training.hpp"
#include "run/work/checkpoint.hpp"
#include "run/work/run_work.hpp"

namespace tempera::cli {

namespace fs = std::filesystem;

namespace {

struct RunArguments {
    PresetArguments preset;
    std::string out, progress = "auto";
    std::vector<std::string> exports, assertions;
    bool force = false, resume = false;
};

enum class Held { nothing, finished, unfinished, another };

/// What stands in `folder`, seen from the run of a preset.
Held held_in(const fs::path& folder, const Json& resolved) {
    if (!fs::exists(folder / "summary.json") || !fs::exists(folder / "preset.json")) {
        return Held::nothing;
    }
    const Json s = parse_json(read_file_text(folder / "summary.json"));
    Json before = resolve_preset(load_preset(folder / "preset.json"));
    const std::string file = before["model"].value("file", "");
    if (!file.empty() && find_file(before, file).parent_path() == before[place_key].get<std::string>()) {
        // the run's own copy, or trained on the way
        before["model"]["file"] = with_found_files(resolved)["model"].value("file", "");
    }
    return !run_difference(before, resolved).empty()              ? Held::another
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

/// A training on its way into a run folder: in the run's checkpoint, where it outlives the program, or else
/// beside the folder until the run is over.
class TrainedBeside {
public:
    TrainedBeside(const fs::path& run, const RunCheckpoint* checkpoint)
        : kept_(checkpoint != nullptr),
          folder_(checkpoint ? checkpoint->folder() / "model"
                             : fs::path(fs::absolute(run).lexically_normal().string() + ".model-" +
                                        std::to_string(getpid()))) {}
    ~TrainedBeside() {
        if (!kept_) {
            std::error_code ignored;
            fs::remove_all(folder_, ignored);
        }
    }
    TrainedBeside(const TrainedBeside&) = delete;
    TrainedBeside& operator=(const TrainedBeside&) = delete;
    const fs::path& folder() const { return folder_; }

private:
    bool kept_;
    fs::path folder_;
};

/// Trains the model of a preset that names no file, unless an interrupted run has done so; returns the
/// folder.
std::string train_first(const Json& resolved, const fs::path& folder, Progress& progress) {
    if (fs::exists(folder)) {
        return folder.string();
    }
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
    PendingFolder pending(folder);
    write_training_folder(trained, pending.path());
    pending.replace(folder);
    return folder.string();
}

int judge(const Json& summary, const std::vector<std::string>& assertions) {
    int code = ok;
    for (const std::string& a : assertions) {
        const bool good = holds(summary, a);
        std::cerr << (good ? "holds: " : "does not hold: ") << a
                  << (good ? std::string() : " (it is " + asserted_value(summary, a) + ")") << "\n";
        code = good ? code : assertion_failed;
    }
    return code;
}

/// Where a run goes, and how.
struct Place {
    fs::path folder, checkpoint;
    bool replace = false;
};

fs::path checkpoint_of(const fs::path& folder) {
    const fs::path whole = fs::absolute(folder).lexically_normal();
    return (whole.has_filename() ? whole : whole.parent_path()).string() + ".checkpoint";
}

Place choose_place(const RunArguments& a, const std::string& name, Held held) {
    Place place;
    place.folder = a.out.empty() ? fs::path("out") / name : fs::path(a.out);
    if (held == Held::another && !a.force) {
        throw ConfigError(
            "--out " + place.folder.string(),
            "holds a run of another preset; choose another folder or add --force to replace it");
    }
    place.replace = a.force || held == Held::unfinished;
    const auto taken = [&](const fs::path& folder) {
        return is_taken(folder) || (!a.resume && fs::exists(checkpoint_of(folder)));
    };
    if (a.out.empty() && !place.replace) {
        const fs::path first = place.folder;
        for (int i = 2; taken(place.folder); ++i) {
            place.folder = first.string() + "-" + std::to_string(i);
        }
    } else if (is_taken(place.folder) && !place.replace) {
        throw ConfigError("--out " + place.folder.string(),
                          "exists already; choose another folder or add --force to replace it");
    }
    if (is_taken(place.folder) && !is_replaceable(place.folder)) {
        throw ConfigError("--out " + place.folder.string(),
                          "exists and is no run folder; it is not replaced, choose another one");
    }
    place.checkpoint = checkpoint_of(place.folder);
    check_writable(place.folder);
    return place;
}

/// The checkpoint of a run that keeps one or goes on from one; null otherwise.
std::unique_ptr<RunCheckpoint> open_checkpoint(const RunArguments& a, const Place& place,
                                               const Json& resolved) {
    const double seconds = resolved["run"]["checkpoint_seconds"].get<double>();
    const bool there = fs::exists(place.checkpoint);
    if (seconds <= 0 && !(there && (a.resume || a.force))) {
        return nullptr;
    }
    const auto mode = a.force    ? RunCheckpoint::Mode::start_again
                      : a.resume ? RunCheckpoint::Mode::go_on
                                 : RunCheckpoint::Mode::begin;
    auto checkpoint = std::make_unique<RunCheckpoint>(place.checkpoint, resolved, seconds, mode);
    if (there && mode == RunCheckpoint::Mode::go_on) {
        std::cerr << "going on from " << place.checkpoint.string() << "\n";
    }
    return checkpoint;
}

/// Trains what must be trained and runs.
RunResult compute(const RunArguments& a, const Json& resolved, const fs::path& trained,
                  RunCheckpoint* checkpoint) {
    Progress progress(a.progress);
    Json used = resolved;
    if (!trained.empty()) {
        used["model"]["file"] = train_first(resolved, trained, progress);
    }
    DriveOptions options;
    options.stop = interrupt_token();
    options.checkpoint = checkpoint;
    options.progress = [&](double fraction, const std::string& text) { progress.update(fraction, text); };
    RunResult result = run_preset(used, options);
    if (!trained.empty()) {
        result.model_folder = trained;
    }
    return result;
}

int tell(const RunArguments& a, const RunResult& result, const fs::path& folder, const fs::path& wanted,
         bool resumable) {
    if (folder != wanted) {
        std::cerr << "tempera: --out " << wanted.string()
                  << ": could not be used; nothing is lost, the run was saved in " << folder.string() << "\n";
    }
    const bool page = std::find(a.exports.begin(), a.exports.end(), "html") != a.exports.end();
    std::cout << printable(summary_table(result)) << "  folder                " << folder.string()
              << (page ? "  (open report.html)" : "") << "\n";
    std::cout.flush();
    const std::string status = result.summary["status"].get<std::string>();
    if (status == "failed") {
        for (const Json& w : result.summary["warnings"]) {
            if (w["id"] == "numerical_failure") {
                std::cerr << "tempera: " << w["text"].get<std::string>() << "\n";
            }
        }
        std::cerr << "tempera: numerical failure; what was reached is in " << folder.string() << "\n";
        return numerical_failure;
    }
    if (status == "partial") {
        std::cerr << "tempera: interrupted; what was reached is in " << folder.string()
                  << " and marked partial"
                  << (resumable ? "; the same command with --resume goes on from there" : "") << "\n";
        return interrupted;
    }
    const int verdict = judge(result.summary, a.assertions);
    return verdict == ok && folder != wanted && !a.out.empty() ? bad_input : verdict;
}

int run(const RunArguments& a) {
    const Json resolved = resolve_preset(a.preset.load());
    check_exports(a.exports, {"csv", "npz", "svg", "pdf", "png", "html"});
    std::for_each(a.assertions.begin(), a.assertions.end(), check_assertion);
    const std::string name = resolved["name"].get<std::string>();
    const fs::path first = a.out.empty() ? fs::path("out") / name : fs::path(a.out);
    const Held held = a.resume ? held_in(first, resolved) : Held::nothing;
    if (held == Held::finished) {
        const RunResult before = read_run_folder(first);
        std::cerr << first.string() << " already holds this run\n";
        std::cout << printable(summary_table(before));
        return judge(before.summary, a.assertions);
    }
    const Place place = choose_place(a, name, held);
    tell_notes(resolved);
    const std::unique_ptr<RunCheckpoint> checkpoint = open_checkpoint(a, place, resolved);
    const bool trains = path_info(resolved["path"]).uses_model && needs_training(resolved["model"]);
    const TrainedBeside beside(place.folder, checkpoint.get());
    const RunResult result = compute(a, resolved, trains ? beside.folder() : fs::path(), checkpoint.get());
    const fs::path folder = save(result, place.folder, a.exports, place.replace);
    const bool resumable = checkpoint && result.summary["status"] == "partial" && folder == place.folder;
    if (checkpoint) {
        if (!checkpoint->warning().empty()) {
            std::cerr << "tempera: " << checkpoint->warning() << "\n";
        }
        if (!resumable) {
            checkpoint->remove();
        }
    }
    return tell(a, result, folder, place.folder, resumable);
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
    auto a = std::make_shared<RunArguments>();
    CLI::App* c = app.add_subcommand("run", "Run one experiment without a window");
    a->preset.add_to(*c);
    c->add_option("--out", a->out, "Folder of the result; default out/NAME, NAME-2 when taken")
        ->check(not_empty)
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
    c->add_flag("--resume", a->resume,
                "Go on from the last state of an interrupted run (run.checkpoint_seconds), same bits; a "
                "finished run is "
                "kept");
    c->footer(R"(Examples:
  tempera run two_lakes
  tempera run two_lakes --set sampler.n_particles=65536 --set kernel.type=first_order --threads 2
  tempera run my.json --out out/a --export csv,svg,html --assert 'abs(log_z_error) < 0.05' --assert 'ess_fraction > 0.9'
  tempera run my.json --out out/long --set run.checkpoint_seconds=60            states in out/long.checkpoint
  tempera run my.json --out out/long --set run.checkpoint_seconds=60 --resume   goes on after any end
The summary goes to stdout, progress to stderr. Ctrl+C, SIGTERM and a closed terminal keep what was reached, also
within a slow level (status partial, exit code 130).)");
    c->callback([a, &action] { action = [a] { return run(*a); }; });
}

}  // namespace tempera::cli
