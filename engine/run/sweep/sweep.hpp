// SPDX-License-Identifier: MIT
// Sweeps: a grid of changes to one preset, each with several seeds.
#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/json.hpp"

namespace tempera {

/// One value of a column: changes of the preset under one label.
struct SweepValue {
    std::string label;
    Json changes;                                              ///< object: place -> value
    double number = std::numeric_limits<double>::quiet_NaN();  ///< of a numeric setting
};

struct SweepColumn {
    std::string name;
    std::vector<SweepValue> values;
    bool numeric() const;  ///< every value is a number
};

/// One run of a sweep.
struct SweepCell {
    std::vector<std::string> labels;  ///< value of each column as text
    long seed = 0;
    Json preset;     ///< resolved
    int model = -1;  ///< index of the training that it waits for
};

/// A preset's "sweep" section: { "cases": [ { "name": "second", "set": { "kernel": {...} } }, ... ],
/// "variants": { "sampler": [ as cases ], "model": [ as cases ] }, "grid": { "path.n_levels": [64, 128] },
/// "seeds": 1, "seed_of": "run.seed" }; cases, variants and grid multiply, in the order of the text.
struct SweepPlan {
    std::string name, note;
    std::vector<SweepColumn> columns;
    std::vector<SweepCell> cells;  ///< columns x seeds, seeds fastest
    std::vector<Json> trainings;   ///< presets whose untrained model several cells share
    int n_seeds = 1;
    std::string seed_of = "run.seed";  ///< the setting that seeds count up
};

/// `grid`: "a.b=v1,v2" entries of the command line (they replace the preset's grid when there are any);
/// n_seeds 0 = as the preset says. Throws ConfigError with the problems of every cell (named once).
SweepPlan plan_sweep(const Json& preset, const std::vector<std::string>& grid, int n_seeds);

struct SweepOptions {
    std::filesystem::path folder;
    int jobs = 0;  ///< runs side by side; 0 = one per core
    /// Keeps cells that are there; throws ConfigError, and changes nothing, where they are of another sweep.
    bool resume = false;
    std::function<void(long done, long total)> progress;
    std::function<void(double fraction, const std::string& text)> training_progress;
    std::stop_token stop;
};
struct SweepResult {
    std::vector<Json> summaries;  ///< of each cell, null where stopped
    std::vector<Json> trainings;  ///< training.json of each trained model
    bool complete = true;
    int n_failed = 0;
};
/// Trains what is untrained (folder/models) and runs the cells; each cell's summary is kept in folder/cells
/// as soon as it is there. A run that fails is recorded with its reason and the others go on. What is made of
/// it: report/sweep_report.hpp.
SweepResult run_sweep(const SweepPlan& plan, const SweepOptions& options);

}  // namespace tempera
