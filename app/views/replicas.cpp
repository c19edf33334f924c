// SPDX-License-Identifier: MIT
// Replicas through the levels (replica exchange).
#include "app/render/plot_implot.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

PlotSpec plot(Workbench& b) { return index_figure(b.workspace.snapshot()); }

void draw(Workbench& bench) {
    const PlotSpec replicas = plot(bench);
    panel_header(bench, *find_view("replicas"), replicas.title, replicas.state);
    draw_plot(replicas, bench.theme, bench.textures, {remaining().width, remaining().height}, {});
}

std::vector<PlotSpec> plots(Workbench& b) { return {plot(b)}; }

}  // namespace

View replicas_view() { return {"replicas", "Replicas", draw, plots}; }

}  // namespace tempera::app
