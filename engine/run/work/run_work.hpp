// SPDX-License-Identifier: MIT
// A run as a work: its first replicate, which can be watched and edited, then the others.
#pragma once

#include <memory>
#include <stop_token>

#include "run/record/result.hpp"
#include "run/work/runner.hpp"

namespace tempera {

/// Prepares the run of a resolved preset: builds target, path, kernel, moves and sampler; pilots may take
/// seconds. Its views are Snapshots, its result a RunResult. `watched`: it keeps the pictures of the path's
/// thumbnails on its way.
std::unique_ptr<Work> make_run_work(const Json& resolved, bool watched, std::stop_token stop);

/// The runner of runs.
class RunRunner final : public RunnerOf<Snapshot, RunResult> {
public:
    long start(const Json& preset, bool paused = false) { return Runner::start(preset, make, paused); }
    long take_up(const Json& preset, bool paused = false) {
        return Runner::start(preset, make, paused, true);
    }

private:
    static std::unique_ptr<Work> make(const Json& resolved, std::stop_token stop) {
        return make_run_work(resolved, true, std::move(stop));
    }
};

/// Headless run of all replicates. A stop request gives a partial result. With a checkpoint, the run goes on
/// from what it holds and keeps its states there.
RunResult run_preset(const Json& preset, const DriveOptions& options = {});

}  // namespace tempera
