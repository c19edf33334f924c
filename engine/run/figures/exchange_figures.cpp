// SPDX-License-Identifier: MIT
// Replica exchange: swaps, communication barrier, index process.
#include <algorithm>
#include <cmath>

#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

PlotSpec exchange_figure(const Snapshot& s, const char* id, const char* title, PlotAxis y) {
    PlotSpec plot = new_figure(id, title, s.preset.get());
    plot.x = level_axis(s.n_levels);
    plot.y = std::move(y);
    plot.legend = false;
    plot.empty =
        !s.exchange
            ? "Only replica exchange swaps between levels. Choose the sampler replica_exchange to see this."
        : !s.exchange_stats || s.exchange_stats->swap_rejection.empty()
            ? "Swap statistics appear here after the first scans."
            : "";
    return plot;
}

}  // namespace

PlotSpec swap_figure(const Snapshot& s) {
    PlotSpec plot = exchange_figure(s, "swap_acceptance", "Swap acceptance by pair of levels",
                                    fraction_axis("acceptance"));
    if (!plot.empty.empty()) {
        return plot;
    }
    const double floor = health_rule("low_swap_acceptance").good;
    PlotLayer curve = make_layer(Kind::line, "acceptance", Role::sampled, 1.5f),
              dots = make_layer(Kind::points, "", Role::sampled, 3.2f),
              threshold = make_layer(Kind::hline, "threshold", Role::threshold, 1);
    double least = 1;
    for (std::size_t k = 0; k < s.exchange_stats->swap_rejection.size(); ++k) {
        const double rejection = s.exchange_stats->swap_rejection[k];
        if (std::isfinite(rejection)) {
            curve.x.push_back(static_cast<double>(k) + 0.5);
            curve.y.push_back(1 - rejection);
            least = std::min(least, 1 - rejection);
        }
    }
    if (curve.x.empty()) {
        plot.empty = "No swaps were offered yet.";
        return plot;
    }
    dots.x = curve.x, dots.y = curve.y;
    threshold.dashed = true;
    threshold.y = {floor};
    plot.state = "least " + typeset(least, 3) + ", line at " + typeset(floor, 1);
    add_layers(plot, {threshold, curve, dots});
    sanitize(plot);
    return plot;
}

PlotSpec barrier_figure(const Snapshot& s) {
    PlotSpec plot = exchange_figure(s, "barrier", "Communication barrier", axis("rejections, summed", 0, 1));
    if (!plot.empty.empty()) {
        return plot;
    }
    const ExchangeStats& stats = *s.exchange_stats;
    PlotLayer line = make_layer(Kind::line, "", Role::sampled);
    double total = 0;
    line.x.push_back(static_cast<double>(stats.swap_rejection.size()));
    line.y.push_back(0);
    for (std::size_t k = stats.swap_rejection.size(); k-- > 0;) {
        if (std::isfinite(stats.swap_rejection[k])) {
            line.x.push_back(static_cast<double>(k));
            line.y.push_back(total += stats.swap_rejection[k]);
        }
    }
    if (line.x.size() < 2) {
        plot.empty = "No swaps were offered yet.";
        return plot;
    }
    plot.layers.push_back(std::move(line));
    plot.y.max = std::max(0.5, std::ceil(total * 2.2) / 2);
    plot.state =
        "\u039b " + typeset(total, 2) + ", suggests " + typeset(std::ceil(2 * total) + 1, 0) + " levels";
    const double trips = stats.round_trips_per_scan(), predicted = stats.predicted_round_trips_per_scan();
    if (std::isfinite(trips) && std::isfinite(predicted)) {
        plot.note = "Round trips per scan: " + typeset(trips, 4) + " counted, " + typeset(predicted, 4) +
                    " predicted from the rejections.";
    }
    sanitize(plot);
    return plot;
}

PlotSpec index_figure(const Snapshot& s) {
    PlotSpec plot = exchange_figure(s, "index_process", "Replicas through the levels",
                                    axis("level", 0, std::max(1, s.n_levels)));
    if (!plot.empty.empty()) {
        return plot;
    }
    const ExchangeStats& e = *s.exchange_stats;
    if (e.index_process.size() < 2 || e.index_process.front().size() < 2) {
        plot.empty = "The replicas' way appears here after the first scans.";
        return plot;
    }
    constexpr std::size_t most_scans = 256, most_replicas = 5;  // all of them would be a carpet
    const std::size_t n_scans = e.index_process.size(), n = e.index_process.front().size(),
                      begin = n_scans > most_scans ? n_scans - most_scans : 0,
                      shown = std::min(n, most_replicas);
    for (std::size_t k = 0; k < shown; ++k) {  // evenly spread labels
        const auto label = static_cast<int>(k * (n - 1) / (shown - 1));
        PlotLayer line =
            make_layer(Kind::line, "replica " + std::to_string(label), Role::run, 1.4f, static_cast<int>(k));
        for (std::size_t t = begin; t < n_scans; ++t) {
            const std::vector<int>& at = e.index_process[t];
            const auto it = std::find(at.begin(), at.end(), label);
            if (it != at.end()) {
                line.x.push_back(static_cast<double>(e.first_scan) + static_cast<double>(t));
                line.y.push_back(static_cast<double>(it - at.begin()));
            }
        }
        plot.layers.push_back(std::move(line));
    }
    plot.x = axis("scan", static_cast<double>(e.first_scan) + static_cast<double>(begin),
                  static_cast<double>(e.first_scan) + static_cast<double>(n_scans - 1));
    plot.y = axis("level", -0.03 * s.n_levels, 1.03 * s.n_levels);
    plot.y.ticks = level_ticks(std::max(1, s.n_levels));
    plot.state = typeset(static_cast<double>(e.round_trips), 0) +
                 (e.round_trips == 1 ? " round trip" : " round trips") +
                 (e.counted_from > 0 ? " since scan " + typeset(static_cast<double>(e.counted_from), 0) : "");
    if (shown < n) {
        plot.state += ", " + std::to_string(shown) + " of " + std::to_string(n) + " replicas drawn";
    }
    sanitize(plot);
    return plot;
}

}  // namespace tempera
