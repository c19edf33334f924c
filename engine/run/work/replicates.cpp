// SPDX-License-Identifier: MIT
#include "run/work/replicates.hpp"

#include <algorithm>
#include <chrono>

#include "core/build_id.hpp"
#include "core/parallel.hpp"
#include "run/record/summary.hpp"

namespace tempera {

namespace {

using Clock = std::chrono::steady_clock;

/// Of work between two looks at what else is wanted.
constexpr auto slice = std::chrono::milliseconds(50);
/// Sliced W2 costs about as much as a small run; it is left out of replicates beyond this many.
constexpr int replicates_with_distance = 64;
/// A replicate of more units than this keeps every thread busy by itself.
constexpr long most_units_side_by_side = 16;

int replicate_count(const Json& preset) { return preset["run"]["n_replicates"].get<int>(); }

/// Units of work that one replicate can share among threads.
long work_units(const Json& preset, int n_levels) {
    const Json& sampler = preset["sampler"];
    return sampler.contains("n_particles")
               ? (sampler["n_particles"].get<long>() + block_size - 1) / block_size
               : n_levels;
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
    const Series* resampled = r.first.record.find("resampled");
    for (std::size_t i = 0; resampled && i < resampled->y.size(); ++i) {
        if (resampled->y[i] > 0) {
            log += "level " + std::to_string(static_cast<int>(resampled->x[i])) + ": resampled\n";
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
OtherReplicates<Real>::OtherReplicates(const Experiment<Real>& experiment)
    : experiment_(&experiment), outcomes_(static_cast<std::size_t>(replicate_count(experiment.preset) - 1)) {
    alone_ = outcomes_.size() == 1 ||
             work_units(experiment.preset, experiment.path->n_levels()) > most_units_side_by_side;
}

template <class Real>
auto OtherReplicates<Real>::outcome(const UnderWay& at, const std::string& status) const -> Outcome {
    const bool with_distance = status == "finished" && at.replicate < replicates_with_distance;
    return {at.run->result(status, false, with_distance).summary, at.run->sampling_seconds()};
}

template <class Real>
bool OtherReplicates<Real>::take_next(UnderWay& at) {
    const int replicate = next_++;
    if (replicate > static_cast<int>(outcomes_.size())) {
        return false;
    }
    at = {replicate, std::make_unique<ReplicateRun<Real>>(*experiment_, replicate, false), false};
    return true;
}

/// One move of one replicate.
template <class Real>
void OtherReplicates<Real>::step(UnderWay& at) {
    const auto conclude = [&](const char* status) {
        outcomes_[static_cast<std::size_t>(at.replicate) - 1] = outcome(at, status);
        at.run.reset();
    };
    try {
        at.started ? void(at.run->advance()) : at.run->start();
        at.started = true;
        if (at.run->finished()) {
            conclude("finished");
            ++n_done_;
        }
    } catch (const NumericalError& error) {
        if (!failed_.exchange(true)) {
            error_ = error.what();
        }
        conclude("failed");
    }
}

template <class Real>
void OtherReplicates<Real>::advance() {
    const auto until = Clock::now() + slice;
    const std::size_t side_by_side = alone_ ? 1 : static_cast<std::size_t>(std::max(1, thread_count()));
    under_way_.resize(std::max(under_way_.size(), side_by_side));
    parallel_for(static_cast<int>(under_way_.size()), [&](int i) {
        UnderWay& at = under_way_[static_cast<std::size_t>(i)];
        do {
            if (!at.run && !take_next(at)) {
                return;
            }
            step(at);
        } while (!alone_ && !failed_ && Clock::now() < until);
    });
}

template <class Real>
double OtherReplicates<Real>::fraction() const {
    double done = static_cast<double>(n_done());
    for (const UnderWay& at : under_way_) {
        if (at.run && at.run->sampler().progress_end() > 0) {
            done += static_cast<double>(at.run->sampler().progress()) /
                    static_cast<double>(at.run->sampler().progress_end());
        }
    }
    return std::min(1.0, done / static_cast<double>(outcomes_.size()));
}

template <class Real>
std::vector<Json> OtherReplicates<Real>::summaries() const {
    std::vector<std::optional<Json>> all(outcomes_.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = outcomes_[i] ? std::optional<Json>(outcomes_[i]->summary) : std::nullopt;
    }
    for (const UnderWay& at : under_way_) {
        if (at.run && at.started) {
            all[static_cast<std::size_t>(at.replicate) - 1] = outcome(at, "partial").summary;
        }
    }
    std::vector<Json> out;
    for (std::optional<Json>& summary : all) {
        if (summary) {
            out.push_back(std::move(*summary));
        }
    }
    return out;
}

template <class Real>
double OtherReplicates<Real>::sampling_seconds() const {
    double seconds = 0;
    for (const std::optional<Outcome>& o : outcomes_) {
        seconds += o ? o->sampling_seconds : 0;
    }
    for (const UnderWay& at : under_way_) {
        seconds += at.run ? at.run->sampling_seconds() : 0;
    }
    return seconds;
}

template <class Real>
void OtherReplicates<Real>::archive_outcomes(StateArchive& archive) {
    Json done = Json::object();
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
        if (outcomes_[i]) {
            done[std::to_string(i)] = {{"summary", outcomes_[i]->summary},
                                       {"sampling_seconds", outcomes_[i]->sampling_seconds}};
        }
    }
    std::string text = archive.restoring() ? std::string() : done.dump();
    archive("others.done", text);
    if (!archive.restoring()) {
        return;
    }
    done = Json::parse(text, nullptr, false);
    outcomes_.assign(outcomes_.size(), std::nullopt);
    n_done_ = 0;
    next_ = 1;
    failed_ = false;
    for (std::size_t i = 0; done.is_object() && i < outcomes_.size(); ++i) {
        if (const auto known = done.find(std::to_string(i)); known != done.end()) {
            outcomes_[i] = {known->at("summary"), known->at("sampling_seconds").get<double>()};
            next_ = std::max(next_.load(), static_cast<int>(i) + 2);
            ++n_done_;
        }
    }
}

template <class Real>
void OtherReplicates<Real>::archive(StateArchive& archive) {
    archive_outcomes(archive);
    std::vector<int> replicate;
    for (const UnderWay& at : under_way_) {
        if (at.run && at.started) {
            replicate.push_back(at.replicate);
        }
    }
    archive("others.under_way", replicate);
    if (archive.restoring()) {
        under_way_.clear();
        for (const int r : replicate) {
            under_way_.push_back({r, std::make_unique<ReplicateRun<Real>>(*experiment_, r, false), true});
            next_ = std::max(next_.load(), r + 1);
        }
    }
    for (UnderWay& at : under_way_) {
        if (at.run && at.started) {
            archive.part("replicate" + std::to_string(at.replicate), *at.run);
        }
    }
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
    r.first = std::move(set.first);
    r.summary = set.n_asked > 1 ? combine_summaries(set.summaries) : set.summaries.front();
    if (static_cast<int>(set.summaries.size()) < set.n_asked && r.summary["status"] == "finished") {
        r.summary["status"] = set.error.empty() ? "partial" : "failed";
    }
    if (!set.error.empty()) {
        HealthNumbers failed;
        failed.failure = set.error;
        r.summary["warnings"].push_back(warnings_json({warning_of("numerical_failure", failed)})[0]);
    }
    r.summary["seconds"] = {{"total", total_seconds}, {"sampling", set.sampling_seconds}};
    r.log = run_log(r);
    return r;
}

template class OtherReplicates<float>;
template class OtherReplicates<double>;
template RunResult assemble_result<float>(const Experiment<float>&, ReplicateSet, double);
template RunResult assemble_result<double>(const Experiment<double>&, ReplicateSet, double);

}  // namespace tempera
