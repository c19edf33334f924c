// SPDX-License-Identifier: MIT
// Mass of one mode by level; the right mouse button chooses the mode.
#include "app/kit/text.hpp"
#include "app/views/level_plot.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

PlotSpec plot(Workbench& b) {
    return mode_mass_figure(b.workspace.snapshot(), b.view.mass_mode, b.workspace.maps(), b.learning.maps());
}

void draw(Workbench& bench) {
    level_plot(bench, "mode_mass", plot(bench));
    const auto& names = bench.workspace.snapshot().mode_names;
    if (ImGui::BeginPopupContextWindow("###which_mode")) {
        for (int m = 0; m < static_cast<int>(names.size()); ++m) {
            if (ImGui::MenuItem(shown(mode_name(names, m)).c_str(), nullptr, m == bench.view.mass_mode)) {
                bench.view.mass_mode = m;
            }
        }
        ImGui::EndPopup();
    }
}

std::vector<PlotSpec> plots(Workbench& b) { return {plot(b)}; }

}  // namespace

View mode_mass_view() { return {"mode_mass", "Mode mass", draw, plots}; }

}  // namespace tempera::app
