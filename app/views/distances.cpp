// SPDX-License-Identifier: MIT
// Distances of pairs of particles.
#include "app/render/plot_implot.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
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
    const Area area = remaining();
    draw_plot(spec, b.theme, b.textures, {area.width, area.height}, {.fit = true});
}

}  // namespace

View distances_view() { return {"distances", "Distances", draw, plots}; }

}  // namespace tempera::app
