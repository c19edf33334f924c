// SPDX-License-Identifier: MIT
// Chains in time: their values, their ranks among each other, and how long they remember. Of replica exchange
// also the energies of its levels.
#include <algorithm>
#include <cmath>

#include "app/render/plot_implot.hpp"
#include "app/views/level_plot.hpp"
#include "app/views/observable_choice.hpp"
#include "run/figures/chain_figures.hpp"

namespace tempera::app {
namespace {

enum class Part { traces, ranks, autocorrelation };

std::size_t observable(const Workbench& b) {
    return observable_index(b.workspace.snapshot(), b.view.observable, 0);
}

bool of_levels(const Workbench& b) { return b.view.traces_of_levels && b.workspace.snapshot().exchange; }

/// What the panel shows in a part; times by level stand beside the autocorrelation of one.
PlotSpec figure(Workbench& b, Part part) {
    const Snapshot& s = b.workspace.snapshot();
    if (of_levels(b)) {
        return part == Part::autocorrelation ? level_autocorrelation_figure(s, b.workspace.level())
                                             : level_energy_figure(s, b.workspace.level());
    }
    return part == Part::traces  ? trace_figure(s, observable(b))
           : part == Part::ranks ? rank_figure(s, observable(b))
                                 : autocorrelation_figure(s, observable(b));
}

std::vector<PlotSpec> plots(Workbench& b) {
    std::vector<PlotSpec> out = {figure(b, Part::traces)};
    if (!of_levels(b)) {
        out.push_back(figure(b, Part::ranks));
    }
    out.push_back(figure(b, Part::autocorrelation));
    if (b.workspace.snapshot().exchange) {
        out.push_back(level_times_figure(b.workspace.snapshot()));
    }
    return out;
}

/// Small switches; what does not apply to the energies of levels is not among them.
void part_choice(Workbench& b, Part& part) {
    struct Choice {
        Part part;
        const char *label, *tip;
    };
    for (const Choice& c :
         {Choice{Part::traces, "traces###part_traces", "Values of the chains in time"},
          Choice{Part::ranks, "ranks###part_ranks",
                 "Where each chain's values rank among all: the same everywhere once they have converged"},
          Choice{Part::autocorrelation, "autocorrelation###part_autocorrelation",
                 "How long the values remember where they were"}}) {
        if (c.part == Part::ranks && of_levels(b)) {
            continue;
        }
        if (c.part != Part::traces) {
            ImGui::SameLine(0, b.theme.px(2));
        }
        if (choice(b, c.label, part == c.part, c.tip)) {
            part = c.part;
        }
    }
}

/// Chains at the target, or a point of every level.
void source_choice(Workbench& b) {
    bool& levels = b.view.traces_of_levels;
    ImGui::SameLine(0, b.theme.px(14));
    if (choice(b, "target###at_target", !levels, "The target's observables along all chains")) {
        levels = false;
    }
    ImGui::SameLine(0, b.theme.px(2));
    if (choice(
            b, "levels###of_levels", levels,
            "Energies of the levels of the first ensemble; the level in view is chosen below or in Path")) {
        levels = true;
    }
}

/// A plot over the levels in which a click chooses one.
void times_by_level(Workbench& b, ImVec2 size) {
    PlotOptions options;
    options.linked_levels = true;
    options.x_name = "level";
    options.fit = b.view.fit;
    options.cursor_x = b.workspace.level();
    const PlotInput input =
        draw_plot(level_times_figure(b.workspace.snapshot()), b.theme, b.textures, size, options);
    if (input.chosen_x) {
        b.workspace.look_at(static_cast<int>(std::lround(*input.chosen_x)));
    }
}

void draw_levels(Workbench& b, const PlotSpec& of_level) {
    const Area area = remaining();
    const float gap = b.theme.px(10);
    const bool beside = area.width > 1.4f * area.height;
    const ImVec2 size =
        beside ? ImVec2((area.width - gap) / 2, area.height) : ImVec2(area.width, (area.height - gap) / 2);
    PlotOptions whole;
    whole.fit = true;
    draw_plot(of_level, b.theme, b.textures, size, whole);
    if (beside) {
        ImGui::SameLine(0, gap);
    }
    times_by_level(b, size);
}

void draw(Workbench& b) {
    auto part = static_cast<Part>(b.view.traces_part);
    if (of_levels(b) && part == Part::ranks) {
        part = Part::traces;
    }
    const Snapshot& s = b.workspace.snapshot();
    const PlotSpec spec = figure(b, part);
    panel_header(b, *find_view("traces"), "Traces", spec.state, &spec);
    if (!s.traces && !s.exchange) {
        empty_text(b, spec.empty);
        return;
    }
    part_choice(b, part);
    if (s.exchange) {
        source_choice(b);
    }
    b.view.traces_part = static_cast<int>(part);
    if (!of_levels(b) && s.observables.size() > 1) {
        ImGui::SameLine(0, b.theme.px(14));
        if (remaining().width < b.theme.px(80)) {
            ImGui::NewLine();
        }
        ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {b.theme.px(6), b.theme.px(1)});  // as the switches
        observable_choice(b, "###which", observable(b), b.view.observable);
        ImGui::PopStyleVar();
    }
    if (of_levels(b)) {
        draw_levels(b, spec);
    } else if (!spec.empty.empty()) {
        empty_text(b, spec.empty);
    } else {
        plot_note(b.theme, spec);
        whole_plot(b, spec);
    }
}

}  // namespace

View traces_view() { return {"traces", "Traces", draw, plots}; }

}  // namespace tempera::app
