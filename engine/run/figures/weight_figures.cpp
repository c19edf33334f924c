// SPDX-License-Identifier: MIT
// Importance weights: how they spread and who carries them.
#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

/// Why there is nothing to say of the weights; empty when there is.
std::string gap(const Snapshot& s, bool known, bool equal, const char* before) {
    constexpr long least = 10;
    return s.exchange              ? "Replica exchange keeps equal weights."
           : !known                ? before
           : s.n_particles < least ? "There are too few particles to say how their weights spread."
           : equal                 ? "All weights are equal."
                                   : "";
}

}  // namespace

PlotSpec weight_histogram_figure(const Snapshot& s) {
    PlotSpec plot = new_figure("weight_histogram", "Distribution of the log weights", s.preset.get());
    plot.x = axis("log weight less its mean", -1, 1);
    plot.y = axis("particles", 0, 1);
    plot.legend = false;
    const bool known = s.weight_histogram && !s.weight_histogram->count.empty();
    plot.empty = gap(s, known, !(s.log_weight_variance > 1e-24),
                     "The spread of the weights appears here when a run starts.");
    if (!plot.empty.empty()) {
        return plot;
    }
    const Histogram& h = *s.weight_histogram;
    const double step = (h.high - h.low) / static_cast<double>(h.count.size());
    PlotLayer bars = make_layer(Kind::bars, "", Role::weighted, static_cast<float>(step * 0.92));
    for (std::size_t i = 0; i < h.count.size(); ++i) {
        bars.x.push_back(h.low + (static_cast<double>(i) + 0.5) * step);
        bars.y.push_back(h.count[i]);
    }
    const double room = 0.02 * (h.high - h.low);
    plot.x.min = h.low - room, plot.x.max = h.high + room;
    plot.y.max = 1.05 * std::max(1.0, *std::max_element(bars.y.begin(), bars.y.end()));
    plot.state = "variance " + short_number(s.log_weight_variance);
    if (std::isfinite(s.pareto_k)) {
        plot.state += "\u2003Pareto k " + typeset(s.pareto_k, 2);
    }
    if (h.not_finite > 0) {
        plot.note = typeset(h.not_finite, 0) + " particles of weight zero are not shown.";
    }
    plot.layers.push_back(std::move(bars));
    sanitize(plot);
    return plot;
}

PlotSpec lorenz_figure(const Snapshot& s) {
    PlotSpec plot = new_figure("lorenz", "How the weight is shared", s.preset.get());
    plot.x = axis("share of the particles, lightest first", 0, 1);
    plot.y = axis("share of the weight", 0, 1);
    plot.legend = false;
    const bool known = s.lorenz && !s.lorenz->share.empty();
    plot.empty = gap(s, known, known && !(s.lorenz->gini > 1e-9),
                     "Who carries the weight appears here when a run starts.");
    if (!plot.empty.empty()) {
        return plot;
    }
    PlotLayer equal = make_layer(Kind::line, "equal weights", Role::dim, 1),
              line = make_layer(Kind::line, "weights", Role::weighted),
              gap_area = make_layer(Kind::band, "", Role::weighted, 0),
              name = make_layer(Kind::text, "", Role::dim);
    equal.dashed = true;
    equal.x = equal.y = {0, 1};
    const auto n = static_cast<double>(s.lorenz->share.size() - 1);
    for (std::size_t i = 0; i < s.lorenz->share.size(); ++i) {
        line.x.push_back(static_cast<double>(i) / n);
        line.y.push_back(s.lorenz->share[i]);
    }
    gap_area.x = gap_area.y2 = line.x;
    gap_area.y = line.y;
    name.text = "equal weights";  // on its line: no legend is needed
    name.x = {0.26}, name.y = {0.53};
    plot.layers = {std::move(gap_area), std::move(equal), std::move(line), std::move(name)};
    plot.state = "Gini " + typeset(s.lorenz->gini, 3) + "\u2003top 1 % hold " +
                 typeset(100 * s.lorenz->top_percent_share, 1) + " %";
    sanitize(plot);
    return plot;
}

}  // namespace tempera
