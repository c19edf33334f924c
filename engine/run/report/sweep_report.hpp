// SPDX-License-Identifier: MIT
// What is made of a sweep: tables, figures and a page.
#pragma once

#include "figures/plot_spec.hpp"
#include "run/sweep/sweep.hpp"

namespace tempera {

/// Figures of a sweep and of the models that it trained.
std::vector<PlotSpec> sweep_result_figures(const SweepPlan& plan, const SweepResult& result);
/// Self-contained page: the note, the table, the figures, what failed and how to run it again.
std::string sweep_html(const SweepPlan& plan, const SweepResult& result,
                       const std::vector<PlotSpec>& figures);
/// results.csv (every run), means.csv, figures as any of svg, pdf, png, csv, and report.html. A sweep that is
/// not complete gives those of the runs that are there.
void write_sweep_report(const SweepPlan& plan, const SweepResult& result, const std::filesystem::path& folder,
                        const std::vector<std::string>& exports);

}  // namespace tempera
