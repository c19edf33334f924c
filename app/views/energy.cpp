// SPDX-License-Identifier: MIT
// Histogram of an observable of the target: the energy, or what the target offers beside it.
#include <algorithm>

#include "app/views/level_plot.hpp"
#include "app/views/observable_choice.hpp"
#include "run/figures/observable_figures.hpp"

namespace tempera::app {
namespace {

void draw(Workbench& b) {
    const Snapshot& s = b.workspace.snapshot();
    const std::size_t k = observable_index(s, b.view.observable, 0);
    const PlotSpec spec = observable_figure(s, k, b.view.log_density, b.picked());
    panel_header(b, *find_view("energy"), "Energy", spec.state, &spec);
    if (!spec.empty.empty()) {
        empty_text(b, spec.empty);
        return;
    }
    observable_choice(b, "###which", k, b.view.observable);
    ImGui::SameLine(0, b.theme.px(10));
    if (choice(b, "log###log", b.view.log_density, "Logarithmic axis of the density: shows the tails")) {
        b.view.log_density = !b.view.log_density;
    }
    plot_note(b.theme, spec);
    whole_plot(b, spec);
}

std::vector<PlotSpec> plots(Workbench& b) {
    std::vector<PlotSpec> out;
    const Snapshot& s = b.workspace.snapshot();
    for (std::size_t k = 0; k < std::max<std::size_t>(1, s.observables.size()); ++k) {
        out.push_back(observable_figure(s, k, b.view.log_density, b.picked()));
    }
    return out;
}

}  // namespace

View energy_view() { return {"energy", "Energy", draw, plots}; }

}  // namespace tempera::app
