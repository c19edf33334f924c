// SPDX-License-Identifier: MIT
#include "run/figures/first_look_figures.hpp"

#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;
using Shown = TargetLook::Shown;

/// "x3 = 0, x4 = 1.2": where a slice lies in the directions that it does not show.
std::string slice_place(const TargetLook& look) {
    constexpr std::size_t most_named = 4;
    std::string out;
    std::size_t n = 0;
    for (std::size_t i = 0; i < look.centre.size(); ++i) {
        if (look.plane.axis[0][i] != 0 || look.plane.axis[1][i] != 0) {
            continue;
        }
        if (++n > most_named) {
            return out + ", ...";
        }
        out += (out.empty() ? "" : ", ") + ("x" + std::to_string(i + 1)) + " = " +
               short_number(std::abs(look.centre[i]) < 1e-6 ? 0.0 : look.centre[i], 3);
    }
    return out;
}

/// Along x1, of the only row.
void draw_line(const Grid& grid, PlotSpec& plot) {
    PlotLayer line = make_layer(Kind::line, "", Role::exact);
    for (int i = 0; i < grid.nx; ++i) {
        line.x.push_back(grid.box.x_min + (i + 0.5) * grid.cell_width());
        line.y.push_back(grid.value[static_cast<std::size_t>(i)]);
    }
    plot.x = axis("x1", grid.box.x_min, grid.box.x_max);
    plot.y = fraction_axis("density / its maximum");
    plot.layers.push_back(std::move(line));
}

void draw_map(const TargetLook& look, PlotSpec& plot) {
    PlotLayer image = make_layer(Kind::image, "", Role::exact);
    image.image = look.density;
    const auto name = [&](int k) {
        const std::string text = axis_name(look.plane, k);
        return text.empty() ? "x" + std::to_string(k + 1) : text;
    };
    plot.x = axis(name(0), look.density->box.x_min, look.density->box.x_max);
    plot.y = axis(name(1), look.density->box.y_min, look.density->box.y_max);
    plot.equal_aspect = true;
    plot.layers.push_back(std::move(image));
}

/// Room around the values of a column.
PlotAxis axis_of(const ColumnLook& column) {
    const double margin = 0.05 * (column.max > column.min ? column.max - column.min : 1.0);
    return axis(column.name, column.min - margin, column.max + margin);
}

void draw_histogram(const PointsLook& look, std::size_t j, PlotSpec& plot) {
    const ColumnLook& column = look.columns[j];
    const int n_bins =
        std::clamp(static_cast<int>(2 * std::cbrt(look.drawn.size() / look.columns.size())), 8, 60);
    const double width = (column.max > column.min ? column.max - column.min : 1.0) / n_bins;
    std::vector<double> count(static_cast<std::size_t>(n_bins), 0.0);
    for (std::size_t i = j; i < look.drawn.size(); i += look.columns.size()) {
        if (std::isfinite(look.drawn[i])) {
            const double place =
                (look.drawn[i] - column.min) / width;  // no number where the width is infinite
            const int bin = place >= 0 && place < n_bins ? static_cast<int>(place) : n_bins - 1;
            count[static_cast<std::size_t>(bin)] += 1;
        }
    }
    PlotLayer bars = make_layer(Kind::bars, "", Role::sampled, static_cast<float>(0.92 * width));
    for (int b = 0; b < n_bins; ++b) {
        bars.x.push_back(column.min + (b + 0.5) * width);
    }
    bars.y = count;
    plot.x = axis_of(column);
    plot.y = axis("rows", 0, 1.1 * std::max(1.0, *std::max_element(count.begin(), count.end())));
    plot.layers.push_back(std::move(bars));
}

void draw_points(const PointsLook& look, std::size_t across, std::size_t up, PlotSpec& plot) {
    constexpr std::size_t most_points = 5000;
    const std::size_t d = look.columns.size(), n = look.drawn.size() / d, kept = std::min(n, most_points);
    PlotLayer points = make_layer(Kind::points, "", Role::sampled,
                                  kept <= 500    ? 3.6f
                                  : kept <= 2000 ? 2.4f
                                                 : 1.8f);
    for (std::size_t k = 0; k < kept; ++k) {
        const std::size_t row = k * n / kept * d;
        points.x.push_back(look.drawn[row + across]);
        points.y.push_back(look.drawn[row + up]);
    }
    plot.x = axis_of(look.columns[across]);
    plot.y = axis_of(look.columns[up]);
    plot.state = typeset(static_cast<double>(kept), 0) + " of " +
                 typeset(static_cast<double>(look.n_rows), 0) + " rows drawn";
    plot.layers.push_back(std::move(points));
}

}  // namespace

PlotSpec target_look_figure(const TargetLook& look) {
    PlotSpec plot = new_figure("first_look", "Density", nullptr);
    plot.legend = false;
    if (!look.density) {
        plot.empty = "The density appears here as soon as it can be evaluated.";
        return plot;
    }
    if (look.density->max <= 0) {
        plot.empty = "The density is zero wherever it was looked at.";
        return plot;
    }
    if (look.log_z) {
        plot.state = "log Z = " + typeset(*look.log_z, 4);
    }
    if (look.dim == 1) {
        draw_line(*look.density, plot);
    } else {
        draw_map(look, plot);
    }
    if (look.shown == Shown::slice) {
        plot.title = "Slice of the density";
        plot.note = "In the plane " + slice_place(look) + ".";
    } else if (look.shown == Shown::marginal) {
        plot.title = "Marginal density";
    }
    sanitize(plot);
    return plot;
}

PlotSpec points_look_figure(const PointsLook& look, std::size_t across, std::size_t up) {
    PlotSpec plot = new_figure("points_look", "Points", nullptr);
    plot.legend = false;
    if (!look.error.empty() || across >= look.columns.size() || up >= look.columns.size()) {
        plot.empty = "There are no numbers to draw.";
        return plot;
    }
    for (const std::size_t column : {across, up}) {
        if (look.columns[column].n_bad == look.n_rows) {
            plot.empty = "Column " + look.columns[column].name + " holds no finite number.";
            return plot;
        }
    }
    if (across == up) {
        draw_histogram(look, across, plot);
    } else {
        draw_points(look, across, up, plot);
    }
    sanitize(plot);
    return plot;
}

}  // namespace tempera
