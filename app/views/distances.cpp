// SPDX-License-Identifier: MIT
// Distances of pairs of particles.
#include "app/views/level_plot.hpp"
#include "run/figures/observable_figures.hpp"

namespace tempera::app {
namespace {

std::vector<PlotSpec> plots(Workbench& b) {
    return {distances_figure(b.workspace.snapshot(), b.view.pair_density)};
}

void draw(Workbench& b) {
    const PlotSpec spec = plots(b).front();
    panel_header(b, *find_view("distances"), "Distances", spec.state, &spec);
    if (!spec.empty.empty()) {
        empty_text(b, spec.empty);
        return;
    }
    const auto which = [&](const char* label, PairDensity density, const char* tip) {
        if (choice(b, label, b.view.pair_density == density, tip)) {
            b.view.pair_density = density;
        }
    };
    which("density###density", PairDensity::of_distance, "Density of the distances of all pairs");
    ImGui::SameLine(0, b.theme.px(2));
    which("g(r)###radial", PairDensity::radial,
          "Density of distances over the area of the shell of that radius:\n"
          "where another particle is found, as one of them sees it");
    plot_note(b.theme, spec);
    whole_plot(b, spec);
}

}  // namespace

View distances_view() { return {"distances", "Distances", draw, plots}; }

}  // namespace tempera::app
