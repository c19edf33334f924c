// SPDX-License-Identifier: MIT
// How much of the particles of one level is left when they are weighed for another.
#include <cmath>

#include "app/render/plot_implot.hpp"
#include "app/views/level_plot.hpp"
#include "core/number_text.hpp"
#include "run/figures/chain_figures.hpp"
#include "run/record/level_overlap.hpp"

namespace tempera::app {
namespace {

std::vector<PlotSpec> plots(Workbench& b) { return {level_overlap_figure(b.workspace.snapshot())}; }

/// The numbers of the cell under the mouse.
void cell_card(const Theme& theme, const Snapshot& s, double x, double y) {
    const LevelOverlap& overlap = *s.overlap;
    const auto n = static_cast<double>(overlap.levels.size());
    if (!(x >= 0 && x < n && y >= 0 && y < n)) {
        return;
    }
    const auto source = static_cast<std::size_t>(y), target = static_cast<std::size_t>(x);
    const int from = overlap.levels[source], to = overlap.levels[target];
    const double fraction = overlap.ess_fraction[source][target],
                 points = static_cast<double>(overlap.n_points[source]);
    ImGui::BeginTooltip();
    const auto row = [&](const char* what, int level) {
        ImGui::TextColored(theme.dim(), "%s", what);
        ImGui::SameLine(theme.px(64));
        ImGui::Text("level %d, %s", level, level_label(s, level).c_str());
    };
    row("source", from);
    row("target", to);
    ImGui::TextColored(theme.dim(), "ESS");
    ImGui::SameLine(theme.px(64));
    if (std::isfinite(fraction)) {
        const Face mono(theme.mono, Theme::number_size);
        ImGui::Text("%s of %s points, log10 %s", fixed(fraction * points, 1).c_str(),
                    grouped(overlap.n_points[source]).c_str(), fixed(std::log10(fraction), 2).c_str());
    } else {
        ImGui::TextUnformatted(points > 0 ? "not known" : "this level is still to come");
    }
    ImGui::EndTooltip();
}

void draw(Workbench& b) {
    const PlotSpec spec = plots(b).front();
    panel_header(b, *find_view("temperatures"), "ESS between levels", spec.state);
    if (!spec.empty.empty()) {
        empty_text(b, spec.empty);
        return;
    }
    plot_note(b.theme, spec);
    PlotOptions options;
    options.fit = true;
    const Area area = remaining();
    const PlotInput input = draw_plot(spec, b.theme, b.textures, {area.width, area.height}, options);
    if (input.hovered) {
        cell_card(b.theme, b.workspace.snapshot(), input.x, input.y);
    }
}

}  // namespace

View temperatures_view() { return {"temperatures", "Temperatures", draw, plots}; }

}  // namespace tempera::app
