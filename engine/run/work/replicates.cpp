// SPDX-License-Identifier: MIT
#include "run/work/replicates.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>

#include "core/build_id.hpp"
#include "core/parallel.hpp"
#include "run/preset/preset.hpp"
#include "run/record/summary.hpp"
#include "run/work/checkpoint.hpp"
#include "run/work/take_back.hpp"

namespace tempera {

namespace {

using Clock = std::chrono::steady_clock;

int replicate_count(const Json& preset) { return preset["run"]["n_replicates"].get<int>(); }

/// Units of work that one replicate can share among threads.
long work_units(const Json& preset, int n_levels) {
    const Json& sampler = preset["sampler"];
    return sampler.contains("n_particles")
               ? (sampler["n_particles"].get<long>() + block_size - 1) / block_size
               : n_levels;
}

struct Shared {
    Shared(const RunCallbacks& c, int n) : callbacks(c), n_replicates(n) {}
    const RunCallbacks& callbacks;
    int n_replicates;
    std::atomic<bool> failed{false};
    std::atomic<long> done{0};
    std::mutex mutex;
    Clock::time_point last{};

    bool stop() const { return failed || callbacks.stop.stop_requested(); }
    void report(double part, long progress, long end, bool exchange) {
        if (!callbacks.progress) {
            return;
        }
        const std::unique_lock lock(mutex, std::try_to_lock);
        const auto now = Clock::now();
        if (!lock || now - last < std::chrono::milliseconds(100)) {
            return;
        }
        last = now;
        const double fraction = std::min(1.0, (static_cast<double>(done) + part) / n_replicates);
        callbacks.progress(fraction, n_replicates > 1
                                         ? "replicate " +
                                               std::to_string(std::min<long>(done + 1, n_replicates)) +
                                               " of " + std::to_string(n_replicates)
                                         : (exchange ? "scan " : "level ") +
                                               std::to_string(exchange ? progress : end - progress) + " of " +
                                               std::to_string(end));
    }
};

struct Outcome {
    std::optional<ReplicateResult> result;
    double sampling_seconds = 0;
    std::string error;
};

/// The states that one replicate leaves in a checkpoint, if there is one.
template <class Real>
class StateKeeper {
public:
    StateKeeper(RunCheckpoint* checkpoint, int replicate, ReplicateRun<Real>& run)
        : checkpoint_(checkpoint), replicate_(replicate), run_(run) {
        if (checkpoint) {
            timer_.emplace(*checkpoint);
        }
    }
    /// Goes on from the last state; false when there is none.
    bool restore() {
        std::optional<StateArchive> state;
        if (checkpoint_) {
            state = checkpoint_->state(replicate_);
        }
        if (state) {
            run_.archive(*state);
        }
        return state.has_value();
    }
    void save_when_due() {
        if (timer_ && timer_->due()) {
            save();
        }
    }
    void save() {
        if (checkpoint_) {
            const auto begin = Clock::now();
            StateArchive state;
            run_.archive(state);
            checkpoint_->save_state(replicate_, state);
            timer_->written(begin);
        }
    }

private:
    RunCheckpoint* checkpoint_;
    int replicate_;
    ReplicateRun<Real>& run_;
    std::optional<RunCheckpoint::Timer> timer_;
};

/// Of a replicate that an interrupted run had finished.
std::optional<Outcome> known_outcome(const RunCheckpoint* checkpoint, int replicate) {
    const std::optional<Json> known = checkpoint ? checkpoint->outcome(replicate) : std::nullopt;
    if (!known) {
        return std::nullopt;
    }
    const bool sound = known->is_object() && known->contains("summary") && (*known)["summary"].is_object() &&
                       known->contains("sampling_seconds") && (*known)["sampling_seconds"].is_number();
    if (!sound) {
        throw ConfigError((checkpoint->folder() / "outcomes.json").string(),
                          "is damaged; add --force to start the run again");
    }
    Outcome out;
    out.result.emplace().summary = (*known)["summary"];
    out.sampling_seconds = (*known)["sampling_seconds"].get<double>();
    return out;
}

template <class Real>
Outcome run_one(const Experiment<Real>& experiment, int replicate, bool with_distance, bool alone,
                Shared& shared) {
    RunCheckpoint* checkpoint = shared.callbacks.checkpoint;
    if (std::optional<Outcome> known = known_outcome(checkpoint, replicate)) {
        ++shared.done;
        return std::move(*known);
    }
    Outcome out;
    const bool first = replicate == 0;
    ReplicateRun<Real> run(experiment, replicate, first);
    StateKeeper<Real> keeper(checkpoint, replicate, run);
    const bool exchange = run.sampler().exchange_stats() != nullptr;
    TakeBack take_back;
    std::string status = "finished";
    try {
        if (!keeper.restore()) {
            run.start();
        }
        while (!run.finished()) {
            if (shared.stop()) {
                status = "partial";
                break;
            }
            if (!take_back.advance(run, shared.callbacks.stop)) {
                continue;
            }
            keeper.save_when_due();
            if (alone) {
                const long end = std::max(1L, run.sampler().progress_end());
                shared.report(static_cast<double>(run.sampler().progress()) / static_cast<double>(end),
                              run.sampler().progress(), end, exchange);
            }
        }
    } catch (const NumericalError& error) {
        status = "failed";
        out.error = error.what();
        shared.failed = true;
    }
    if (status == "partial" || (status == "finished" && first && shared.n_replicates > 1)) {
        keeper.save();
    }
    out.result = run.result(status, first, with_distance && status == "finished");
    out.sampling_seconds = run.sampling_seconds();
    if (checkpoint && !first && status == "finished") {
        checkpoint->add_outcome(
            replicate, {{"summary", out.result->summary}, {"sampling_seconds", out.sampling_seconds}});
    }
    ++shared.done;
    if (status == "finished" && shared.n_replicates > 1) {
        shared.report(0, 0, 1, exchange);
    }
    return out;
}

std::string run_log(const RunResult& r) {
    const Json& s = r.summary;
    const auto text = [&](const char* key) {
        return s[key].is_string() ? s[key].get<std::string>() : s[key].dump();
    };
    std::string log = "tempera " + text("build") + "\n" + text("name") + ": " + text("sampler") + " on " +
                      text("target") + " (dim " + text("dim") + "), " + text("path") + " path with " +
                      text("n_levels") + " levels, kernel " + text("kernel") + ", moves " + text("moves") +
                      ", seed " + text("seed") + ", " + text("precision") + "\n";
    for (const LevelStats& l : r.first.levels) {
        if (l.resampled) {
            log += "level " + std::to_string(l.level) + ": resampled\n";
        }
    }
    for (const Json& w : s["warnings"]) {
        log += "warning " + w["id"].get<std::string>() + ": " + w["text"].get<std::string>() + "\n";
    }
    return log + "status " + text("status") + ", log Z " + text("log_z") + ", ESS fraction " +
           text("ess_fraction") + "\n";
}

}  // namespace

template <class Real>
ReplicateSet run_replicates(const Experiment<Real>& experiment, int begin, int end,
                            const RunCallbacks& callbacks) {
    const int n = end - begin;
    Shared shared(callbacks, replicate_count(experiment.preset));
    shared.done = begin;
    std::vector<Outcome> outcomes(static_cast<std::size_t>(n));
    const bool alone = n == 1 || work_units(experiment.preset, experiment.path->n_levels()) > 16;
    const auto body = [&](int i) {
        if (i > 0 && shared.stop()) {
            return;
        }
        outcomes[static_cast<std::size_t>(i)] =
            run_one(experiment, begin + i, begin + i < replicates_with_distance, alone, shared);
    };
    if (alone) {
        for (int i = 0; i < n; ++i) {
            body(i);
        }
    } else {
        parallel_for(n, body);
    }
    if (callbacks.checkpoint) {
        callbacks.checkpoint->save_outcomes();
    }
    ReplicateSet set;
    for (Outcome& o : outcomes) {
        if (!o.result) {
            continue;
        }
        set.summaries.push_back(o.result->summary);
        set.sampling_seconds += o.sampling_seconds;
        if (set.error.empty()) {
            set.error = o.error;
        }
    }
    if (begin == 0 && !outcomes.empty() && outcomes[0].result) {
        set.first = std::move(*outcomes[0].result);
    }
    return set;
}

template <class Real>
RunResult assemble_result(const Experiment<Real>& experiment, ReplicateSet set, double total_seconds) {
    RunResult r;
    r.preset = experiment.preset;
    r.preset["path"]["schedule_in_use"] = experiment.path->frozen_schedule();
    r.preset["made_by"] = {{"build", build_id()}};
    r.dim = experiment.target->dim();
    for (int k = 0; k <= experiment.path->n_levels(); ++k) {
        r.positions.push_back(experiment.path->position(k));
    }
    r.mode_names = experiment.target->mode_names();
    const int asked = replicate_count(experiment.preset);
    r.first = std::move(set.first);
    r.summary = asked > 1 ? combine_summaries(set.summaries) : set.summaries.front();
    if (static_cast<int>(set.summaries.size()) < asked && r.summary["status"] == "finished") {
        r.summary["status"] = set.error.empty() ? "partial" : "failed";
    }
    if (!set.error.empty()) {
        r.summary["warnings"].push_back({{"id", "numerical_failure"}, {"text", set.error}});
    }
    r.summary["seconds"] = {{"total", total_seconds}, {"sampling", set.sampling_seconds}};
    r.log = run_log(r);
    r.figures = result_figures(r);
    return r;
}

namespace {

template <class Real>
RunResult run_typed(const Json& resolved, const RunCallbacks& callbacks) {
    const auto begin = Clock::now();
    if (callbacks.progress) {
        callbacks.progress(0, "preparing");
    }
    const Experiment<Real> experiment = build_experiment<Real>(resolved, callbacks.stop);
    ReplicateSet set = run_replicates(experiment, 0, resolved["run"]["n_replicates"].get<int>(), callbacks);
    return assemble_result(experiment, std::move(set),
                           std::chrono::duration<double>(Clock::now() - begin).count());
}

}  // namespace

RunResult run_preset(const Json& preset, const RunCallbacks& callbacks) {
    const Json resolved = resolve_preset(preset);
    return resolved["run"]["precision"] == "f32" ? run_typed<float>(resolved, callbacks)
                                                 : run_typed<double>(resolved, callbacks);
}

template ReplicateSet run_replicates<float>(const Experiment<float>&, int, int, const RunCallbacks&);
template ReplicateSet run_replicates<double>(const Experiment<double>&, int, int, const RunCallbacks&);
template RunResult assemble_result<float>(const Experiment<float>&, ReplicateSet, double);
template RunResult assemble_result<double>(const Experiment<double>&, ReplicateSet, double);

}  // namespace tempera
