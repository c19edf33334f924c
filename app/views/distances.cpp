// SPDX-License-Identifier: MIT
// Distances of pairs of particles.
#include "app/views/level_plot.hpp"
#include "run/figures/observable_figures.hpp"

namespace tempera::app {
namespace {

std::vector<PlotSpec> plots(Workbench& b) { return {distances_figure(b.workspace.snapshot())}; }

void draw(Workbench& b) {
    const PlotSpec spec = plots(b).front();
    panel_header(b, *find_view("distances"), "Distances", spec.state, &spec);
    if (!spec.empty.empty()) {
        empty_text(b, spec.empty);
        return;
    }
    whole_plot(b, spec);
}

}  // namespace

View distances_view() { return {"distances", "Distances", draw, plots}; }

}  // namespace tempera::app
