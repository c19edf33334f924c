// SPDX-License-Identifier: MIT
// Mode weights by level as stacked strips.
#include "app/views/level_plot.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

PlotSpec plot(Workbench& b) {
    return occupancy_figure(b.workspace.snapshot(), b.workspace.maps(), b.learning.maps());
}
void draw(Workbench& b) { level_plot(b, "occupancy", plot(b)); }
std::vector<PlotSpec> plots(Workbench& b) { return {plot(b)}; }

}  // namespace

View occupancy_view() { return {"occupancy", "Occupancy", draw, plots}; }

}  // namespace tempera::app
