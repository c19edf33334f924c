// SPDX-License-Identifier: MIT
// Scores as arrows: exact, learned, both or their difference at the level in view.
#include <algorithm>
#include <cmath>

#include "app/render/plot_implot.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "run/figures/learned_figures.hpp"

namespace tempera::app {
namespace {

/// The path's frame in the shape of the panel.
Box box_of(const PathMaps& maps, double aspect) {
    const Box& frame = maps.frame;
    const double half_y = 0.5 * std::max(frame.height(), frame.width() / aspect);
    return Box::around(frame.centre_x(), frame.centre_y(), half_y * aspect, half_y);
}

/// Why there is no field to draw; empty when there is.
std::string obstacle(const Workbench& bench) {
    const LearnedMaps* learned = bench.learning.maps();
    if (!bench.learning.learned_path()) {
        return "This path is exact: no score is learned. Open the preset blindness_story, or choose path "
               "type "
               "learned_diffusion and a model in Setup.";
    }
    if (!learned) {
        return bench.learning.active()
                   ? "The scores of the network in training show here once it was evaluated first."
               : bench.learning.would_train()
                   ? "The model is not trained yet. Ctrl+T trains it, Space trains and runs."
                   : "Reading the model ...";
    }
    if (!learned->error.empty()) {
        return learned->error;
    }
    const PathMaps* maps = bench.workspace.maps();
    if (!maps || !maps->error.empty() || maps->n_levels != learned->n_levels) {
        return maps && !maps->error.empty() ? maps->error : "Drawing the path ...";
    }
    if (maps->dim != 2) {
        return "Scores are drawn as arrows for targets in two dimensions; this one has " +
               std::to_string(maps->dim) + ". Score errors by level are in the report and in Training.";
    }
    return {};
}

PlotSpec plot_of(Workbench& bench, float aspect) {
    const std::string why = obstacle(bench);
    if (!why.empty()) {
        PlotSpec plot;
        plot.id = "score_field";
        plot.title = "Score field";
        plot.empty = why;
        return plot;
    }
    const LearnedLook& look = bench.view.learned;
    return score_figure(*bench.learning.maps(), bench.workspace.level(), look.arrows, look.angles,
                        box_of(*bench.workspace.maps(), aspect));
}

void choices(Workbench& bench) {
    LearnedLook& look = bench.view.learned;
    const float gap = bench.theme.px(2);
    struct Option {
        const char* label;
        Arrows arrows;
        const char* tip;
    };
    for (const Option& o : {Option{"exact###exact", Arrows::exact, "Arrows of the exact score"},
                            Option{"learned###learned", Arrows::learned, "Arrows of the learned score"},
                            Option{"both###both", Arrows::both, "Exact and learned arrows on each other"},
                            Option{"difference###difference", Arrows::difference,
                                   "Arrows of learned minus exact, on the exact score's scale"}}) {
        if (choice(bench, o.label, look.arrows == o.arrows, o.tip)) {
            look.arrows = o.arrows;
        }
        ImGui::SameLine(0, gap);
    }
    ImGui::SameLine(0, bench.theme.px(12));
    if (choice(bench, "angles###angles", look.angles,
               "Ground: angle between learned and exact score; blank where nothing is ever sampled")) {
        look.angles = !look.angles;
    }
}

void line(const Theme& theme, const char* name, double x, double y, Role role) {
    ImGui::TextColored(Theme::vec(theme.colours().role(role)), "%s", name);
    ImGui::SameLine(theme.px(84));
    const Face mono(theme.mono, Theme::number_size);
    ImGui::Text("%s, %s", fixed(x, 3, true).c_str(), fixed(y, 3, true).c_str());
}

/// Both vectors at the node under the mouse.
void card(Workbench& bench, const ScoreField& f, double x, double y) {
    const Theme& theme = bench.theme;
    const auto cell = [](double p, double low, double high, int n) {
        return static_cast<int>(std::floor((p - low) / (high - low) * n));
    };
    const int ix = cell(x, f.box.x_min, f.box.x_max, f.nx), iy = cell(y, f.box.y_min, f.box.y_max, f.ny);
    if (ix < 0 || iy < 0 || ix >= f.nx || iy >= f.ny) {
        return;
    }
    const auto i =
        static_cast<std::size_t>(iy) * static_cast<std::size_t>(f.nx) + static_cast<std::size_t>(ix);
    ImGui::BeginTooltip();
    line(theme, "at", f.box.x_min + (ix + 0.5) * f.box.width() / f.nx,
         f.box.y_min + (iy + 0.5) * f.box.height() / f.ny, Role::dim);
    const auto lx = static_cast<double>(f.learned_x[i]), ly = static_cast<double>(f.learned_y[i]);
    if (i < f.exact_x.size()) {
        const auto ex = static_cast<double>(f.exact_x[i]), ey = static_cast<double>(f.exact_y[i]);
        line(theme, "exact", ex, ey, Role::exact);
        line(theme, "learned", lx, ly, Role::learned);
        const double norm = std::hypot(ex, ey);
        ImGui::TextColored(theme.dim(), "error");
        ImGui::SameLine(theme.px(84));
        const Face mono(theme.mono, Theme::number_size);
        ImGui::Text("%s %%", fixed(100 * std::hypot(lx - ex, ly - ey) / norm, 2).c_str());
    } else {
        line(theme, "learned", lx, ly, Role::learned);
    }
    ImGui::EndTooltip();
}

void draw(Workbench& bench) {
    const Theme& theme = bench.theme;
    const Area whole = remaining();
    const float notes = theme.px(20),
                aspect = std::max(0.2f, (whole.width - theme.px(34)) /
                                            std::max(20.0f, whole.height - theme.px(74)));
    const PlotSpec plot = plot_of(bench, aspect);
    const ImVec2 start = ImGui::GetCursorPos();
    const float choices_at = named_already() ? 0 : theme.px(90),
                room = whole.width - choices_at - theme.px(320);
    std::string state = plot.state;
    {
        const Face face(theme.body, Theme::small_size);
        if (ImGui::CalcTextSize(state.c_str()).x > room) {
            state.clear();
        }
    }
    const bool below = state.empty() && !plot.state.empty();
    panel_header(bench, *find_view("score_field"), "Score field", state);
    const ImVec2 body = ImGui::GetCursorPos();
    if (!plot.layers.empty()) {
        ImGui::SetCursorPos({start.x + choices_at, start.y});
        choices(bench);
        ImGui::SetCursorPos(body);
    }
    PlotOptions options;
    options.fit = bench.view.fit;
    const PlotInput input =
        draw_plot(plot, theme, bench.textures,
                  {remaining().width, remaining().height - (plot.layers.empty() ? 0 : notes)}, options);
    if (plot.layers.empty()) {
        return;
    }
    const LearnedMaps& learned = *bench.learning.maps();
    const auto level = static_cast<std::size_t>(bench.workspace.level());
    if (input.hovered && level < learned.scores.size() && learned.scores[level]) {
        card(bench, *learned.scores[level], input.x, input.y);
    }
    const Face face(theme.body, Theme::small_size);
    const std::string& caption = below ? plot.state : plot.note;
    ImGui::TextColored(theme.dim(), "%s", fitting(caption, remaining().width).c_str());
    ImGui::SetItemTooltip("%s", caption.c_str());
}

std::vector<PlotSpec> plots(Workbench& bench) { return {plot_of(bench, 1.6f)}; }

}  // namespace

View score_field_view() { return {"score_field", "Score field", draw, plots}; }

}  // namespace tempera::app
