// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "figures/ticks.hpp"
#include "run/figures/chain_figures.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/record/level_overlap.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

constexpr double decades = 2.6;  // of the colours, as density_transfer() has them

std::string reason(const Snapshot& s) {
    const LevelOverlap* overlap = s.overlap.get();
    return overlap && !overlap->missing.empty() ? overlap->missing
           : !overlap && (s.state == RunState::finished || s.state == RunState::cancelled ||
                          s.state == RunState::failed)
               ? "Points of the levels are kept while a run is watched in the window. Of this run there are "
                 "none."
           : s.exchange
               ? "Particles of each level, weighed for every other one, appear here after the burn-in."
               : "Particles of each level, weighed for every other one, appear here as levels are done.";
}

/// Labels of a few evenly spread levels in the middles of their cells.
std::vector<std::pair<double, std::string>> cell_ticks(const Snapshot& s, const std::vector<int>& levels,
                                                       std::size_t most) {
    const std::size_t n = levels.size(), shown = std::min(n, most);
    std::vector<std::pair<double, std::string>> out;
    for (std::size_t i = 0; i < shown; ++i) {
        const std::size_t at = shown > 1 ? i * (n - 1) / (shown - 1) : 0;
        out.emplace_back(static_cast<double>(at) + 0.5, level_label(s, levels[at]));
    }
    return out;
}

/// Colours and what they mean, to the right of `left`, as high as the matrix.
void add_colour_bar(PlotSpec& plot, double left, double width, double height) {
    constexpr int steps = 64;
    auto grid = std::make_shared<Grid>(make_grid({left, left + width, 0, height}, 1, steps));
    for (int i = 0; i < steps; ++i) {
        grid->value[static_cast<std::size_t>(i)] =
            static_cast<float>(std::pow(10.0, decades * ((i + 0.5) / steps - 1)));
    }
    grid->max = 1;
    PlotLayer bar = make_layer(Kind::image, "", Role::weighted);
    bar.image = grid;
    bar.limit = 1;
    plot.layers.push_back(std::move(bar));
    for (const int decade : {0, -1, -2}) {
        PlotLayer text = make_layer(Kind::text, "", Role::dim);
        text.text = decade == 0 ? "1" : typeset_power_of_ten(decade);
        text.x = {left + 2.4 * width};
        text.y = {std::min(height * 0.93, height * (1 + decade / decades))};
        plot.layers.push_back(std::move(text));
    }
}

}  // namespace

PlotSpec level_overlap_figure(const Snapshot& s) {
    PlotSpec plot = new_figure("level_overlap", "ESS between levels", s.preset.get());
    plot.legend = false;
    if (!s.overlap || s.overlap->levels.empty()) {
        plot.empty = reason(s);
        return plot;
    }
    const LevelOverlap& overlap = *s.overlap;
    const int n = static_cast<int>(overlap.levels.size());
    auto grid =
        std::make_shared<Grid>(make_grid({0, static_cast<double>(n), 0, static_cast<double>(n)}, n, n));
    double least = 1;
    for (std::size_t source = 0; source < overlap.levels.size(); ++source) {
        for (std::size_t target = 0; target < overlap.levels.size(); ++target) {
            const double fraction = overlap.ess_fraction[source][target];
            grid->value[source * overlap.levels.size() + target] =
                std::isfinite(fraction) ? static_cast<float>(fraction) : 0;
            if (source + 1 == target || target + 1 == source) {
                least = std::isfinite(fraction) ? std::min(least, fraction) : least;
            }
        }
    }
    grid->max = 1;
    PlotLayer matrix = make_layer(Kind::image, "", Role::weighted);
    matrix.image = grid;
    matrix.limit = 1;
    matrix.cells = true;
    plot.layers.push_back(std::move(matrix));
    add_colour_bar(plot, 1.03 * n, 0.05 * n, n);
    plot.x = axis("density of (target)", 0, 1.22 * n);
    plot.y = axis("particles of (source)", 0, n);
    plot.x.ticks = cell_ticks(s, overlap.levels, 3);  // texts lie beside each other
    plot.y.ticks = cell_ticks(s, overlap.levels, 6);
    const auto [fewest, most] = std::ranges::minmax(overlap.n_points);
    plot.state = fewest == 0
                     ? std::to_string(std::ranges::count_if(overlap.n_points, [](long p) { return p > 0; })) +
                           " of " + std::to_string(n) + " levels so far"
                     : "ESS / n, least of neighbours " + typeset(least, 2);
    plot.note =
        "ESS / n of up to " + std::to_string(most) +
        " particles of each level (rows), weighed by exp(log density of the column - of the row); of so "
        "many, nothing below 1 / n can be told, and towards wider levels (upper left) it looks better than "
        "it is: what would weigh most was not drawn." +
        (overlap.dropped > 0 ? " " + typeset(static_cast<double>(overlap.dropped), 0) +
                                   " weights are no numbers and left out."
                             : "");
    sanitize(plot);
    return plot;
}

}  // namespace tempera
