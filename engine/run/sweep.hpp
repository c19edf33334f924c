// SPDX-License-Identifier: MIT
// Sweeps: a grid of changes to one preset, each with several seeds.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "figures/plot_spec.hpp"

namespace tempera {

/// One run of a sweep.
struct SweepCell {
    std::vector<std::string> labels;  ///< value of each column as text
    long seed = 0;
    Json preset;  ///< resolved
};

/// A preset's "sweep" section: { "cases": [ { "name": "second", "set": { "kernel": {...} } }, ... ],
/// "grid": { "path.n_levels": [64, 128] }, "seeds": 1 }; cases and grid multiply.
struct SweepPlan {
    std::string name;
    std::vector<std::string> columns;
    std::vector<std::vector<Json>> values;  ///< of each column, in order
    std::vector<SweepCell> cells;           ///< columns x seeds, seeds fastest
    int n_seeds = 1;
};

/// `grid`: "a.b=v1,v2" entries of the command line (they replace the preset's grid when there are any);
/// n_seeds 0 = as the preset says. Throws ConfigError with the problems of every cell (named once).
SweepPlan plan_sweep(const Json& preset, const std::vector<std::string>& grid, int n_seeds);

struct SweepOptions {
    std::filesystem::path folder;
    int jobs = 0;         ///< runs side by side; 0 = one per core
    bool resume = false;  ///< keep cells that are there
    std::function<void(long done, long total)> progress;
    std::stop_token stop;
};
struct SweepResult {
    std::vector<Json> summaries;  ///< of each cell, null where stopped
    bool complete = true;
    int n_failed = 0;
    std::string table;  ///< means over seeds, for terminals
    std::vector<PlotSpec> figures;
};
/// Runs the cells (each cell's summary is kept in folder/cells as soon as it is there), writes results.csv,
/// figures/*.svg.
SweepResult run_sweep(const SweepPlan& plan, const SweepOptions& options);

}  // namespace tempera
