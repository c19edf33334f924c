// SPDX-License-Identifier: MIT
// One line of the list of runs, from a run of this session or from a run folder.
#pragma once

#include <filesystem>
#include <string>

#include "run/record/snapshot.hpp"

namespace tempera {
struct RunResult;
}

namespace tempera::app {

struct FinishedRun {
    long id = 0;
    bool stored = false;  ///< read from a run folder
    std::string name, sampler, kernel;
    RunState state = RunState::finished;
    double ess = 0, log_z = 0, log_z_error = 0, mode_error = 0, seconds = 0;  ///< NaN where not known
    Json preset;
};

FinishedRun finished_run(const Snapshot& snapshot, const Json& resolved);
FinishedRun stored_run(const RunResult& stored, const std::filesystem::path& folder);

}  // namespace tempera::app
