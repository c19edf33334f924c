// SPDX-License-Identifier: MIT
// One system of particles as it stands in space, or one lattice of spins.
#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/observable_figures.hpp"
#include "run/record/point_set.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

constexpr double bond_length = 1.45;  // of the length of a typical pair: the first shell of neighbours
constexpr int n_depths = 6;

struct Ball {
    double x, y, depth;  ///< depth: towards the eye
};

/// Particles about their centre as the camera sees them, axis by axis: across, up, towards the eye.
std::vector<Ball> balls_of(const ParticleLayout& layout, const double* x, const Camera& camera) {
    const int n = layout.n_particles, axes = layout.axes;
    double centre[3] = {0, 0, 0};
    for (int i = 0; i < n * axes; ++i) {
        centre[i % axes] += x[i] / n;
    }
    const double cy = std::cos(camera.yaw), sy = std::sin(camera.yaw), cp = std::cos(camera.pitch),
                 sp = std::sin(camera.pitch);
    std::vector<Ball> out;
    for (int i = 0; i < n; ++i) {
        double at[3] = {0, 0, 0};
        for (int a = 0; a < axes; ++a) {
            at[a] = x[i * axes + a] - centre[a];
        }
        if (axes < 3) {
            out.push_back({at[0], at[1], 0});
            continue;
        }
        const double across = cy * at[0] + sy * at[2], away = cy * at[2] - sy * at[0];
        out.push_back({across, cp * at[1] - sp * away, sp * at[1] + cp * away});
    }
    return out;
}

PlotLayer bonds_of(const ParticleLayout& layout, const double* x, const std::vector<Ball>& balls) {
    PlotLayer bonds = make_layer(Kind::segments, "", Role::dim, 1.5f);
    for (int i = 0; i < layout.n_particles; ++i) {
        for (int j = i + 1; j < layout.n_particles; ++j) {
            double q = 0;
            for (int a = 0; a < layout.axes; ++a) {
                q += std::pow(x[i * layout.axes + a] - x[j * layout.axes + a], 2);
            }
            if (std::sqrt(q) < bond_length * layout.length) {
                for (const int end : {i, j}) {
                    bonds.x.push_back(balls[static_cast<std::size_t>(end)].x);
                    bonds.y.push_back(balls[static_cast<std::size_t>(end)].y);
                }
            }
        }
    }
    return bonds;
}

/// Near balls are larger and drawn later. Without `values` [n] their colours are by number.
void add_balls(PlotSpec& plot, const std::vector<Ball>& balls, std::span<const float> values, double zoom) {
    const auto [near, far] = std::minmax_element(
        balls.begin(), balls.end(), [](const Ball& a, const Ball& b) { return a.depth < b.depth; });
    const double from = near->depth, depth = std::max(1e-9, far->depth - from);
    const float size = static_cast<float>(zoom * (balls.size() > 20 ? 15 : 24));
    for (int d = 0; d < n_depths; ++d) {
        const float scale = 0.7f + 0.5f * static_cast<float>(d) / (n_depths - 1);
        PlotLayer layer = make_layer(Kind::points, "", Role::mode, size * scale);
        for (std::size_t i = 0; i < balls.size(); ++i) {
            const int at =
                std::min(n_depths - 1, static_cast<int>(n_depths * (balls[i].depth - from) / depth));
            if (at == d) {
                layer.x.push_back(balls[i].x), layer.y.push_back(balls[i].y);
                if (values.empty()) {
                    layer.group.push_back(static_cast<int>(i));
                } else {
                    layer.value.push_back(static_cast<double>(values[i]));
                }
            }
        }
        add_layers(plot, {std::move(layer)});
    }
}

PlotSpec lattice(const Snapshot& s, PlotSpec plot, const double* x) {
    auto grid =
        std::make_shared<Grid>(make_grid({0, 1.0 * s.lattice, 0, 1.0 * s.lattice}, s.lattice, s.lattice));
    for (std::size_t i = 0; i < grid->value.size(); ++i) {
        grid->value[i] = static_cast<float>(std::tanh(x[i]));
    }
    PlotLayer image = make_layer(Kind::image, "", Role::sampled);
    image.image = grid;
    image.diverging = true;
    image.limit = 1;
    plot.layers = {std::move(image)};
    plot.x = axis("", 0, s.lattice), plot.y = axis("", 0, s.lattice);
    plot.note = "Mean of every spin given the particle: orange up, blue down.";
    sanitize(plot);
    return plot;
}

/// Colours of forces or energies: from about the least to about the largest of all points, so that systems
/// can be compared; a few thousand of them say as much.
PlotAxis scale_of(const std::vector<float>& values, std::string label, std::string unit) {
    constexpr std::size_t most = 4096;
    std::vector<double> some;
    for (std::size_t i = 0; i < values.size(); i += 1 + values.size() / most) {
        if (std::isfinite(values[i])) {
            some.push_back(static_cast<double>(values[i]));
        }
    }
    std::sort(some.begin(), some.end());
    PlotAxis scale = axis(std::move(label), 0, 1);
    scale.unit = std::move(unit);
    if (!some.empty()) {
        scale.min = some[some.size() / 50], scale.max = some[some.size() - 1 - some.size() / 50];
    }
    return scale;
}

/// Sets the scale of colours, and returns the numbers that colour the particles of a row; none by number, or
/// where they are not known.
std::span<const float> colour_values(PlotSpec& plot, const Snapshot& s, const SystemView& view,
                                     std::size_t row) {
    if (view.colour == BallColour::number) {
        return {};
    }
    const bool force = view.colour == BallColour::force;
    const std::vector<float>& all = force ? view.points->force : view.points->energy;
    const auto n = static_cast<std::size_t>(s.particles->n_particles);
    if (all.size() < (row + 1) * n) {
        plot.note = force ? "Forces are told when the run pauses or has ended."
                          : "Energies of particles are told, where they are known, when the run pauses or "
                            "has ended.";
        return {};
    }
    plot.colours = force ? scale_of(all, "force", "kT / length")
                         : scale_of(all, "energy", s.observables.empty() ? "" : s.observables[0].unit);
    return std::span(all).subspan(row * n, n);
}

}  // namespace

PlotSpec configuration_figure(const Snapshot& s, const SystemView& view) {
    PlotSpec plot = new_figure("configuration", "Configuration", s.preset.get());
    plot.x = axis("", -1, 1), plot.y = axis("", -1, 1);
    plot.legend = false;
    plot.equal_aspect = true;
    if (!s.particles && s.lattice == 0) {
        plot.empty = "Systems of particles and lattices of spins are shown here, one at a time.";
        return plot;
    }
    if (!view.points || view.points->weight.empty()) {
        plot.empty = s.points ? "The particles of this level are not kept."
                              : "The system of a particle appears here when a run starts.";
        return plot;
    }
    const PointSet& points = *view.points;
    const auto row =
        view.particle < 0 ? std::optional<std::size_t>(0) : row_of(points.particle, view.particle);
    plot.state = "level " + std::to_string(view.level) + "\u2003particle " +
                 typeset(view.particle < 0 ? points.particle[0] : view.particle, 0);
    if (!row) {
        plot.empty = "Particle " + typeset(view.particle, 0) + " is not among those kept at this level.";
        return plot;
    }
    const double* x = points.x.data() + *row * static_cast<std::size_t>(points.dim);
    plot.state += "\u2003energy " + typeset(points.observables[0][*row], 2);
    if (s.lattice > 0) {
        return lattice(s, std::move(plot), x);
    }
    const std::vector<Ball> balls = balls_of(*s.particles, x, view.camera);
    double reach = s.particles->length;
    for (const Ball& b : balls) {
        reach = std::max({reach, std::abs(b.x), std::abs(b.y)});
    }
    reach *= 1.25 / view.camera.zoom;
    plot.x = axis("", -reach, reach), plot.y = axis("", -reach, reach);
    const std::span<const float> values = colour_values(plot, s, view, *row);
    add_layers(plot, {bonds_of(*s.particles, x, balls)});
    add_balls(plot, balls, values, view.camera.zoom);
    sanitize(plot);
    return plot;
}

PlotSpec configuration_figure_of(const Snapshot& s) {
    SystemView view;
    view.points = s.points, view.level = s.level;
    if (s.points && !s.points->weight.empty()) {
        const auto heaviest = std::max_element(s.points->weight.begin(), s.points->weight.end());
        view.particle = s.points->particle[static_cast<std::size_t>(heaviest - s.points->weight.begin())];
    }
    return configuration_figure(s, view);
}

}  // namespace tempera
