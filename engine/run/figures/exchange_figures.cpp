// SPDX-License-Identifier: MIT
// Plots of replica exchange.
#include <algorithm>
#include <cmath>

#include "run/figures/figure_parts.hpp"
#include "run/preset/preset.hpp"

namespace tempera {
namespace {

bool ready(PlotSpec& plot, const Snapshot& s) {
    plot.provenance = provenance(s);
    plot.x = level_axis(s.n_levels);
    if (!s.exchange) {
        plot.empty =
            "Only replica exchange swaps between levels. Choose the sampler replica_exchange to see this.";
        return false;
    }
    if (!s.exchange_stats || s.exchange_stats->swap_rejection.empty()) {
        plot.empty = "Swap statistics appear here after the first scans.";
        return false;
    }
    return true;
}

}  // namespace

PlotSpec swap_plot(const Snapshot& s) {
    PlotSpec plot;
    plot.id = "swaps";
    plot.title = "Swap acceptance by pair";
    plot.y = axis("acceptance", 0, 1.04);
    if (!ready(plot, s)) {
        return plot;
    }
    PlotLayer bars = layer(PlotLayer::Kind::bars, "", Role::sampled);
    double least = 1;
    for (std::size_t i = 0; i < s.exchange_stats->swap_rejection.size(); ++i) {
        const double r = s.exchange_stats->swap_rejection[i];
        if (std::isfinite(r)) {
            bars.x.push_back(static_cast<double>(i) + 0.5);
            bars.y.push_back(1 - r);
            least = std::min(least, 1 - r);
        }
    }
    bars.width = 0.8f;
    plot.layers.push_back(std::move(bars));
    PlotLayer floor = layer(PlotLayer::Kind::hline, "", Role::threshold);
    floor.y = {0.2};
    floor.width = 1;
    plot.layers.push_back(floor);
    plot.state = "least " + number_text(least, 3) + ", line at 0.2";
    sanitize(plot);
    return plot;
}

PlotSpec barrier_plot(const Snapshot& s) {
    PlotSpec plot;
    plot.id = "barrier";
    plot.title = "Communication barrier";
    if (!ready(plot, s)) {
        plot.y = axis("rejections, summed", 0, 1);
        return plot;
    }
    const std::vector<double>& r = s.exchange_stats->swap_rejection;
    PlotLayer line = layer(PlotLayer::Kind::line, "cumulative", Role::sampled);
    double total = 0;
    line.x.push_back(static_cast<double>(r.size()));
    line.y.push_back(0);
    for (std::size_t i = r.size(); i-- > 0;) {
        total += std::isfinite(r[i]) ? r[i] : 0;
        line.x.push_back(static_cast<double>(i));
        line.y.push_back(total);
    }
    plot.layers.push_back(std::move(line));
    plot.y = axis("rejections, summed", 0, std::max(0.5, std::ceil(total * 2.2) / 2));
    plot.state = "total " + number_text(total, 2) + ", suggests " +
                 std::to_string(static_cast<int>(std::ceil(2 * total)) + 1) + " levels";
    plot.legend = false;
    sanitize(plot);
    return plot;
}

PlotSpec index_plot(const Snapshot& s) {
    PlotSpec plot;
    plot.id = "index_process";
    plot.title = "Replicas through the levels";
    if (!ready(plot, s)) {
        plot.y = axis("level", 0, std::max(1, s.n_levels));
        return plot;
    }
    const ExchangeStats& e = *s.exchange_stats;
    const double first = static_cast<double>(e.first_scan),
                 last = first + std::max<double>(1, static_cast<double>(e.index_process.size()) - 1);
    plot.x = axis("scan", first, last);
    plot.y = axis("level", -0.5, s.n_levels + 0.5);
    if (e.index_process.empty()) {
        plot.empty = "The replicas' way appears here after the first scans.";
        return plot;
    }
    const std::size_t n = e.index_process.front().size();
    const std::size_t shown =
        std::min<std::size_t>(n, 6);  // evenly spread labels; all of them would be a carpet
    const std::size_t stride = std::max<std::size_t>(1, e.index_process.size() / 400);
    for (std::size_t k = 0; k < shown; ++k) {
        const auto label = static_cast<int>(shown > 1 ? k * (n - 1) / (shown - 1) : 0);
        PlotLayer line =
            layer(PlotLayer::Kind::line, "replica " + std::to_string(label), Role::mode, static_cast<int>(k));
        line.width = 1.2f;
        for (std::size_t t = 0; t < e.index_process.size(); t += stride) {
            const std::vector<int>& at = e.index_process[t];
            const auto it = std::find(at.begin(), at.end(), label);
            if (it != at.end()) {
                line.x.push_back(first + static_cast<double>(t));
                line.y.push_back(static_cast<double>(it - at.begin()));
            }
        }
        plot.layers.push_back(std::move(line));
    }
    plot.state = std::to_string(e.round_trips) + (e.round_trips == 1 ? " round trip" : " round trips") +
                 (e.counted_from > 0 ? " since scan " + std::to_string(e.counted_from) : "");
    if (shown < n) {
        plot.state += ", " + std::to_string(shown) + " of " + std::to_string(n) + " drawn";
    }
    plot.legend = false;
    sanitize(plot);
    return plot;
}

}  // namespace tempera
