// SPDX-License-Identifier: MIT
// Swap rejection by pair and the communication barrier (replica exchange).
#include "app/views/level_plot.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

std::vector<PlotSpec> plots(Workbench& b) {
    const Snapshot& s = b.workspace.snapshot();
    return {swap_figure(s), barrier_figure(s)};
}

void draw(Workbench& b) {
    const std::vector<PlotSpec> both = plots(b);
    pair_of_plots(b, "swaps", "Swaps", both[0], both[1], true);
}

}  // namespace

View swaps_view() { return {"swaps", "Swaps", draw, plots}; }

}  // namespace tempera::app
