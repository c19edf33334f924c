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
    std::vector<std::size_t> todo;
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
        if (options.resume) {
            result.summaries[i] = kept_cell(plan, i, options.folder);
        }
        if (result.summaries[i].is_null()) {
            todo.push_back(i);
        }
    }
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    long done = static_cast<long>(plan.cells.size() - todo.size());
    std::exception_ptr error;
    const auto run_cells = [&] {
        for (std::size_t at = next++; at < todo.size() && !options.stop.stop_requested(); at = next++) {
            const std::size_t i = todo[at];
            const SweepCell& cell = plan.cells[i];
            Json summary = run_cell(
                cell, cell.model < 0 ? Json() : result.trainings[static_cast<std::size_t>(cell.model)],
                options.stop);
            if (summary["status"] == "partial") {
                return;
            }
            write_file_atomically(
                cell_file(options.folder, i),
                Json{{"preset", stored_preset(cell.preset, options.folder)}, {"summary", summary}}.dump() +
                    "\n");
            const std::lock_guard lock(mutex);
            result.summaries[i] = std::move(summary);
            ++done;
            if (options.progress) {
                options.progress(done, static_cast<long>(plan.cells.size()));
            }
        }
    };
    // What ends a worker early (a full disk, say) ends the others, too; cells that are there stay.
    const auto work = [&] {
        try {
            run_cells();
        } catch (...) {
            const std::lock_guard lock(mutex);
            error = error ? error : std::current_exception();
            next = todo.size();
        }
    };
    {
        std::vector<std::jthread> workers;
        const std::size_t jobs =
            static_cast<std::size_t>(options.jobs > 0 ? options.jobs : std::max(1, thread_count()));
        for (std::size_t j = 0; j < std::min(jobs, todo.size()); ++j) {
            workers.emplace_back(work);
        }
    }
    if (error && !options.stop.stop_requested()) {
        std::rethrow_exception(error);
    }
    for (const Json& s : result.summaries) {
        result.complete = result.complete && !s.is_null();
        result.n_failed += s.is_object() && s.value("status", "") == "failed";
    }
    return result;
}

}  // namespace tempera
