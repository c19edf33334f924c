// SPDX-License-Identifier: MIT
#pragma once

#include "run/sweep/sweep.hpp"

namespace tempera {

/// A number of a summary that sweeps report, as the table of summary keys describes it.
struct SweepMetric {
    std::string key;    ///< dotted key of summary.json
    std::string title;  ///< short heading
    bool log, magnitude;
    std::string error_key = {};  ///< of a run's own standard error; empty: none
};

/// Mean over the seeds of one combination with its standard error, which of a single run is the run's own;
/// NaN where nothing is known.
struct SweepMean {
    double mean, standard_error;
    long n;
};
/// Combinations of the columns, in the order of the cells.
std::size_t sweep_combinations(const SweepPlan& plan);
const std::vector<std::string>& sweep_labels(const SweepPlan& plan, std::size_t combination);
SweepMean sweep_mean(const SweepPlan& plan, const std::vector<Json>& summaries, std::size_t combination,
                     const SweepMetric& metric);
/// Metrics that any run has, in the order of columns and figures.
std::vector<SweepMetric> present_metrics(const SweepPlan& plan, const std::vector<Json>& summaries);

/// results.csv: the columns of the grid, seed, status and every scalar key of the summaries.
std::string sweep_csv(const SweepPlan& plan, const std::vector<Json>& summaries);
/// means.csv: one row per combination; of each metric its mean and standard error over the seeds.
std::string sweep_means_csv(const SweepPlan& plan, const std::vector<Json>& summaries);
/// Header, then one row per combination: means over seeds, with standard errors when there are several.
std::vector<std::vector<std::string>> sweep_rows(const SweepPlan& plan, const std::vector<Json>& summaries);
std::string sweep_text_table(const SweepPlan& plan, const std::vector<Json>& summaries);
/// Columns of texts, aligned, with a rule below the header.
std::string aligned_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace tempera
