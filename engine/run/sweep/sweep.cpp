// SPDX-License-Identifier: MIT
#include "run/sweep/sweep.hpp"

#include <atomic>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "core/npy.hpp"
#include "core/parallel.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"
#include "run/sweep/sweep_resume.hpp"
#include "run/training/training.hpp"
#include "run/work/run_work.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

Json read_json(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return in ? parse_json(text.str()) : Json(nullptr);
}

fs::path numbered(const fs::path& folder, std::size_t index) {
    const std::string number = std::to_string(index);
    return folder / (std::string(number.size() < 5 ? 5 - number.size() : 0, '0') + number);
}

Json failure(const std::string& id, const std::string& why) {
    return {{"status", "failed"}, {"error", why}, {"warnings", {{{"id", id}, {"text", why}}}}};
}

/// training.json of model m in the folder, trained now unless it is there; null when stopped.
Json trained(const SweepPlan& plan, std::size_t m, const fs::path& folder, const SweepOptions& options) {
    const Json& preset = plan.trainings[m];
    const Json before = options.resume ? read_json(folder / "training.json") : Json(nullptr);
    if (before.is_object() && before.value("status", "") == "finished" &&
        with_found_files(load_preset(folder / "preset.json"))["model"] == with_found_files(preset)["model"]) {
        return before;
    }
    TrainingCallbacks callbacks;
    callbacks.stop = options.stop;
    callbacks.progress = [&](const TrainingProgress& p) {
        if (options.training_progress) {
            const double all = static_cast<double>(plan.trainings.size());
            options.training_progress(
                (static_cast<double>(m) + static_cast<double>(p.step) / static_cast<double>(p.n_steps)) / all,
                "training model " + std::to_string(m + 1) + " of " + std::to_string(plan.trainings.size()));
        }
    };
    const TrainingResult result = train_model(preset, callbacks);
    if (result.report["status"] == "partial") {
        return nullptr;
    }
    write_training_folder(result, folder);
    return result.report;
}

/// Models one after the other: a training uses every core by itself.
std::vector<Json> train_models(SweepPlan& plan, const SweepOptions& options) {
    std::vector<Json> out;
    for (std::size_t m = 0; m < plan.trainings.size() && !options.stop.stop_requested(); ++m) {
        const fs::path folder = numbered(fs::absolute(options.folder) / "models", m);
        out.push_back(trained(plan, m, folder, options));
        for (SweepCell& cell : plan.cells) {
            if (cell.model == static_cast<int>(m)) {
                cell.preset["model"]["file"] = folder.string();
            }
        }
    }
    out.resize(plan.trainings.size());
    return out;
}

/// One cell's summary; a run that cannot be made or breaks off is recorded with its reason.
Json run_cell(const SweepCell& cell, const Json& training, const std::stop_token& stop) {
    if (cell.model >= 0 && training["status"] != "finished") {
        return failure("training_failed", training.value("error", Json("")).is_string()
                                              ? training["error"].get<std::string>()
                                              : "The training did not finish.");
    }
    Json summary;
    try {
        DriveOptions options;
        options.stop = stop;
        summary = run_preset(cell.preset, options).summary;
    } catch (const NumericalError& e) {
        summary = failure("numerical_failure", e.what());
    } catch (const ConfigError& e) {
        summary = failure("bad_setting", e.what());
    }
    if (cell.model >= 0) {
        summary["training"] = {{"steps", training["steps"]},
                               {"seconds", training["seconds"]},
                               {"losses", training["losses"]},
                               {"held_out", training.value("held_out", Json(nullptr))}};
    }
    return summary;
}

/// The cells that are not there yet, by several workers, each cell into its file as soon as it is done.
class CellRuns {
public:
    CellRuns(const SweepPlan& plan, const SweepOptions& options, SweepResult& result)
        : plan_(plan), options_(options), result_(result) {
        for (std::size_t i = 0; i < plan.cells.size(); ++i) {
            if (result.summaries[i].is_null()) {
                todo_.push_back(i);
            }
        }
        done_ = static_cast<long>(plan.cells.size() - todo_.size());
    }

    /// Throws what ended a worker early (a full disk, say); it ends the others, too, and cells that are there
    /// stay.
    void run() {
        const auto jobs =
            static_cast<std::size_t>(options_.jobs > 0 ? options_.jobs : std::max(1, thread_count()));
        {
            std::vector<std::jthread> workers;
            for (std::size_t j = 0; j < std::min(jobs, todo_.size()); ++j) {
                workers.emplace_back([this] { work(); });
            }
        }
        if (error_ && !options_.stop.stop_requested()) {
            std::rethrow_exception(error_);
        }
    }

private:
    void work() {
        try {
            for (std::size_t at = next_++; at < todo_.size() && !options_.stop.stop_requested();
                 at = next_++) {
                if (!run_one(todo_[at])) {
                    return;
                }
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            error_ = error_ ? error_ : std::current_exception();
            next_ = todo_.size();
        }
    }

    /// False when it was stopped on its way.
    bool run_one(std::size_t i) {
        const SweepCell& cell = plan_.cells[i];
        Json summary =
            run_cell(cell, cell.model < 0 ? Json() : result_.trainings[static_cast<std::size_t>(cell.model)],
                     options_.stop);
        if (summary["status"] == "partial") {
            return false;
        }
        write_file_atomically(
            cell_file(options_.folder, i),
            Json{{"preset", stored_preset(cell.preset, options_.folder)}, {"summary", summary}}.dump() +
                "\n");
        const std::lock_guard lock(mutex_);
        result_.summaries[i] = std::move(summary);
        ++done_;
        if (options_.progress) {
            options_.progress(done_, static_cast<long>(plan_.cells.size()));
        }
        return true;
    }

    const SweepPlan& plan_;
    const SweepOptions& options_;
    SweepResult& result_;
    std::vector<std::size_t> todo_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;  // guards what follows and the summaries
    long done_ = 0;
    std::exception_ptr error_;
};

}  // namespace

SweepResult run_sweep(const SweepPlan& given, const SweepOptions& options) {
    if (options.resume) {
        check_same_sweep(given, options.folder);
    }
    fs::create_directories(options.folder / "cells");
    write_sweep_plan(given, options.folder);
    SweepPlan plan = given;
    SweepResult result;
    result.trainings = train_models(plan, options);
    result.summaries.assign(plan.cells.size(), nullptr);
    for (std::size_t i = 0; options.resume && i < plan.cells.size(); ++i) {
        result.summaries[i] = kept_cell(plan, i, options.folder);
    }
    CellRuns(plan, options, result).run();
    for (const Json& s : result.summaries) {
        result.complete = result.complete && !s.is_null();
        result.n_failed += s.is_object() && s.value("status", "") == "failed";
    }
    return result;
}

}  // namespace tempera
