// SPDX-License-Identifier: MIT
// Histogram and Lorenz curve of the weights.
#include "app/views/level_plot.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

std::vector<PlotSpec> plots(Workbench& b) {
    const Snapshot& s = b.workspace.snapshot();
    return {weight_histogram_figure(s), lorenz_figure(s)};
}

void draw(Workbench& b) {
    const std::vector<PlotSpec> both = plots(b);
    pair_of_plots(b, "weights", "Weights", both[0], both[1], false);
}

}  // namespace

View weights_view() { return {"weights", "Weights", draw, plots}; }

}  // namespace tempera::app
