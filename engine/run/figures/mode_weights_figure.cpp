// SPDX-License-Identifier: MIT
// Plots of mode weights at one level.
#include <algorithm>
#include <cmath>

#include "run/figures/figure_parts.hpp"

namespace tempera {
namespace {

constexpr std::size_t most_grouped_bars = 16;

/// Bars of what counts, the other kinds of weights as marks over them: bars beside each other would be hairs.
void many_modes(PlotSpec& plot, const ModeRow& row) {
    const std::vector<double>& main = row.weighted.empty() ? row.sampled : row.weighted;
    double top = 0;
    const auto add = [&](PlotLayer l, const std::vector<double>& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double at = static_cast<double>(i) + 1;
            if (l.kind == PlotLayer::Kind::segments) {
                l.x.insert(l.x.end(), {at - 0.46, at + 0.46});
                l.y.insert(l.y.end(), {values[i], values[i]});
            } else {
                l.x.push_back(at);
                l.y.push_back(values[i]);
            }
            top = std::max(top, values[i]);
        }
        if (!values.empty()) {
            plot.layers.push_back(std::move(l));
        }
    };
    const bool weighted = !row.weighted.empty();
    PlotLayer bars = layer(PlotLayer::Kind::bars, weighted ? "weighted" : "sampled",
                           weighted ? Role::weighted : Role::sampled),
              sampled = layer(PlotLayer::Kind::points, "sampled", Role::sampled),
              learned = layer(PlotLayer::Kind::points, "learned", Role::learned),
              exact = layer(PlotLayer::Kind::segments, "exact", Role::exact);
    bars.width = 0.72f;
    sampled.width = learned.width = 3.5f;
    exact.width = 1.5f;
    add(bars, main);
    add(sampled, weighted ? row.sampled : std::vector<double>());
    add(learned, row.learned);
    add(exact, row.exact);
    plot.y = axis("", 0, top > 0 ? std::min(1.0, std::ceil(top * 1.1 * 50) / 50) : 1);
    sanitize(plot);
}

}  // namespace

PlotSpec mode_weights_plot(const Snapshot& s, const ModeRow* row, int level) {
    PlotSpec plot;
    plot.id = "mode_weights";
    plot.title = "Mode weights";
    plot.state = "level " + std::to_string(level);
    plot.provenance = provenance(s);
    if (!row || (row->sampled.empty() && row->exact.empty() && row->learned.empty())) {
        plot.empty = "Mode weights appear here when a run starts.";
        return plot;
    }
    const std::size_t n = std::max({row->exact.size(), row->sampled.size(), row->learned.size()});
    plot.x = axis("mode", 0.4, static_cast<double>(n) + 0.6);
    double top = 0;
    const auto bars = [&](const char* name, Role role, const std::vector<double>& values, double shift,
                          double width) {
        if (values.empty()) {
            return;
        }
        PlotLayer l = layer(PlotLayer::Kind::bars, name, role);
        for (std::size_t i = 0; i < values.size(); ++i) {
            l.x.push_back(static_cast<double>(i) + 1 + shift);
            l.y.push_back(values[i]);
            top = std::max(top, values[i]);
        }
        l.width = static_cast<float>(width);
        plot.layers.push_back(std::move(l));
    };
    if (n > most_grouped_bars) {
        many_modes(plot, *row);
        return plot;
    }
    const bool four = !row->learned.empty();
    const double step = four ? 0.2 : 0.27, width = four ? 0.18 : 0.25, first = four ? -0.3 : -0.27;
    bars("exact", Role::exact, row->exact, first, width);
    bars("sampled", Role::sampled, row->sampled, first + step, width);
    bars("weighted", Role::weighted, row->weighted, first + 2 * step, width);
    bars("learned", Role::learned, row->learned, first + 3 * step, width);
    plot.y = axis("", 0, top > 0 ? std::min(1.0, std::ceil(top * 1.15 * 20) / 20) : 1);
    sanitize(plot);
    return plot;
}

}  // namespace tempera
