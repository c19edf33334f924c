// SPDX-License-Identifier: MIT
// The particles of a level over its density.
#include <algorithm>
#include <cmath>

#include "app/render/plot_implot.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

/// A box with the shape of the panel that shows the target and some of the reference.
Box framed_box(const Workbench& bench, double aspect) {
    const PathMaps* maps = bench.workspace.maps();
    const bool mapped = maps && !maps->density.empty();
    Box box = mapped ? maps->plane.box : bench.workspace.snapshot().plane.box;
    if (mapped && maps->frame.has_area()) {  // half way to what shows the reference too
        const Box& frame = maps->frame;
        box = {0.5 * (box.x_min + frame.x_min), 0.5 * (box.x_max + frame.x_max),
               0.5 * (box.y_min + frame.y_min), 0.5 * (box.y_max + frame.y_max)};
    }
    if (!box.has_area()) {
        return Box::around(0, 0, aspect, 1);
    }
    const double half_y = 0.5 * std::max(box.height(), box.width() / aspect);
    return Box::around(box.centre_x(), box.centre_y(), half_y * aspect, half_y);
}

/// The wish, where it can be had: only learned paths have learned densities.
Background background_of(const Workbench& bench) {
    const Background wish = bench.view.learned.background;
    return wish == Background::learned && !bench.learning.learned_path() ? Background::exact : wish;
}

ParticleView particle_view(Workbench& bench, float aspect) {
    Workspace& w = bench.workspace;
    ParticleView view;
    view.level = w.level();
    view.by_mode = bench.view.by_mode;
    view.box = framed_box(bench, aspect);
    const ViewPlane& plane = w.maps() && !w.maps()->density.empty() ? w.maps()->plane : w.snapshot().plane;
    view.axes = {axis_name(plane, 0), axis_name(plane, 1)};
    const LevelPicture* picture = w.picture(view.level);
    if (!picture && w.following() && w.snapshot().sprites) {
        view.sprites = w.snapshot().sprites;
    } else if (picture) {
        view.sprites = picture->sprites;
    }
    const auto grid_of = [&](const auto* maps) -> std::shared_ptr<const Grid> {
        const auto level = static_cast<std::size_t>(view.level);
        return maps && level < maps->density.size() ? maps->density[level] : nullptr;
    };
    const Background ground = background_of(bench);
    view.density = ground == Background::exact     ? grid_of(w.maps())
                   : ground == Background::learned ? grid_of(bench.learning.maps())
                                                   : nullptr;
    view.over = ground == Background::exact ? "the exact density" : "the learned density";
    if (!view.density) {
        view.density = picture ? picture->density : w.snapshot().density;
        view.over = "their own density";
    }
    return view;
}

void card(Workbench& bench, const SpriteSet& sprites, std::size_t i) {
    const Theme& theme = bench.theme;
    const Snapshot& s = bench.workspace.snapshot();
    const auto row = [&](const char* name, const std::string& value) {
        ImGui::TextColored(theme.dim(), "%s", name);
        ImGui::SameLine(theme.px(80));
        const Face mono(theme.mono, Theme::number_size);
        ImGui::TextUnformatted(value.c_str());
    };
    if (i < sprites.particle.size()) {
        row("particle", grouped(sprites.particle[i]));
    }
    row("position", fixed(sprites.x[i], 3) + ", " + fixed(sprites.y[i], 3));
    if (i < sprites.weight.size()) {
        row("weight", fixed(sprites.weight[i], 3) + " of mean");
    }
    if (i < sprites.mode.size() && sprites.mode[i] >= 0) {
        row("mode", mode_name(s.mode_names, sprites.mode[i]));
    }
    if (i < sprites.root.size() && !s.exchange) {
        row("root", grouped(sprites.root[i]));
    }
}

/// "level 3   5 000 of 8 192 drawn"
std::string state_text(const Workbench& bench, const ParticleView& view, long limit) {
    std::string state = "level " + std::to_string(view.level);
    if (view.sprites && bench.view.show_particles) {
        const long drawn = std::min(limit, static_cast<long>(view.sprites->x.size()));
        state += "   " + grouped(drawn) + " of " + grouped(std::max(view.sprites->total, drawn)) + " drawn";
    } else if (bench.workspace.snapshot().state != RunState::idle) {
        state += "   not visited while drawn";
    }
    return state;
}

/// Room for the choices of background and colour in the header's row.
struct ChoicesPlace {
    float at, width;

    float end(const Theme& theme) const { return at + width + theme.px(24); }
};

ChoicesPlace place_of_choices(const Workbench& bench) {
    const Theme& theme = bench.theme;
    return {named_already() ? 0 : theme.px(84), theme.px(bench.learning.learned_path() ? 420 : 330)};
}

void choices(Workbench& bench, bool narrow) {
    const Theme& theme = bench.theme;
    const auto ground = [&](const char* label, Background wish, const char* tip) {
        if (choice(bench, label, background_of(bench) == wish, tip)) {
            bench.view.learned.background = wish;
        }
        ImGui::SameLine(0, theme.px(2));
    };
    ground(narrow ? "exact###exact" : "exact density###exact", Background::exact,
           "Background: the exact density of the level, where it is known");
    if (bench.learning.learned_path()) {
        ground("learned###learned", Background::learned, "Background: the learned density of the level");
    }
    ground(narrow ? "own###own" : "particles' own###own", Background::own,
           "Background: all particles, weighted and binned");
    ImGui::SameLine(0, theme.px(14));
    if (choice(bench, narrow ? "mode###mode" : "by mode", bench.view.by_mode,
               "Colour of a particle: its mode")) {
        bench.view.by_mode = true;
    }
    ImGui::SameLine(0, theme.px(2));
    if (choice(bench, narrow ? "weight###weight" : "by weight", !bench.view.by_mode,
               "Colour of a particle: light ones fade")) {
        bench.view.by_mode = false;
    }
}

/// Choices, then the state at the right end; where both do not fit the choices count, and the panel's name
/// stands in its tab already.
void header(Workbench& bench, std::string state, float width) {
    const Theme& theme = bench.theme;
    const ImVec2 start = ImGui::GetCursorPos();
    const ChoicesPlace place = place_of_choices(bench);
    {
        const Face face(theme.body, Theme::small_size);
        if (place.end(theme) + ImGui::CalcTextSize(state.c_str()).x > width) {
            state.clear();
        }
    }
    panel_header(bench, *find_view("particles"), "Particles", state);
    const ImVec2 body = ImGui::GetCursorPos();
    ImGui::SetCursorPos({start.x + place.at, start.y});
    choices(bench, place.end(theme) > width);
    ImGui::SetCursorPos(body);
}

void failure(const Theme& theme, const Snapshot& s) {
    ImGui::PushTextWrapPos(0);
    ImGui::TextColored(Theme::vec(theme.colours().bad), "%s  The run stopped at level %d", icon::bad,
                       s.level);
    ImGui::TextUnformatted(s.error.c_str());
    ImGui::TextColored(theme.dim(),
                       "What was reached is kept. Change a setting and press Ctrl+R to run again.");
    ImGui::PopTextWrapPos();
}

void picture(Workbench& bench, ParticleView view, int limit) {
    if (!bench.view.show_particles) {
        view.sprites = nullptr;
    }
    PlotOptions options;
    options.max_points = limit;
    options.sprites = !bench.software_gl && bench.sprites.available() ? &bench.sprites : nullptr;
    options.fit = bench.view.fit;
    if (view.sprites) {
        options.hover_point = [&](std::size_t i) { card(bench, *view.sprites, i); };
        if (!bench.view.by_mode) {
            options.point_weight = &view.sprites->weight;
        }
    }
    draw_plot(particles_figure(bench.workspace.snapshot(), view), bench.theme, bench.textures,
              {remaining().width, remaining().height}, options);
}

void draw(Workbench& bench) {
    const Theme& theme = bench.theme;
    const Snapshot& s = bench.workspace.snapshot();
    const Area whole = remaining();
    const float plot_height = whole.height - theme.px(24);
    const ParticleView view = particle_view(
        bench, std::max(0.2f, (whole.width - theme.px(34)) / std::max(20.0f, plot_height - theme.px(30))));
    const int limit = bench.software_gl ? 5000 : 20000;
    header(bench, state_text(bench, view, limit), whole.width);
    if (s.state == RunState::failed) {
        failure(theme, s);
    }
    if (!view.density && !view.sprites) {
        empty_text(bench, s.state == RunState::preparing
                              ? "Preparing the run ..."
                              : "Nothing sampled yet. Press Space to run " + bench.workspace.name() +
                                    ", or drop a preset or points of your own here.");
        return;
    }
    picture(bench, view, limit);
}

std::vector<PlotSpec> plots(Workbench& bench) {
    ParticleView view = particle_view(bench, 1.6f);
    view.named = true;
    return {particles_figure(bench.workspace.snapshot(), view)};
}

}  // namespace

View particles_view() { return {"particles", "Particles", draw, plots}; }

}  // namespace tempera::app
