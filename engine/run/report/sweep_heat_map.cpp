// SPDX-License-Identifier: MIT
#include "run/report/sweep_heat_map.hpp"

#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"

namespace tempera {

namespace {

constexpr int cell_pixels = 64;         // so that no viewer blurs cells into each other
constexpr double deepest_colour = 1.6;  // times the largest value: the text of a cell stays readable

/// Values stretched to [0, 1] (by their logarithms for `log`); NaN where there is none.
std::vector<double> stretched(std::vector<double> values, bool log) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (double& v : values) {
        v = !log ? v : v > 0 ? std::log(v) : std::numeric_limits<double>::quiet_NaN();
        if (std::isfinite(v)) {
            low = std::min(low, v), high = std::max(high, v);
        }
    }
    for (double& v : values) {
        v = high > low ? (v - low) / (high - low) : v - low;
    }
    return values;
}

/// Cells [ny][nx] as a picture of nx x ny units around whole numbers.
std::shared_ptr<Grid> picture_of(const std::vector<double>& shade, int nx, int ny) {
    auto grid = std::make_shared<Grid>();
    grid->nx = nx * cell_pixels, grid->ny = ny * cell_pixels;
    grid->box = {-0.5, nx - 0.5, -0.5, ny - 0.5};
    for (int row = 0; row < grid->ny; ++row) {
        for (int column = 0; column < grid->nx; ++column) {
            grid->value.push_back(static_cast<float>(
                shade[static_cast<std::size_t>(row / cell_pixels) * static_cast<std::size_t>(nx) +
                      static_cast<std::size_t>(column / cell_pixels)]));
        }
    }
    grid->max = 1;
    return grid;
}

void name_values(PlotAxis& axis, const SweepColumn& column) {
    axis.label = column.name;
    axis.min = -0.5, axis.max = static_cast<double>(column.values.size()) - 0.5;
    for (std::size_t i = 0; i < column.values.size(); ++i) {
        axis.ticks.emplace_back(static_cast<double>(i), column.values[i].label);
    }
}

}  // namespace

std::optional<PlotSpec> sweep_heat_map(const SweepPlan& plan, const std::vector<Json>& summaries,
                                       const SweepMetric& metric) {
    if (plan.columns.size() != 2 || std::any_of(plan.columns.begin(), plan.columns.end(), [](const auto& c) {
            return !c.numeric() || c.values.size() < 2;
        })) {
        return {};
    }
    const int ny = static_cast<int>(plan.columns[0].values.size()),
              nx = static_cast<int>(plan.columns[1].values.size());
    std::vector<double> means;
    for (std::size_t g = 0; g < sweep_combinations(plan); ++g) {  // the last column varies fastest
        means.push_back(sweep_mean(plan, summaries, g, metric).mean);
    }
    const std::vector<double> shade = stretched(means, metric.log);
    if (std::none_of(shade.begin(), shade.end(), [](double v) { return std::isfinite(v); })) {
        return {};
    }
    PlotSpec plot;
    plot.id = "sweep_" + metric.key + "_map";
    std::replace(plot.id.begin(), plot.id.end(), '.', '_');
    plot.title = metric.title;
    plot.title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(plot.title[0])));
    plot.provenance = plan.name;
    plot.legend = false;
    plot.note = std::string("Darker cells are larger") + (metric.log ? ", on a logarithmic scale" : "") +
                (plan.n_seeds > 1 ? "; means over " + std::to_string(plan.n_seeds) + " seeds." : ".");
    name_values(plot.x, plan.columns[1]);
    name_values(plot.y, plan.columns[0]);
    PlotLayer cells = make_layer(PlotLayer::Kind::image, metric.title, Role::exact);
    cells.image = picture_of(shade, nx, ny);
    cells.limit = deepest_colour;
    cells.diverging = true;  // the one scale that is linear; cells without a value stay empty
    plot.layers.push_back(std::move(cells));
    for (std::size_t g = 0; g < means.size(); ++g) {
        PlotLayer value = make_layer(PlotLayer::Kind::text, "", Role::exact);
        value.x = {static_cast<double>(g % static_cast<std::size_t>(nx)) - 0.1};
        value.y = {static_cast<double>(g / static_cast<std::size_t>(nx))};
        value.text = std::isfinite(means[g]) ? short_number(means[g]) : "none";
        plot.layers.push_back(std::move(value));
    }
    return plot;
}

}  // namespace tempera
