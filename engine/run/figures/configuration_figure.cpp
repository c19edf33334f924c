// SPDX-License-Identifier: MIT
// One system of particles as it stands in space, or one lattice of spins.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/observable_figures.hpp"

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

/// Near balls are larger and drawn later.
void add_balls(PlotSpec& plot, const std::vector<Ball>& balls, double zoom) {
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
                layer.group.push_back(static_cast<int>(i));
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

}  // namespace

PlotSpec configuration_figure(const Snapshot& s, std::size_t which, const Camera& camera) {
    PlotSpec plot = new_figure("configuration", "Configuration", s.preset.get());
    plot.x = axis("", -1, 1), plot.y = axis("", -1, 1);
    plot.legend = false;
    plot.equal_aspect = true;
    if (!s.particles && s.lattice == 0) {
        plot.empty = "Systems of particles and lattices of spins are shown here, one at a time.";
        return plot;
    }
    if (!s.points || which >= s.points->weight.size()) {
        plot.empty = "The system of a particle appears here when a run starts.";
        return plot;
    }
    const double* x = s.points->x.data() + which * static_cast<std::size_t>(s.points->dim);
    plot.state = "particle " + typeset(s.points->particle[which], 0) + "\u2003energy " +
                 typeset(s.points->observables[0][which], 2);
    if (s.lattice > 0) {
        return lattice(s, std::move(plot), x);
    }
    const std::vector<Ball> balls = balls_of(*s.particles, x, camera);
    double reach = s.particles->length;
    for (const Ball& b : balls) {
        reach = std::max({reach, std::abs(b.x), std::abs(b.y)});
    }
    reach *= 1.25 / camera.zoom;
    plot.x = axis("", -reach, reach), plot.y = axis("", -reach, reach);
    add_layers(plot, {bonds_of(*s.particles, x, balls)});
    add_balls(plot, balls, camera.zoom);
    sanitize(plot);
    return plot;
}

PlotSpec configuration_figure_of(const Snapshot& s) {
    std::size_t heaviest = 0;
    if (s.points && !s.points->weight.empty()) {
        heaviest = static_cast<std::size_t>(
            std::max_element(s.points->weight.begin(), s.points->weight.end()) - s.points->weight.begin());
    }
    return configuration_figure(s, heaviest, {});
}

}  // namespace tempera
