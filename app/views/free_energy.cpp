// SPDX-License-Identifier: MIT
// Free energy over two observables of the target.
#include "app/views/level_plot.hpp"
#include "app/views/observable_choice.hpp"
#include "run/figures/observable_figures.hpp"

namespace tempera::app {
namespace {

struct Axes {
    std::size_t across, up;
};

/// Without a choice the second observable over the first one.
Axes axes_of(const Workbench& b) {
    const Snapshot& s = b.workspace.snapshot();
    return {observable_index(s, b.view.free_energy[0], 0), observable_index(s, b.view.free_energy[1], 1)};
}

std::vector<PlotSpec> plots(Workbench& b) {
    const Axes axes = axes_of(b);
    return {free_energy_figure(b.workspace.snapshot(), axes.across, axes.up, b.picked())};
}

void draw(Workbench& b) {
    const Axes axes = axes_of(b);
    const PlotSpec spec = plots(b).front();
    panel_header(b, *find_view("free_energy"), "Free energy", spec.state, &spec);
    if (!spec.empty.empty()) {
        empty_text(b, spec.empty);
        return;
    }
    observable_choice(b, "###across", axes.across, b.view.free_energy[0]);
    ImGui::SameLine();
    observable_choice(b, "###up", axes.up, b.view.free_energy[1]);
    plot_note(b.theme, spec);
    whole_plot(b, spec);
}

}  // namespace

View free_energy_view() { return {"free_energy", "Free energy", draw, plots}; }

}  // namespace tempera::app
