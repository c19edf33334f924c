// SPDX-License-Identifier: MIT
#include "run/figures/observable_figures.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/number_text.hpp"
#include "diagnostics/line_transport.hpp"
#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

std::string label_of(const Observable& o) {
    return words_of(o.name) + (o.unit.empty() ? "" : " (" + o.unit + ")");
}

constexpr const char* nothing_yet = "The target's observables appear here when a run starts.";

bool has_points(const Snapshot& s) { return s.points && !s.points->weight.empty(); }

/// Values with a weight, and the weights; finite ones only.
struct Weighted {
    std::vector<double> value, weight;

    void add(double v, double w) {
        if (std::isfinite(v) && w > 0) {
            value.push_back(v), weight.push_back(w);
        }
    }
    double total() const { return std::accumulate(weight.begin(), weight.end(), 0.0); }
    double mean() const {
        return std::inner_product(value.begin(), value.end(), weight.begin(), 0.0) / total();
    }
    /// Limits that leave out a thousandth of the weight at each end, and some room.
    std::array<double, 2> limits() const {
        std::vector<std::size_t> order(value.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return value[a] < value[b]; });
        const auto at = [&](auto begin, auto end) {
            double passed = 0;
            for (auto i = begin; i != end; ++i) {
                passed += weight[*i];
                if (passed > 1e-3 * total()) {
                    return value[*i];
                }
            }
            return value[order.front()];
        };
        const double low = at(order.begin(), order.end()), high = at(order.rbegin(), order.rend());
        const double room = 0.08 * (high - low) + 1e-9 * (1 + std::abs(low));
        return {low - room, high + room};
    }
};

/// Bars of a density over [low, high].
PlotLayer density_bars(const Weighted& all, std::array<double, 2> limits) {
    const double n = std::pow(all.total(), 2) /
                     std::inner_product(all.weight.begin(), all.weight.end(), all.weight.begin(), 0.0);
    const int n_bins = std::clamp(static_cast<int>(2 * std::cbrt(n)), 12, 80);
    const double step = (limits[1] - limits[0]) / n_bins, total = all.total();
    PlotLayer bars = make_layer(Kind::bars, "", Role::weighted, static_cast<float>(0.92 * step));
    bars.y.assign(static_cast<std::size_t>(n_bins), 0);
    for (int i = 0; i < n_bins; ++i) {
        bars.x.push_back(limits[0] + (i + 0.5) * step);
    }
    for (std::size_t i = 0; i < all.value.size(); ++i) {
        const double place = (all.value[i] - limits[0]) / step;
        if (place >= 0 && place < n_bins) {
            bars.y[static_cast<std::size_t>(place)] += all.weight[i] / (total * step);
        }
    }
    return bars;
}

/// The same density as a line, of what the particles are compared with.
PlotLayer reference_line(const Weighted& reference, std::array<double, 2> limits) {
    const PlotLayer bars = density_bars(reference, limits);
    PlotLayer line = make_layer(Kind::line, "reference", Role::exact);
    line.x = bars.x, line.y = bars.y;
    return line;
}

/// W2 between two weighted samples (Wasserstein distance of order 2).
double distance(Weighted a, Weighted b) {
    for (Weighted* side : {&a, &b}) {
        const double total = side->total();
        for (double& w : side->weight) {
            w /= total;
        }
    }
    return std::sqrt(line_distance(a.value, a.weight, b.value, b.weight).w2_squared);
}

/// Bars of the particles, with the line of the reference where both are of the target.
void add_densities(PlotSpec& plot, const Weighted& all, const Weighted& reference,
                   std::array<double, 2> limits) {
    PlotLayer bars = density_bars(all, limits);
    plot.y.max = 1.1 * std::max(1e-300, *std::max_element(bars.y.begin(), bars.y.end()));
    add_layers(plot, {std::move(bars)});
    if (reference.value.empty()) {
        return;
    }
    PlotLayer line = reference_line(reference, limits);
    plot.y.max = std::max(plot.y.max, 1.1 * *std::max_element(line.y.begin(), line.y.end()));
    add_layers(plot, {std::move(line)});
    plot.state += "\u2003W2 to the reference " + short_number(distance(all, reference));
}

Weighted values_of(const PointSet& points, std::size_t k) {
    Weighted all;
    const std::vector<double>& values = points.observables[k];
    for (std::size_t i = 0; i < values.size(); ++i) {
        all.add(values[i], static_cast<double>(points.weight[i]));
    }
    return all;
}

/// Those of the reference where they can be compared: at level 0.
const PointSet* reference_of(const Snapshot& s) { return s.level == 0 ? s.reference.get() : nullptr; }

PlotLayer mark(double at, const char* name, Role role) {
    PlotLayer line = make_layer(Kind::vline, name, role);
    line.x = {at};
    return line;
}

}  // namespace

PlotSpec observable_figure(const Snapshot& s, std::size_t k) {
    PlotSpec plot = new_figure("observable", "Observable", s.preset.get());
    plot.x = axis("", -1, 1);
    plot.y = axis("density", 0, 1);
    if (k >= s.observables.size() || !has_points(s)) {
        plot.empty = nothing_yet;
        return plot;
    }
    const Observable& o = s.observables[k];
    plot.id = o.name;
    plot.title = words_of(o.name);
    plot.title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(plot.title[0])));
    plot.x.label = label_of(o);
    const Weighted all = values_of(*s.points, k),
                   reference = reference_of(s) ? values_of(*reference_of(s), k) : Weighted();
    if (all.value.empty()) {
        plot.empty = "No particle has a finite value.";
        return plot;
    }
    const auto limits = all.limits();
    plot.x.min = limits[0], plot.x.max = limits[1];
    plot.state = "level " + std::to_string(s.level) + "\u2003mean " + short_number(all.mean());
    add_densities(plot, all, reference, limits);
    plot.layers.push_back(mark(all.mean(), "mean", Role::weighted));
    if (o.exact && s.level == 0) {
        plot.layers.push_back(mark(*o.exact, "exact mean", Role::exact));
    }
    if (const std::size_t n = s.points->weight.size(); all.value.size() < n) {
        plot.note = typeset(static_cast<double>(n - all.value.size()), 0) +
                    " particles without weight or with values that are not finite are left out.";
    }
    sanitize(plot);
    return plot;
}

PlotSpec energy_figure(const Snapshot& s) { return observable_figure(s, 0); }

namespace {

Weighted distances_of(const PointSet& points) {
    Weighted all;
    for (std::size_t i = 0; i < points.distance.size(); ++i) {
        all.add(points.distance[i], points.distance_weight[i]);
    }
    return all;
}

}  // namespace

PlotSpec distances_figure(const Snapshot& s) {
    PlotSpec plot = new_figure("distances", "Distances of pairs", s.preset.get());
    plot.x = axis("distance", 0, 1);
    plot.y = axis("density", 0, 1);
    plot.legend = false;
    if (!s.particles) {
        plot.empty = "Only systems of particles have distances.";
        return plot;
    }
    if (!has_points(s)) {
        plot.empty = nothing_yet;
        return plot;
    }
    const Weighted all = distances_of(*s.points),
                   reference = reference_of(s) ? distances_of(*reference_of(s)) : Weighted();
    plot.x.max = all.limits()[1];
    plot.state = "level " + std::to_string(s.level) + "\u2003mean " + short_number(all.mean());
    add_densities(plot, all, reference, {0, plot.x.max});
    sanitize(plot);
    return plot;
}

namespace {

constexpr int free_cells = 48;
constexpr float most_free = 8;  // kT shown

/// Where a function of the cells' centres crosses a value: marching along the edges of every square of four
/// cells that are all known.
PlotLayer contour(const Grid& g, float value) {
    PlotLayer lines = make_layer(Kind::segments, "", Role::dim, 1);
    const auto at = [&](int ix, int iy) { return g.value[static_cast<std::size_t>(iy * g.nx + ix)]; };
    for (int iy = 0; iy + 1 < g.ny; ++iy) {
        for (int ix = 0; ix + 1 < g.nx; ++ix) {
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

}  // namespace

PlotSpec free_energy_figure(const Snapshot& s, std::size_t a, std::size_t b) {
    PlotSpec plot = new_figure("free_energy", "Free energy", s.preset.get());
    plot.x = axis("", 0, 1);
    plot.y = axis("", 0, 1);
    plot.legend = false;
    if (s.observables.size() < 2) {
        plot.empty = "This target has one observable; a free energy over two needs one more.";
        return plot;
    }
    if (a >= s.observables.size() || b >= s.observables.size() || !has_points(s)) {
        plot.empty = nothing_yet;
        return plot;
    }
    plot.x.label = label_of(s.observables[a]), plot.y.label = label_of(s.observables[b]);
    Weighted across, up;
    for (std::size_t i = 0; i < s.points->weight.size(); ++i) {
        const double u = s.points->observables[a][i], v = s.points->observables[b][i];
        if (std::isfinite(u) && std::isfinite(v)) {
            across.add(u, static_cast<double>(s.points->weight[i]));
            up.add(v, static_cast<double>(s.points->weight[i]));
        }
    }
    if (across.value.empty()) {
        plot.empty = "No particle has finite values of both.";
        return plot;
    }
    const auto width = across.limits(), height = up.limits();
    auto grid =
        std::make_shared<Grid>(make_grid({width[0], width[1], height[0], height[1]}, free_cells, free_cells));
    for (std::size_t i = 0; i < across.value.size(); ++i) {
        const int ix = static_cast<int>((across.value[i] - width[0]) / grid->cell_width()),
                  iy = static_cast<int>((up.value[i] - height[0]) / grid->cell_height());
        if (ix >= 0 && iy >= 0 && ix < grid->nx && iy < grid->ny) {
            grid->value[static_cast<std::size_t>(iy * grid->nx + ix)] += static_cast<float>(across.weight[i]);
        }
    }
    blur(*grid, 1);
    find_max(*grid);
    for (float& v : grid->value) {
        v = v > 1e-6f * grid->max ? std::min(most_free, -std::log(v / grid->max))
                                  : std::numeric_limits<float>::quiet_NaN();
    }
    for (int level = 1; level < static_cast<int>(most_free); ++level) {
        PlotLayer lines = contour(*grid, static_cast<float>(level));
        if (!lines.x.empty()) {
            plot.layers.push_back(std::move(lines));
        }
    }
    // Colours say how likely a place is: the picture is of kT below the edge of what is shown.
    for (float& v : grid->value) {
        v = std::isnan(v) ? v : v - 0.5f * most_free;
    }
    PlotLayer image = make_layer(Kind::image, "", Role::weighted);
    image.image = grid;
    image.diverging = true;
    image.limit = 0.5 * most_free;
    plot.layers.insert(plot.layers.begin(), std::move(image));
    plot.x.min = width[0], plot.x.max = width[1], plot.y.min = height[0], plot.y.max = height[1];
    plot.state = "level " + std::to_string(s.level) + "\u2003a line every kT";
    sanitize(plot);
    return plot;
}

PlotSpec free_energy_figure_of(const Snapshot& s) { return free_energy_figure(s, 0, 1); }

}  // namespace tempera
