// SPDX-License-Identifier: MIT
// What a run leaves.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "run/record/snapshot.hpp"

namespace tempera {

/// One replicate, finished or partial.
struct ReplicateResult {
    Json summary;  ///< the contract's keys
    Record record;
    std::vector<ModeRow> modes;
    std::vector<double> x;            ///< [n, dim] target coordinates
    std::vector<double> log_weight;   ///< [n]
    std::vector<int> mode, ancestor;  ///< [n]
    std::vector<std::vector<int>> genealogy;
    std::vector<int> genealogy_levels;
    std::shared_ptr<const ExchangeStats> exchange;
    std::shared_ptr<const LevelOverlap> overlap;  ///< of a run that was watched
};

struct RunResult final : WorkResult {
    Json preset;   ///< resolved; schedule frozen under path.schedule_in_use
    Json summary;  ///< top level of summary.json
    int dim = 0;
    std::vector<LevelPosition> positions;
    std::vector<std::string> mode_names;
    ReplicateResult first;  ///< replicate 0 with its arrays (others keep their summaries only)
    std::string log;
    std::filesystem::path model_folder;  ///< training that belongs to the run: stored as its folder's "model"
};

}  // namespace tempera
