// SPDX-License-Identifier: MIT
#include "app/views/level_plot.hpp"

#include <algorithm>
#include <cmath>

#include "app/render/plot_implot.hpp"

namespace tempera::app {
namespace {

/// What a plot shows and its state in a row above it, where there is room; returns the row's height.
float caption(const Theme& theme, const PlotSpec& plot, ImVec2 size) {
    constexpr float row = 19, least = 120;
    if (size.y < theme.px(least) || plot.layers.empty()) {
        return 0;
    }
    const Face face(theme.body, Theme::small_size);
    const ImVec2 at = ImGui::GetCursorPos();
    const float title = ImGui::CalcTextSize(plot.title.c_str()).x,
                state = ImGui::CalcTextSize(plot.state.c_str()).x;
    const bool both = title + state + theme.px(14) < size.x;
    if (both || plot.state.empty()) {
        ImGui::TextUnformatted(fitting(plot.title, size.x).c_str());
    }
    if (!plot.state.empty()) {
        ImGui::SetCursorPos({at.x + std::max(0.0f, size.x - state), at.y});
        ImGui::TextColored(theme.dim(), "%s", fitting(plot.state, size.x).c_str());
    }
    ImGui::SetCursorPos({at.x, at.y + theme.px(row)});
    return theme.px(row);
}

}  // namespace

void level_plot(Workbench& bench, const char* id, const PlotSpec& plot) {
    panel_header(bench, *find_view(id), plot.title, plot.state, &plot);
    PlotOptions options;
    options.linked_levels = true;
    options.x_name = "level";
    options.fit = bench.view.fit;
    if (bench.workspace.n_levels() > 0 && !bench.workspace.snapshot().exchange) {
        options.cursor_x = bench.workspace.level();
    }
    const Area area = remaining();
    const PlotInput input = draw_plot(plot, bench.theme, bench.textures, {area.width, area.height}, options);
    if (input.chosen_x) {
        bench.workspace.look_at(static_cast<int>(std::lround(*input.chosen_x)));
    }
}

void pair_of_plots(Workbench& bench, const char* id, const char* title, const PlotSpec& a, const PlotSpec& b,
                   bool over_levels) {
    panel_header(bench, *find_view(id), title, "");
    if (a.layers.empty() && b.layers.empty()) {
        empty_text(bench, a.empty);
        return;
    }
    const Area area = remaining();
    const bool beside = area.width > 1.4f * area.height;
    const float gap = bench.theme.px(beside ? 18 : 10);
    const ImVec2 size =
        beside ? ImVec2((area.width - gap) / 2, area.height) : ImVec2(area.width, (area.height - gap) / 2);
    PlotOptions options;
    options.fit = over_levels && bench.view.fit;
    const auto part = [&](const PlotSpec& plot) {
        ImGui::BeginGroup();
        const float used = caption(bench.theme, plot, size);
        draw_plot(plot, bench.theme, bench.textures, {size.x, size.y - used}, options);
        ImGui::EndGroup();
    };
    part(a);
    if (beside) {
        ImGui::SameLine(0, gap);
    }
    part(b);
}

void plot_note(const Theme& theme, const PlotSpec& plot) {
    constexpr float least = 150;
    if (plot.note.empty() || remaining().height < theme.px(least)) {
        return;
    }
    const Face face(theme.body, Theme::small_size);
    ImGui::PushTextWrapPos(0);
    ImGui::TextColored(theme.dim(), "%s", plot.note.c_str());
    ImGui::PopTextWrapPos();
}

void whole_plot(Workbench& bench, const PlotSpec& plot) {
    PlotOptions options;
    options.fit = true;
    const Area area = remaining();
    draw_plot(plot, bench.theme, bench.textures, {area.width, area.height}, options);
}

}  // namespace tempera::app
