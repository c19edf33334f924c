// SPDX-License-Identifier: MIT
#pragma once

#include "run/sweep.hpp"

namespace tempera {

/// A number of a summary that sweeps report.
struct SweepMetric {
    const char* key;    ///< dotted key of summary.json
    const char* title;  ///< short heading
    bool log, magnitude;
};
const std::vector<SweepMetric>& sweep_metrics();

/// results.csv: the columns of the grid, seed, status and every scalar key of the summaries.
std::string sweep_csv(const SweepPlan& plan, const std::vector<Json>& summaries);
/// Means over seeds of the metrics that any run has.
std::string sweep_text_table(const SweepPlan& plan, const std::vector<Json>& summaries);
/// One figure per metric: lines over the last numeric column, or a heat map when there are two numeric
/// columns alone.
std::vector<PlotSpec> sweep_figures(const SweepPlan& plan, const std::vector<Json>& summaries);
/// Columns of texts, aligned, with a rule below the header.
std::string aligned_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace tempera
