// SPDX-License-Identifier: MIT
// Panels that hold one or two plots over the levels.
#include "app/plots/plots.hpp"
#include "app/render/plot_implot.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"

#include <cmath>

namespace tempera::app {
namespace {

using Builder = PlotSpec (*)(Workbench&);

/// A plot whose x axis is the level: a line marks the level in view, clicks choose one.
void level_plot(Workbench& bench, const PlotSpec& plot, float height) {
    PlotOptions options;
    options.linked_levels = true;
    options.x_name = "level";
    options.fit = bench.view.fit;
    if (bench.workspace.n_levels() > 0 && !bench.workspace.snapshot().exchange) {
        options.cursor_x = bench.workspace.level();
    }
    const PlotInput input =
        draw_plot(plot, bench.theme, bench.textures, {remaining().width, height}, options);
    if (input.chosen_x) {
        bench.workspace.look_at(static_cast<int>(std::lround(*input.chosen_x)));
    }
}

PlotSpec ess_of(Workbench& b) { return ess_plot(b.workspace.snapshot()); }
PlotSpec occupancy_of(Workbench& b) {
    return occupancy_plot(b.workspace.snapshot(), b.workspace.maps(), b.learning.maps());
}
PlotSpec mass_of(Workbench& b) {
    return mode_mass_plot(b.workspace.snapshot(), b.workspace.maps(), b.view.mass_mode, b.learning.maps());
}

void one_level_plot(Workbench& bench, const char* id, const PlotSpec& plot) {
    panel_header(bench, *find_view(id), plot.title, plot.state, &plot);
    level_plot(bench, plot, remaining().height);
}

void draw_ess(Workbench& bench) { one_level_plot(bench, "ess", ess_of(bench)); }
void draw_occupancy(Workbench& bench) { one_level_plot(bench, "occupancy", occupancy_of(bench)); }

void draw_mass(Workbench& bench) {
    const PlotSpec plot = mass_of(bench);
    panel_header(bench, *find_view("mode_mass"), plot.title, plot.state, &plot);
    level_plot(bench, plot, remaining().height);
    const auto& names = bench.workspace.snapshot().mode_names;
    if (ImGui::BeginPopupContextWindow("###which_mode")) {
        for (int m = 0; m < static_cast<int>(names.size()); ++m) {
            if (ImGui::MenuItem(mode_name(names, m).c_str(), nullptr, m == bench.view.mass_mode)) {
                bench.view.mass_mode = m;
            }
        }
        ImGui::EndPopup();
    }
}

/// Two plots side by side where there is room, otherwise one above the other.
void pair_of_plots(Workbench& bench, const char* id, const char* title, const PlotSpec& a, const PlotSpec& b,
                   bool a_levels, bool b_levels) {
    panel_header(bench, *find_view(id), title,
                 a.state.empty() ? b.state : a.state + (b.state.empty() ? "" : "   " + b.state));
    const Area area = remaining();
    const bool empty = a.layers.empty() && b.layers.empty();
    if (empty) {
        empty_text(bench, a.empty);
        return;
    }
    const float gap = bench.theme.px(10);
    const bool beside = area.width > 1.4f * area.height;
    const auto part = [&](const PlotSpec& plot, bool levels, ImVec2 size) {
        ImGui::BeginGroup();
        if (levels) {
            PlotOptions options;
            options.fit = bench.view.fit;
            draw_plot(plot, bench.theme, bench.textures, size, options);
        } else {
            draw_plot(plot, bench.theme, bench.textures, size, {});
        }
        ImGui::EndGroup();
    };
    if (beside) {
        const float w = (area.width - gap) / 2;
        part(a, a_levels, {w, area.height});
        ImGui::SameLine(0, gap);
        part(b, b_levels, {w, area.height});
    } else {
        const float h = (area.height - gap) / 2;
        part(a, a_levels, {area.width, h});
        part(b, b_levels, {area.width, h});
    }
}

void draw_weights(Workbench& bench) {
    const Snapshot& s = bench.workspace.snapshot();
    pair_of_plots(bench, "weights", "Weights", weight_histogram_plot(s), lorenz_plot(s), false, false);
}

void draw_swaps(Workbench& bench) {
    const Snapshot& s = bench.workspace.snapshot();
    pair_of_plots(bench, "swaps", "Swaps", swap_plot(s), barrier_plot(s), true, true);
}

void draw_replicas(Workbench& bench) {
    const PlotSpec plot = index_plot(bench.workspace.snapshot());
    panel_header(bench, *find_view("replicas"), plot.title, plot.state);
    draw_plot(plot, bench.theme, bench.textures, {remaining().width, remaining().height}, {});
}

template <Builder build>
std::vector<PlotSpec> one(Workbench& b) {
    return {build(b)};
}

}  // namespace

View ess_view() { return {"ess", "ESS by level", draw_ess, one<ess_of>}; }
View occupancy_view() { return {"occupancy", "Occupancy", draw_occupancy, one<occupancy_of>}; }
View mode_mass_view() { return {"mode_mass", "Mode mass", draw_mass, one<mass_of>}; }
View weights_view() {
    return {"weights", "Weights", draw_weights, [](Workbench& b) {
                return std::vector<PlotSpec>{weight_histogram_plot(b.workspace.snapshot()),
                                             lorenz_plot(b.workspace.snapshot())};
            }};
}
View swaps_view() {
    return {"swaps", "Swaps", draw_swaps, [](Workbench& b) {
                return std::vector<PlotSpec>{swap_plot(b.workspace.snapshot()),
                                             barrier_plot(b.workspace.snapshot())};
            }};
}
View replicas_view() {
    return {"replicas", "Replicas", draw_replicas,
            [](Workbench& b) { return std::vector<PlotSpec>{index_plot(b.workspace.snapshot())}; }};
}

}  // namespace tempera::app
