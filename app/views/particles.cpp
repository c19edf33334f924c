// SPDX-License-Identifier: MIT
// The particles of a level over its density.
#include <algorithm>
#include <cmath>

#include "app/render/plot_implot.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "app/views/observable_choice.hpp"
#include "core/number_text.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"
#include "run/figures/weighted_values.hpp"
#include "run/record/point_set.hpp"

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

/// What can be had: principal axes are those of more than two dimensions, observables those of the target.
Projection projection_of(const Workbench& bench) {
    const Snapshot& s = bench.workspace.snapshot();
    const Projection wish = bench.view.projection;
    return (wish == Projection::principal_axes && s.dim <= 2) ||
                   (wish == Projection::observables && s.observables.size() < 2)
               ? Projection::plane
               : wish;
}

/// The wish, where it can be had: exact and learned densities are known in the plane, the latter on learned
/// paths only.
Background background_of(const Workbench& bench) {
    const Background wish = bench.view.learned.background;
    if (projection_of(bench) != Projection::plane) {
        return wish == Background::none ? wish : Background::own;
    }
    return wish == Background::learned && !bench.learning.learned_path() ? Background::exact : wish;
}

std::array<std::size_t, 2> observables_of(const Workbench& bench) {
    const Snapshot& s = bench.workspace.snapshot();
    return {observable_index(s, bench.view.projected[0], 0), observable_index(s, bench.view.projected[1], 1)};
}

ParticleView particle_view(Workbench& bench, float aspect) {
    Workspace& w = bench.workspace;
    ParticleView view;
    view.level = w.level();
    view.colour = bench.view.by_mode ? ParticleColour::mode : ParticleColour::weight;
    view.projection = projection_of(bench);
    view.observables = observables_of(bench);
    view.points = w.points_in_view();
    view.picked = bench.picked();
    view.particles = bench.view.show_particles;
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
    view.own_density = ground == Background::own;
    if (ground == Background::none) {
        return view;
    }
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

/// What is known of a particle: of its picture, and of its observables where it is among the points.
void card(const Workbench& bench, const ParticleView& view, int particle) {
    constexpr std::size_t most_observables = 4;
    const Theme& theme = bench.theme;
    const Snapshot& s = bench.workspace.snapshot();
    const auto row = [&](const char* name, const std::string& value) {
        ImGui::TextColored(theme.dim(), "%s", name);
        ImGui::SameLine(theme.px(110));
        const Face mono(theme.mono, Theme::number_size);
        ImGui::TextUnformatted(value.c_str());
    };
    row("particle", grouped(particle));
    if (const auto at = view.sprites ? row_of(view.sprites->particle, particle) : std::nullopt) {
        const SpriteSet& sprites = *view.sprites;
        const std::size_t i = *at;
        if (view.projection == Projection::plane) {
            row("position", fixed(sprites.x[i], 3) + ", " + fixed(sprites.y[i], 3));
        }
        if (i < sprites.weight.size()) {
            row("weight", fixed(sprites.weight[i], 3) + " of mean");
        }
        if (s.mode_names.size() > 1 && i < sprites.mode.size() && sprites.mode[i] >= 0) {
            row("mode", mode_name(s.mode_names, sprites.mode[i]));
        }
        if (i < sprites.root.size() && !s.exchange) {
            row("root", grouped(sprites.root[i]));
        }
    }
    if (const auto at = view.points ? row_of(view.points->particle, particle) : std::nullopt) {
        for (std::size_t k = 0; k < std::min(most_observables, s.observables.size()); ++k) {
            row(words_of(s.observables[k].name).c_str(),
                short_number(view.points->observables[k][*at]) + " " + s.observables[k].unit);
        }
        ImGui::TextColored(theme.dim(), "%s", particle == bench.picked() ? "picked" : "click to pick");
    }
}

/// "level 3   5 000 of 8 192 drawn"
std::string state_text(const Workbench& bench, const ParticleView& view, long limit) {
    std::string state = "level " + std::to_string(view.level);
    const bool plane = view.projection == Projection::plane;
    if (view.sprites && bench.view.show_particles) {
        const std::size_t n = plane ? view.sprites->x.size() : view.points ? view.points->weight.size() : 0;
        const long drawn = std::min(limit, static_cast<long>(n));
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
    return {named_already() ? 0 : theme.px(84), theme.px(bench.learning.learned_path() ? 464 : 374)};
}

void choices(Workbench& bench, bool narrow) {
    const Theme& theme = bench.theme;
    const bool plane = projection_of(bench) == Projection::plane;
    const auto ground = [&](const char* label, Background wish, const char* tip, bool known = true) {
        if (choice(bench, label, background_of(bench) == wish,
                   known ? tip : "Exact and learned densities are known in the plane of the target only",
                   known)) {
            bench.view.learned.background = wish;
        }
        ImGui::SameLine(0, theme.px(2));
    };
    ground(narrow ? "exact###exact" : "exact density###exact", Background::exact,
           "Background: the exact density of the level, where it is known", plane);
    if (bench.learning.learned_path()) {
        ground("learned###learned", Background::learned, "Background: the learned density of the level",
               plane);
    }
    ground(narrow ? "own###own" : "particles' own###own", Background::own,
           "Background: all particles, weighted and binned");
    ground("none###none", Background::none, "No background");
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

/// What the particles are drawn over, in a row of its own where there is a choice.
void projection_row(Workbench& bench) {
    const Theme& theme = bench.theme;
    const Snapshot& s = bench.workspace.snapshot();
    if (s.dim <= 2 && s.observables.size() < 2) {
        return;
    }
    struct Offer {
        Projection projection;
        const char* name;
        bool known;
    };
    const Offer offers[] = {{Projection::plane, "plane of the target", true},
                            {Projection::principal_axes, "principal axes", s.dim > 2},
                            {Projection::observables, "observables", s.observables.size() > 1}};
    const Projection now = projection_of(bench);
    const float room = remaining().width - 2 * theme.px(8);
    ImGui::SetNextItemWidth(std::min(theme.px(180), now == Projection::observables ? 0.32f * room : room));
    if (ImGui::BeginCombo("###projection", offers[static_cast<int>(now)].name)) {
        for (const Offer& offer : offers) {
            if (ImGui::Selectable(offer.name, offer.projection == now,
                                  offer.known ? 0 : ImGuiSelectableFlags_Disabled)) {
                bench.view.projection = offer.projection;
            }
        }
        ImGui::EndCombo();
    }
    ImGui::SetItemTooltip("What the particles are drawn over");
    if (now == Projection::observables) {
        const std::array<std::size_t, 2> which = observables_of(bench);
        const char* ids[] = {"###projected_across", "###projected_up"};
        for (std::size_t a = 0; a < 2; ++a) {
            ImGui::SameLine();
            observable_choice(bench, ids[a], which[a], bench.view.projected[a], 0.34f * room / theme.px(1));
        }
    }
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

void picture(Workbench& bench, const ParticleView& view, int limit) {
    PlotOptions options;
    options.max_points = limit;
    options.sprites = !bench.software_gl && bench.sprites.available() ? &bench.sprites : nullptr;
    options.fit = bench.view.fit;
    options.hover_point = [&](int particle) { card(bench, view, particle); };
    options.pickable = view.points ? &view.points->particle : nullptr;
    const PlotInput input = draw_plot(particles_figure(bench.workspace.snapshot(), view), bench.theme,
                                      bench.textures, {remaining().width, remaining().height}, options);
    if (input.clicked) {
        bench.pick(input.picked.value_or(-1));
    }
}

void draw(Workbench& bench) {
    const Theme& theme = bench.theme;
    const Snapshot& s = bench.workspace.snapshot();
    const int limit = bench.software_gl ? 5000 : 20000;
    header(bench, state_text(bench, particle_view(bench, 1), limit), remaining().width);
    projection_row(bench);
    const Area plot = remaining();
    const ParticleView view = particle_view(
        bench, std::max(0.2f, (plot.width - theme.px(34)) / std::max(20.0f, plot.height - theme.px(30))));
    if (s.state == RunState::failed) {
        failure(theme, s);
    }
    if (!view.density && !view.sprites && !view.points) {
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
