// SPDX-License-Identifier: MIT
// Effective sample size by level.
#include "app/views/level_plot.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

PlotSpec plot(Workbench& b) { return ess_figure(b.workspace.snapshot()); }
void draw(Workbench& b) { level_plot(b, "ess", plot(b)); }
std::vector<PlotSpec> plots(Workbench& b) { return {plot(b)}; }

}  // namespace

View ess_view() { return {"ess", "ESS by level", draw, plots}; }

}  // namespace tempera::app
