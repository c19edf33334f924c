// SPDX-License-Identifier: MIT
// Particles over densities, and densities alone.
#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"
#include "run/preset/preset_target.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

constexpr std::size_t most_named = 8;

/// Few are to be found, many to be told apart.
float point_size(std::size_t n) { return n <= 64 ? 5 : n <= 512 ? 3.6f : n <= 1500 ? 2.4f : 1.8f; }

/// Evenly spread places of at most `most` of n sprites; 0: of all.
std::vector<std::size_t> places(std::size_t n, std::size_t most) {
    const std::size_t kept = most > 0 ? std::min(n, most) : n;
    std::vector<std::size_t> out(kept);
    for (std::size_t i = 0; i < kept; ++i) {
        out[i] = i * n / kept;
    }
    return out;
}

/// One layer, its points grouped by mode where they are coloured so.
PlotLayer points_layer(const ParticleView& view, const std::vector<std::size_t>& drawn) {
    const SpriteSet& all = *view.sprites;
    PlotLayer out =
        make_layer(Kind::points, "", view.by_mode ? Role::mode : Role::sampled, point_size(drawn.size()));
    for (const std::size_t i : drawn) {
        out.x.push_back(all.x[i]);
        out.y.push_back(all.y[i]);
        if (view.by_mode && i < all.mode.size()) {
            out.group.push_back(all.mode[i]);
        }
    }
    return out;
}

/// The same points, one layer per mode, so that a legend names them.
std::vector<PlotLayer> named_layers(const PlotLayer& points, const std::vector<std::string>& names) {
    std::vector<PlotLayer> out;
    for (std::size_t m = 0; m < names.size(); ++m) {
        const int mode = static_cast<int>(m);
        PlotLayer part = make_layer(Kind::points, mode_name(names, mode), Role::mode, points.width, mode);
        for (std::size_t i = 0; i < points.x.size(); ++i) {
            if (std::max(0, points.group[i]) == mode) {
                part.x.push_back(points.x[i]);
                part.y.push_back(points.y[i]);
            }
        }
        out.push_back(std::move(part));
    }
    return out;
}

}  // namespace

std::string axis_name(const ViewPlane& plane, int axis) {
    const std::vector<double>& way = plane.axis[static_cast<std::size_t>(axis)];
    constexpr int most_summed = 3;
    if (way.size() <= 2) {
        return {};
    }
    std::string text;
    int n = 0;
    for (std::size_t i = 0; i < way.size(); ++i) {
        const double part = std::abs(way[i]);
        if (part > 1e-6) {
            text += way[i] < 0 ? (n > 0 ? " - " : "-") : (n > 0 ? " + " : "");
            text +=
                (std::abs(part - 1) < 1e-6 ? "" : short_number(part, 2) + " ") + "x" + std::to_string(i + 1);
            ++n;
        }
    }
    return n <= most_summed ? text
                            : "direction " + std::to_string(axis + 1) +
                                  (axis == 0 ? " of " + std::to_string(way.size()) + "-D" : "");
}

ParticleView samples_view(const Snapshot& s) {
    constexpr int width = 320, height = 240;  // about square cells: figures are wider than high
    ParticleView view;
    view.level = s.level;
    view.sprites = s.sprites;
    view.most = 3000;
    view.named = true;
    view.box = s.plane.box;
    view.axes = {axis_name(s.plane, 0), axis_name(s.plane, 1)};
    const auto target = s.preset && s.sprites ? known_preset_target(*s.preset) : nullptr;
    if (target && s.state == RunState::finished) {
        // The plane of a live run is one of path coordinates; the target is evaluated in its own.
        const ViewPlane plane = view_plane(*target);
        view.density = std::make_shared<Grid>(target_density(*target, plane, plane.box, width, height));
        view.over = s.dim <= 2          ? "the target density"
                    : target->mixture() ? "the target's marginal density"
                                        : "a slice of the target density";
    }
    return view;
}

PlotSpec particles_figure(const Snapshot& s, const ParticleView& view) {
    PlotSpec plot = new_figure("particles", "Particles" + (view.over.empty() ? "" : " over " + view.over),
                               s.preset.get());
    plot.x = axis(view.axes[0], view.box.x_min, view.box.x_max);
    plot.y = axis(view.axes[1], view.box.y_min, view.box.y_max);
    plot.equal_aspect = s.dim != 1;
    plot.state = "level " + std::to_string(view.level);
    if (view.density) {
        PlotLayer image = make_layer(Kind::image, "", Role::exact);
        image.image = view.density;
        plot.layers.push_back(std::move(image));
    }
    if (view.sprites && !view.sprites->x.empty()) {
        const auto drawn = places(view.sprites->x.size(), view.most);
        const PlotLayer points = points_layer(view, drawn);
        const bool named = view.named && s.mode_names.size() > 1 && s.mode_names.size() <= most_named &&
                           points.group.size() == points.x.size();
        add_layers(plot, named ? named_layers(points, s.mode_names) : std::vector{points});
        plot.state += "\u2003" + typeset(static_cast<double>(drawn.size()), 0) + " of " +
                      typeset(static_cast<double>(view.sprites->total), 0) + " drawn";
        if (view.by_mode && s.ess_fraction < 0.9) {
            plot.note = "Every particle is drawn alike, whatever its weight.";
        }
    }
    if (plot.layers.empty()) {
        plot.empty = "Nothing sampled yet.";
    }
    sanitize(plot);
    return plot;
}

PlotSpec density_figure(const PathMaps& maps, int level) {
    PlotSpec plot = new_figure("density_level_" + std::to_string(level), "Exact density", nullptr);
    plot.state = "level " + std::to_string(level) + " of " + std::to_string(maps.n_levels);
    plot.x = axis("", maps.box.x_min, maps.box.x_max);
    plot.y = axis("", maps.box.y_min, maps.box.y_max);
    plot.equal_aspect = true;
    plot.legend = false;
    const auto l = static_cast<std::size_t>(level);
    if (l < maps.density.size() && maps.density[l]) {
        PlotLayer image = make_layer(Kind::image, "", Role::exact);
        image.image = maps.density[l];
        plot.layers.push_back(std::move(image));
    } else {
        plot.empty = "There is no density between the ends of this path.";
    }
    return plot;
}

}  // namespace tempera
