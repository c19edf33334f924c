// SPDX-License-Identifier: MIT
// The two readable forms of a result.
#pragma once

#include "figures/plot_spec.hpp"
#include "run/record/result.hpp"

namespace tempera {

/// Self-contained HTML report with inline SVG.
std::string html_report(const RunResult& result);
/// The same with figures that are made already: those of result_figures().
std::string html_report(const RunResult& result, const std::vector<PlotSpec>& figures);
/// Readable summary table for terminals.
std::string summary_table(const RunResult& result);

}  // namespace tempera
