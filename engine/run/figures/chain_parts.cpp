// SPDX-License-Identifier: MIT
#include "run/figures/chain_parts.hpp"

#include <algorithm>
#include <cmath>

#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"

namespace tempera {

using Kind = PlotLayer::Kind;

PlotLayer thinned(int n, const std::function<double(int)>& value, const std::function<double(int)>& time,
                  PlotLayer line) {
    const int columns = std::min(n, most_columns);
    for (int c = 0; n <= 2 * most_columns && c < n; ++c) {
        line.x.push_back(time(c)), line.y.push_back(value(c));
    }
    for (int c = 0; n > 2 * most_columns && c < columns; ++c) {
        const int begin = static_cast<int>(static_cast<long>(n) * c / columns),
                  end = static_cast<int>(static_cast<long>(n) * (c + 1) / columns);
        int low = begin, high = begin;
        for (int t = begin; t < end; ++t) {
            low = value(t) < value(low) ? t : low;
            high = value(t) > value(high) ? t : high;
        }
        for (const int t : {std::min(low, high), std::max(low, high)}) {
            line.x.push_back(time(t)), line.y.push_back(value(t));
        }
    }
    return line;
}

void fit_closely(PlotAxis& axis, std::vector<double> values) {
    std::erase_if(values, [](double v) { return !std::isfinite(v); });
    if (values.empty()) {
        values = {0};
    }
    const auto [low, high] = std::ranges::minmax(values);
    const double room = 0.05 * (high - low) + 1e-9 * (1 + std::abs(low));
    axis.min = low - room, axis.max = high + room;
}

void draw_correlation(PlotSpec& plot, const Autocorrelation& found, double per_lag, const std::string& unit) {
    constexpr int least_lags = 20, windows = 3;
    const int window = found.integrated.window;
    const std::size_t n =
        std::min(found.rho.size(), static_cast<std::size_t>(std::max(least_lags, windows * window)) + 1);
    PlotLayer line = make_layer(Kind::line, "autocorrelation", Role::sampled),
              zero = make_layer(Kind::hline, "", Role::dim, 1),
              mark = make_layer(Kind::vline, "window, 5 \u03c4", Role::threshold, 1);
    double least = 0;
    for (std::size_t lag = 0; lag < n; ++lag) {
        line.x.push_back(per_lag * static_cast<double>(lag)), line.y.push_back(found.rho[lag]);
        least = std::min(least, found.rho[lag]);
    }
    zero.y = {0};
    mark.x = {per_lag * window};
    plot.x = axis("lag in " + unit, 0, std::max(line.x.back(), per_lag));
    plot.y = axis("autocorrelation", std::min(-0.1, std::floor(5 * least) / 5), 1.03);
    plot.state =
        "\u03c4 " + typeset(per_lag * found.integrated.time, 1) +
        (std::isfinite(found.time_error) ? " \u00b1 " + typeset(per_lag * found.time_error, 1) : "") + " " +
        unit;
    if (2 * window >= static_cast<int>(found.rho.size()) - 1) {
        plot.state += ", longer than the chains can tell";
    }
    add_layers(plot, {zero, mark, seen(line)});
}

}  // namespace tempera
