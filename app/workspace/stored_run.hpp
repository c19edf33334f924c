// SPDX-License-Identifier: MIT
// The results of a run folder, read in the background.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "run/background/latest_job.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {
struct RunResult;
}

namespace tempera::app {

struct StoredRun {
    std::filesystem::path folder;
    std::string error;  ///< why there is nothing else
    std::shared_ptr<const RunResult> result;
    std::shared_ptr<const Snapshot> snapshot;
};

std::unique_ptr<LatestJob<std::filesystem::path, StoredRun>> make_stored_run_reader();
/// The run folder that a file belongs to; empty when it belongs to none.
std::filesystem::path run_folder_of(const std::filesystem::path& file);

}  // namespace tempera::app
