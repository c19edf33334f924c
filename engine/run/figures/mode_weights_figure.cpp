// SPDX-License-Identifier: MIT
// Mode weights at one level.
#include <algorithm>
#include <cmath>

#include "diagnostics/mode_weights.hpp"
#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

constexpr std::size_t most_dotted = 16, most_named = 8;

/// A layer of values of the modes, the first at 1 + shift.
PlotLayer at_modes(PlotLayer layer, const std::vector<double>& values, double shift = 0) {
    for (std::size_t m = 0; m < values.size(); ++m) {
        if (std::isfinite(values[m])) {
            layer.x.push_back(static_cast<double>(m + 1) + shift);
            layer.y.push_back(values[m]);
        }
    }
    return layer;
}

/// The same as short lines across.
PlotLayer across_modes(PlotLayer layer, const std::vector<double>& values, double half) {
    for (std::size_t m = 0; m < values.size(); ++m) {
        const double at = static_cast<double>(m + 1);
        layer.x.insert(layer.x.end(), {at - half, at + half});
        layer.y.insert(layer.y.end(), 2, values[m]);
    }
    return layer;
}

PlotLayer intervals(Role role, const std::vector<double>& values, const std::vector<double>& half,
                    double shift) {
    PlotLayer out = make_layer(Kind::segments, "", role, 1.5f);
    for (std::size_t m = 0; m < std::min(values.size(), half.size()); ++m) {
        if (std::isfinite(half[m])) {
            out.x.insert(out.x.end(), 2, static_cast<double>(m + 1) + shift);
            out.y.insert(out.y.end(), {std::max(0.0, values[m] - half[m]), values[m] + half[m]});
        }
    }
    return out;
}

/// Dots with their intervals beside a line of ink for the exact value.
std::vector<PlotLayer> dotted(const ModeRow& row, bool exchange) {
    const float size = 5.5f;
    const double aside = row.learned.empty() ? 0.12 : 0.2;
    const std::vector<double> none;
    const std::vector<double>& weighted = exchange ? none : row.weighted;
    const double left = exchange && row.learned.empty() ? 0 : -aside;
    return {across_modes(make_layer(Kind::segments, "exact", Role::exact, 3), row.exact, 0.4),
            intervals(Role::sampled, row.sampled, row.sampled_interval, left),
            intervals(Role::weighted, weighted, row.weighted_interval, row.learned.empty() ? aside : 0),
            at_modes(make_layer(Kind::points, "sampled", Role::sampled, size), row.sampled, left),
            at_modes(make_layer(Kind::points, "weighted", Role::weighted, size), weighted,
                     row.learned.empty() ? aside : 0),
            at_modes(make_layer(Kind::points, "learned", Role::learned, size), row.learned, aside)};
}

/// Bars of what counts, the other kinds of weights as marks over them: bars beside each other would be hairs.
std::vector<PlotLayer> barred(const ModeRow& row, bool exchange) {
    const bool weighted = !row.weighted.empty() && !exchange;
    const std::vector<double> none;
    return {at_modes(make_layer(Kind::bars, weighted ? "weighted" : "sampled",
                                weighted ? Role::weighted : Role::sampled, 0.72f),
                     weighted ? row.weighted : row.sampled),
            at_modes(make_layer(Kind::points, "sampled", Role::sampled, 3.5f), weighted ? row.sampled : none),
            at_modes(make_layer(Kind::points, "learned", Role::learned, 3.5f), row.learned),
            across_modes(make_layer(Kind::segments, "exact", Role::exact, 1.5f), row.exact, 0.46)};
}

/// Limits on round values above all that is drawn.
double upper_limit(const PlotSpec& plot) {
    double top = 0;
    for (const PlotLayer& layer : plot.layers) {
        for (const double v : layer.y) {
            top = std::isfinite(v) ? std::max(top, v) : top;
        }
    }
    const double step = top > 0.2 ? 0.05 : top > 0.05 ? 0.02 : 0.005;
    return top > 0 ? std::min(1.03, std::ceil(top * 1.06 / step) * step) : 1;
}

}  // namespace

PlotSpec mode_weights_figure(const Snapshot& s, const ModeRow* row, int level) {
    PlotSpec plot = new_figure("mode_weights",
                               level == 0 ? "Mode weights at the target"
                                          : "Mode weights at level " + std::to_string(level),
                               s.preset.get());
    if (!row || (row->sampled.empty() && row->exact.empty() && row->learned.empty())) {
        plot.empty = "Mode weights appear here when a run starts.";
        return plot;
    }
    const std::size_t n = std::max({row->exact.size(), row->sampled.size(), row->learned.size()});
    plot.x = axis(n > most_named ? "mode" : "", 0.4, static_cast<double>(n) + 0.6);
    for (std::size_t m = 0; n <= most_named && m < n; ++m) {
        plot.x.ticks.emplace_back(static_cast<double>(m + 1), mode_name(s.mode_names, static_cast<int>(m)));
    }
    add_layers(plot, n > most_dotted ? barred(*row, s.exchange) : dotted(*row, s.exchange));
    plot.y = axis("", 0, upper_limit(plot));
    const std::vector<double>& found = row->weighted.empty() || s.exchange ? row->sampled : row->weighted;
    if (!found.empty() && found.size() == row->exact.size()) {
        plot.state = "total variation " + typeset(total_variation(found, row->exact), 3);
    }
    if (n <= most_dotted && !row->weighted_interval.empty()) {
        plot.note = "The thin lines are 95 % intervals.";
    }
    sanitize(plot);
    return plot;
}

}  // namespace tempera
