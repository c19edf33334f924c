// SPDX-License-Identifier: MIT
// Free energy over two observables.
#include <algorithm>
#include <cmath>
#include <limits>

#include "run/figures/figure_parts.hpp"
#include "run/figures/observable_figures.hpp"
#include "run/figures/weighted_values.hpp"
#include "run/record/point_set.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

constexpr int cells = 48;
constexpr float most_shown = 8;  // kT

/// Where a function of the cells' centres crosses a value: marching along the edges of every square of four
/// cells that are all known; across the ends of a period, too.
PlotLayer contour(const Grid& g, float value, std::array<bool, 2> periodic) {
    PlotLayer lines = make_layer(Kind::segments, "", Role::dim, 1);
    const auto at = [&](int ix, int iy) {
        const int x = (ix + g.nx) % g.nx, y = (iy + g.ny) % g.ny;
        return g.value[static_cast<std::size_t>(y * g.nx + x)];
    };
    for (int iy = periodic[1] ? -1 : 0; iy < (periodic[1] ? g.ny : g.ny - 1); ++iy) {
        for (int ix = periodic[0] ? -1 : 0; ix < (periodic[0] ? g.nx : g.nx - 1); ++ix) {
            const std::array<std::array<int, 2>, 4> corner{
                {{ix, iy}, {ix + 1, iy}, {ix + 1, iy + 1}, {ix, iy + 1}}};
            std::vector<std::array<double, 2>> crossed;
            for (std::size_t e = 0; e < 4; ++e) {
                const auto &p = corner[e], &q = corner[(e + 1) % 4];
                const float a = at(p[0], p[1]), b = at(q[0], q[1]);
                if (std::isfinite(a) && std::isfinite(b) && (a < value) != (b < value)) {
                    const double t = (value - a) / (b - a);
                    crossed.push_back({g.box.x_min + (p[0] + 0.5 + t * (q[0] - p[0])) * g.cell_width(),
                                       g.box.y_min + (p[1] + 0.5 + t * (q[1] - p[1])) * g.cell_height()});
                }
            }
            for (std::size_t k = 0; k + 1 < crossed.size(); k += 2) {
                for (const auto& point : {crossed[k], crossed[k + 1]}) {
                    lines.x.push_back(point[0]), lines.y.push_back(point[1]);
                }
            }
        }
    }
    return lines;
}

/// In kT above the least; NaN where the density is none.
void take_logarithm(Grid& density) {
    for (float& v : density.value) {
        v = v > 1e-6f * density.max ? std::min(most_shown, -std::log(v / density.max))
                                    : std::numeric_limits<float>::quiet_NaN();
    }
}

}  // namespace

PlotSpec free_energy_figure(const Snapshot& s, std::size_t a, std::size_t b, int picked) {
    PlotSpec plot = new_figure("free_energy", "Free energy", s.preset.get());
    plot.x = axis("", 0, 1);
    plot.y = axis("", 0, 1);
    plot.legend = false;
    if (s.observables.size() < 2) {
        plot.empty = "This target has one observable; a free energy over two needs one more.";
        return plot;
    }
    if (a >= s.observables.size() || b >= s.observables.size() || !s.points || s.points->weight.empty()) {
        plot.empty = "The target's observables appear here when a run starts.";
        return plot;
    }
    const JointValues values = joint_values(seen_values(s, {a, b}), s.observables, a, b);
    if (values.across.value.empty()) {
        plot.empty = "No particle has finite values of both.";
        return plot;
    }
    plot.x = axis(label_of(s.observables[a]), values.box.x_min, values.box.x_max);
    plot.y = axis(label_of(s.observables[b]), values.box.y_min, values.box.y_max);
    auto grid = std::make_shared<Grid>(joint_density(values, cells, 1));
    take_logarithm(*grid);
    std::vector<PlotLayer> lines;
    for (int level = 1; level < static_cast<int>(most_shown); ++level) {
        lines.push_back(contour(*grid, static_cast<float>(level), values.periodic));
    }
    // Colours say how likely a place is: the picture is of kT below the edge of what is shown.
    for (float& v : grid->value) {
        v = std::isnan(v) ? v : v - 0.5f * most_shown;
    }
    PlotLayer image = make_layer(Kind::image, "", Role::weighted);
    image.image = grid;
    image.diverging = image.hatched = true;
    image.limit = 0.5 * static_cast<double>(most_shown);
    plot.layers.push_back(std::move(image));
    add_layers(plot, std::move(lines));
    if (const auto row = row_of(s.points->particle, picked)) {
        plot.layers.push_back(pick_ring(within_period(s.observables[a], s.points->observables[a][*row]),
                                        within_period(s.observables[b], s.points->observables[b][*row])));
    }
    plot.state = "level " + std::to_string(s.level) + "\u2003a line every kT";
    plot.note = "Hatched: no particle near by.";
    sanitize(plot);
    return plot;
}

PlotSpec free_energy_figure_of(const Snapshot& s) { return free_energy_figure(s, 0, 1); }

}  // namespace tempera
