// SPDX-License-Identifier: MIT
// Small runs, and what two of them must have in common.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "core/parallel.hpp"
#include "run/preset/preset.hpp"
#include "run/work/run_work.hpp"
#include "support/files.hpp"

namespace tempera::test {

/// Two lakes over twelve levels by SMC, 0.1 s or less.
inline Json small_run() {
    return parse_preset(R"({ "schema": "tempera-preset", "version": 1, "name": "small",
        "target": { "type": "gaussian_mixture", "weights": [0.6666666666666666, 0.3333333333333333], "means": [[-4, 0], [4, 0]], "sigmas": [0.25, 1.0] },
        "path": { "type": "diffusion", "n_levels": 12 }, "kernel": { "type": "second_order" },
        "moves": { "type": "mala", "n_steps": 3 },
        "sampler": { "type": "smc", "n_particles": 300, "ess_threshold": 0.9 }, "run": { "seed": 3 } })",
                        "small");
}

/// The same two lakes by replica exchange.
inline Json small_exchange() {
    Json p = small_run();
    p["sampler"] = Json{{"type", "replica_exchange"}, {"n_ensembles", 3},    {"n_scans", 40},
                        {"burn_in_fraction", 0.5},    {"moves_per_scan", 1}, {"initial", "reference"}};
    return p;
}

/// A small network on two well separated modes; `losses` and `training` replace parts of its model.
inline Json small_training(const Json& training = Json::object(), const Json& losses = Json()) {
    Json p = parse_preset(R"({ "schema": "tempera-preset", "version": 1, "name": "small",
        "target": { "type": "gaussian_mixture", "weights": [0.75, 0.25], "means": [[-2, 0], [2, 0]], "sigmas": [0.5, 0.8] },
        "path": { "type": "learned_diffusion", "n_levels": 8 }, "kernel": { "type": "second_order" },
        "moves": { "type": "none", "n_steps": 0 }, "sampler": { "type": "ais", "n_particles": 200 },
        "model": { "type": "energy_mlp", "hidden": [16, 16], "losses": [ { "type": "dsm", "weight": 1 } ],
                   "training": { "n_steps": 40, "batch_size": 64, "n_data": 400, "seed": 4 } },
        "run": { "seed": 3 } })",
                          "small");
    p["model"]["training"].update(training);
    if (!losses.is_null()) {
        p["model"]["losses"] = losses;
    }
    return resolve_preset(p);
}

/// Limits the threads while it lives, so that a machine with many is not done at once.
class FewThreads {
public:
    explicit FewThreads(int n) { set_thread_count(n); }
    ~FewThreads() { set_thread_count(0); }
    FewThreads(const FewThreads&) = delete;
    FewThreads& operator=(const FewThreads&) = delete;
};

/// Waits, half a minute at most, until the latest view of a runner is as wanted; false when it never is.
template <class SomeRunner, class Condition>
bool wait_until(const SomeRunner& runner, Condition wanted) {
    for (int i = 0; i < 30000; ++i) {
        if (wanted(*runner.latest())) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

/// `n` steps of a paused runner, one at a time.
template <class SomeRunner>
void take_steps(SomeRunner& runner, int n, StepSize size = StepSize::smallest) {
    for (int i = 0; i < n; ++i) {
        const long before = runner.latest()->steps_done;
        runner.step(size);
        ASSERT_TRUE(wait_until(
            runner, [&](const WorkView& v) { return v.steps_done > before && v.state == RunState::paused; }));
    }
}

/// Everything of a result but its times.
inline Json facts(const RunResult& r) {
    Json summary = r.summary;
    summary.erase("seconds");
    if (summary.contains("replicates")) {
        for (Json& one : summary["replicates"]) {
            one.erase("seconds");
        }
    }
    return {{"summary", summary},
            {"x", r.first.x},
            {"log_weight", r.first.log_weight},
            {"ancestor", r.first.ancestor},
            {"edits", r.preset.value("edits", Json())}};
}

}  // namespace tempera::test
