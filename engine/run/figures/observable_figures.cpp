// SPDX-License-Identifier: MIT
#include "run/figures/observable_figures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/number_text.hpp"
#include "diagnostics/line_transport.hpp"
#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/weighted_values.hpp"
#include "run/record/point_set.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

constexpr const char* nothing_yet = "The target's observables appear here when a run starts.";

bool has_points(const Snapshot& s) { return s.points && !s.points->weight.empty(); }

/// Bars of a density over [low, high].
PlotLayer density_bars(const Weighted& all, std::array<double, 2> limits) {
    const int n_bins = std::clamp(static_cast<int>(2 * std::cbrt(all.effective())), 12, 80);
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

/// Wasserstein distances of order 1 and 2 between two weighted samples.
LineDistance distance(Weighted a, Weighted b) {
    for (Weighted* side : {&a, &b}) {
        const double total = side->total();
        for (double& w : side->weight) {
            w /= total;
        }
    }
    return line_distance(a.value, a.weight, b.value, b.weight);
}

/// "0.012 ± 0.003": an error that is not known is not told.
std::string with_error(const Estimate& e) {
    return std::isfinite(e.error.value) ? short_number(e.value) + " \u00b1 " + short_number(e.error.value, 2)
                                        : short_number(e.value);
}

/// How far the values are from those of the reference: at a run's end as its summary has it, of all of its
/// particles with a standard error; before, of those that are kept for views. `keys` are those of W1 and W2
/// below "metrics"; the latter may be empty.
std::string comparison(const Snapshot& s, const std::array<std::string, 2>& keys, const Weighted& all,
                       const Weighted& reference) {
    const auto found = [&](const std::string& what, const std::string& key) {
        return key.empty() ? nullptr : s.record->estimate("metrics." + what + key);
    };
    const Estimate *w1 = found("", keys[0]), *w2 = found("", keys[1]), *n = found("n_of.", keys[0]),
                   *floor = found("floor.", keys[0]);
    if (!w1) {
        const LineDistance d = distance(all, reference);
        return "W1 " + short_number(d.w1) + ", W2 " + short_number(std::sqrt(d.w2_squared)) +
               " from the reference, of " + typeset(static_cast<double>(all.value.size()), 0) +
               " values; errors " + (is_over(s.state) ? "are not known." : "come at the run's end.");
    }
    return "W1 " + with_error(*w1) + (w2 ? ", W2 " + with_error(*w2) : "") + " from the reference" +
           (n ? " (n = " + typeset(n->value, 0) + ", standard errors)" : "") +
           (floor ? "; its halves: W1 " + short_number(floor->value) : "") + ".";
}

/// Bars of the particles, with the line of the reference where both are of the target.
void add_densities(PlotSpec& plot, const Weighted& all, const Weighted& reference,
                   std::array<double, 2> limits) {
    add_layers(plot, {density_bars(all, limits)});
    if (!reference.value.empty()) {
        add_layers(plot, {reference_line(reference, limits)});
    }
}

/// The vertical axis from zero, or of logarithms from half of the least density there is.
void fit_densities(PlotSpec& plot) {
    double least = 1e300, most = 1e-300;
    for (PlotLayer& layer : plot.layers) {
        for (double& y : layer.y) {
            least = y > 0 ? std::min(least, y) : least, most = std::max(most, y);
            y = plot.y.log && y <= 0 ? std::nan("") : y;
        }
    }
    plot.y.min = plot.y.log ? 0.5 * least : 0;
    plot.y.max = (plot.y.log ? 2 : 1.1) * most;
}

/// Those of the reference where they can be compared: at level 0.
const PointSet* reference_of(const Snapshot& s) { return s.level == 0 ? s.reference.get() : nullptr; }

PlotLayer mark(double at, const char* name, Role role) {
    PlotLayer line = make_layer(Kind::vline, name, role);
    line.x = {at};
    return line;
}

}  // namespace

PlotSpec observable_figure(const Snapshot& s, std::size_t k, bool log_density, int picked) {
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
    const PointSet seen = seen_values(s, {k});
    const Weighted all = values_of(seen, k, o),
                   reference = reference_of(s) ? values_of(*reference_of(s), k, o) : Weighted();
    if (all.value.empty()) {
        plot.empty = "No particle has a finite value.";
        return plot;
    }
    const auto limits = limits_of(o, all);
    plot.x.min = limits[0], plot.x.max = limits[1];
    plot.y.log = log_density;
    plot.state = "level " + std::to_string(s.level);
    add_densities(plot, all, reference, limits);
    fit_densities(plot);
    if (o.period == 0) {  // of an angle, neither a mean nor a distance on a line says much
        plot.state += "\u2003mean " + short_number(all.mean());
        plot.layers.push_back(mark(all.mean(), "mean", Role::weighted));
        if (o.exact && s.level == 0) {
            plot.layers.push_back(mark(*o.exact, "exact mean", Role::exact));
        }
        if (!reference.value.empty()) {
            plot.note = comparison(s,
                                   k == 0 ? std::array<std::string, 2>{"energy_w1", "energy_w2"}
                                          : std::array<std::string, 2>{"observables." + o.name, ""},
                                   all, reference);
        }
    }
    if (const auto row = row_of(s.points->particle, picked)) {
        PlotLayer line = mark(within_period(o, s.points->observables[k][*row]), "picked", Role::accent);
        line.dashed = true;
        plot.layers.push_back(std::move(line));
    }
    if (const std::size_t n = seen.weight.size(); all.value.size() < n) {
        plot.note += (plot.note.empty() ? "" : " ") + typeset(static_cast<double>(n - all.value.size()), 0) +
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

/// Volume between two radii in a space of 1, 2 or 3 axes.
double shell(double inner, double outer, int axes) {
    const double factor = axes == 1 ? 2 : axes == 2 ? std::numbers::pi : 4 * std::numbers::pi / 3;
    return factor * (std::pow(outer, axes) - std::pow(inner, axes));
}

/// Densities of the distance become such of the place of one particle as another one sees it.
void make_radial(PlotSpec& plot, int axes) {
    for (PlotLayer& layer : plot.layers) {
        const double step = layer.x.size() > 1 ? layer.x[1] - layer.x[0] : 1;
        for (std::size_t i = 0; i < layer.x.size(); ++i) {
            layer.y[i] *= step / shell(layer.x[i] - step / 2, layer.x[i] + step / 2, axes);
        }
    }
}

}  // namespace

PlotSpec distances_figure(const Snapshot& s, PairDensity density) {
    PlotSpec plot = new_figure("distances", "Distances of pairs", s.preset.get());
    plot.x = axis("distance", 0, 1);
    plot.y = axis("density", 0, 1);
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
    if (all.value.empty()) {
        plot.empty = "No pair of particles has a finite distance.";
        return plot;
    }
    plot.x.max = all.limits()[1];
    plot.state = "level " + std::to_string(s.level) + "\u2003mean " + short_number(all.mean());
    add_densities(plot, all, reference, {0, plot.x.max});
    if (density == PairDensity::radial) {
        const int axes = s.particles->axes;
        const char* area = axes == 1 ? "2" : axes == 2 ? "2\u03c0r" : "4\u03c0r\u00b2";
        make_radial(plot, axes);
        plot.id = "radial_distribution";
        plot.title = "Radial distribution of pairs";
        plot.y.label = "g(r)";
        plot.note = std::string("Density of distances over ") + area + "; its integral over space is one.";
    }
    fit_densities(plot);
    if (!reference.value.empty()) {
        plot.note +=
            (plot.note.empty() ? "" : " ") + comparison(s, {"distance_w1", "distance_w2"}, all, reference);
    }
    sanitize(plot);
    return plot;
}

PlotSpec distances_figure_of(const Snapshot& s) { return distances_figure(s, PairDensity::of_distance); }

}  // namespace tempera
