// SPDX-License-Identifier: MIT
// Several runs side by side.
#pragma once

#include <string>
#include <vector>

#include "figures/plot_spec.hpp"
#include "run/record/result.hpp"

namespace tempera {

struct Comparison {
    std::vector<std::vector<std::string>> rows;  ///< header, then one row per run
    std::string table, csv;
    std::vector<PlotSpec> figures;  ///< curves of the runs overlaid, one figure per kind that all share
};
Comparison compare_runs(const std::vector<RunResult>& runs, const std::vector<std::string>& names);
/// Self-contained page with the table and inline figures.
std::string comparison_html(const Comparison& comparison);

}  // namespace tempera
