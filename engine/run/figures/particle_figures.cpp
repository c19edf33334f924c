// SPDX-License-Identifier: MIT
// Particles over densities, and densities alone.
#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"
#include "run/figures/weighted_values.hpp"
#include "run/preset/preset_target.hpp"
#include "run/record/point_set.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

constexpr std::size_t most_named = 8;

/// Few are to be found, many to be told apart.
float point_size(std::size_t n) { return n <= 64 ? 5 : n <= 512 ? 3.6f : n <= 1500 ? 2.4f : 1.8f; }

/// Particles where they are drawn, and what is known of each.
struct Cloud {
    std::vector<double> x, y;
    std::vector<float> weight;
    std::vector<int> mode, particle;
    long total = 0;  ///< of which these are some
};

Cloud cloud_of(const SpriteSet& s) {
    return {.x = s.x, .y = s.y, .weight = s.weight, .mode = s.mode, .particle = s.particle, .total = s.total};
}

/// Points in a projection; their modes are those of the sprites, among which they are.
Cloud cloud_of(const Snapshot& s, const ParticleView& view) {
    const PointSet& points = *view.points;
    Cloud out;
    out.weight = points.weight, out.particle = points.particle;
    out.total = view.sprites ? view.sprites->total : static_cast<long>(points.weight.size());
    if (view.projection == Projection::principal_axes) {
        out.x = points.principal[0], out.y = points.principal[1];
    } else {
        out.x = points.observables[view.observables[0]], out.y = points.observables[view.observables[1]];
        for (std::size_t i = 0; i < out.x.size(); ++i) {
            out.x[i] = within_period(s.observables[view.observables[0]], out.x[i]);
            out.y[i] = within_period(s.observables[view.observables[1]], out.y[i]);
        }
    }
    for (const int particle : points.particle) {
        const auto at = view.sprites ? row_of(view.sprites->particle, particle) : std::nullopt;
        out.mode.push_back(at && *at < view.sprites->mode.size() ? view.sprites->mode[*at] : 0);
    }
    return out;
}

/// Evenly spread places of at most `most` of n particles; 0: of all.
std::vector<std::size_t> places(std::size_t n, std::size_t most) {
    const std::size_t kept = most > 0 ? std::min(n, most) : n;
    std::vector<std::size_t> out(kept);
    for (std::size_t i = 0; i < kept; ++i) {
        out[i] = i * n / kept;
    }
    return out;
}

/// One layer, its points grouped by mode, or faded where they are light.
PlotLayer points_layer(const Cloud& all, const ParticleView& view) {
    const bool by_mode = view.colour == ParticleColour::mode;
    const std::vector<std::size_t> drawn = places(all.x.size(), view.most);
    PlotLayer out =
        make_layer(Kind::points, "", by_mode ? Role::mode : Role::sampled, point_size(drawn.size()));
    for (const std::size_t i : drawn) {
        out.x.push_back(all.x[i]);
        out.y.push_back(all.y[i]);
        out.id.push_back(i < all.particle.size() ? all.particle[i] : static_cast<int>(i));
        if (by_mode && i < all.mode.size()) {
            out.group.push_back(all.mode[i]);
        } else if (!by_mode && i < all.weight.size()) {
            out.shade.push_back(std::clamp(0.6 * static_cast<double>(all.weight[i]), 0.04, 1.0));
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
                part.id.push_back(points.id[i]);
            }
        }
        out.push_back(std::move(part));
    }
    return out;
}

/// "principal axis 1, 34 % of the variance"
std::string principal_name(const PointSet& points, std::size_t which) {
    const auto dim = static_cast<std::size_t>(points.dim);
    const auto variance = [&](auto place) {
        double total = 0, mean = 0, square = 0;
        for (std::size_t i = 0; i < points.weight.size(); ++i) {
            const double v = place(i), w = static_cast<double>(points.weight[i]);
            if (std::isfinite(v)) {
                total += w, mean += w * v, square += w * v * v;
            }
        }
        return total > 0 ? square / total - std::pow(mean / total, 2) : 0;
    };
    double all = 0;
    for (std::size_t d = 0; d < dim; ++d) {
        all += variance([&](std::size_t i) { return points.x[i * dim + d]; });
    }
    const double share =
        all > 0 ? variance([&](std::size_t i) { return points.principal[which][i]; }) / all : 0;
    return "principal axis " + std::to_string(which + 1) + ", " + typeset(100 * share, 0) +
           " % of the variance";
}

/// Density of the points, beyond what is shown of them, so that it has no edge.
std::shared_ptr<const Grid> own_density(JointValues values) {
    constexpr int cells = 96;
    constexpr double beyond = 0.25;
    const double x = values.periodic[0] ? 0 : beyond * values.box.width(),
                 y = values.periodic[1] ? 0 : beyond * values.box.height();
    values.box.x_min -= x, values.box.x_max += x, values.box.y_min -= y, values.box.y_max += y;
    // As wide as so few leave gaps between them.
    const int radius = std::clamp(static_cast<int>(128 / std::sqrt(values.across.effective())), 2, 6);
    return std::make_shared<Grid>(joint_density(values, cells, radius));
}

/// Axes of what is not the plane, and the points' own density; false where there is nothing to show.
bool lay_out(PlotSpec& plot, const Snapshot& s, const ParticleView& view) {
    const PointSet* points = view.points.get();
    const bool principal = view.projection == Projection::principal_axes;
    if (!points || points->weight.empty()) {
        plot.empty = view.sprites ? "The particles of this level are not kept with their observables."
                                  : "Nothing sampled yet.";
        return false;
    }
    if (principal && points->principal[0].empty()) {
        plot.empty = "Principal axes are those of more than two dimensions.";
        return false;
    }
    if (!principal && std::max(view.observables[0], view.observables[1]) >= s.observables.size()) {
        plot.empty = "The target does not have these observables.";
        return false;
    }
    const JointValues values =
        principal ? joint_values(*points, points->principal[0], points->principal[1])
                  : joint_values(*points, s.observables, view.observables[0], view.observables[1]);
    if (values.across.value.empty()) {
        plot.empty = "No particle has finite values of both.";
        return false;
    }
    const auto name = [&](std::size_t a) {
        return principal ? principal_name(*points, a) : label_of(s.observables[view.observables[a]]);
    };
    plot.x = axis(name(0), values.box.x_min, values.box.x_max);
    plot.y = axis(name(1), values.box.y_min, values.box.y_max);
    plot.equal_aspect = principal;
    if (view.own_density) {
        PlotLayer image = make_layer(Kind::image, "", Role::exact);
        image.image = own_density(values);
        plot.layers.push_back(std::move(image));
    }
    return true;
}

void add_particles(PlotSpec& plot, const Snapshot& s, const ParticleView& view, const Cloud& cloud) {
    const PlotLayer points = points_layer(cloud, view);
    const bool named = view.named && s.mode_names.size() > 1 && s.mode_names.size() <= most_named &&
                       points.group.size() == points.x.size();
    add_layers(plot, named ? named_layers(points, s.mode_names) : std::vector{points});
    plot.state += "\u2003" + typeset(static_cast<double>(points.x.size()), 0) + " of " +
                  typeset(static_cast<double>(cloud.total), 0) + " drawn";
    if (view.colour == ParticleColour::mode && s.ess_fraction < 0.9) {
        plot.note = "Every particle is drawn alike, whatever its weight.";
    }
    if (const auto at = row_of(cloud.particle, view.picked)) {
        plot.layers.push_back(pick_ring(cloud.x[*at], cloud.y[*at]));
    }
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
    const bool plane = view.projection == Projection::plane;
    const std::string over = !plane ? (view.own_density ? "their own density" : "") : view.over;
    PlotSpec plot =
        new_figure("particles", "Particles" + (over.empty() ? "" : " over " + over), s.preset.get());
    plot.state = "level " + std::to_string(view.level);
    plot.x = axis(view.axes[0], view.box.x_min, view.box.x_max);
    plot.y = axis(view.axes[1], view.box.y_min, view.box.y_max);
    plot.equal_aspect = s.dim != 1;
    if (plane && view.density) {
        PlotLayer image = make_layer(Kind::image, "", Role::exact);
        image.image = view.density;
        plot.layers.push_back(std::move(image));
    }
    if (plane ? view.sprites && !view.sprites->x.empty() : lay_out(plot, s, view)) {
        if (view.particles) {
            add_particles(plot, s, view, plane ? cloud_of(*view.sprites) : cloud_of(s, view));
        }
    }
    if (plot.layers.empty() && plot.empty.empty()) {
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
