// SPDX-License-Identifier: MIT
#include "run/report/sweep_figures.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/csv.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/training_figures.hpp"
#include "run/preset/preset_target.hpp"
#include "run/report/sweep_heat_map.hpp"
#include "run/sweep/sweep_table.hpp"
#include "run/training/training.hpp"

namespace tempera {

namespace {

using Kind = PlotLayer::Kind;

/// Column drawn along x: the last numeric one; -1 when there is none.
int x_column(const SweepPlan& plan) {
    for (int c = static_cast<int>(plan.columns.size()) - 1; c >= 0; --c) {
        const SweepColumn& column = plan.columns[static_cast<std::size_t>(c)];
        if (column.numeric() && column.values.size() > 1) {
            return c;
        }
    }
    return -1;
}

void fit_axis(PlotAxis& axis, const std::vector<double>& values, bool log) {
    axis.log = log && !values.empty();
    if (values.empty()) {
        return;
    }
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (axis.log) {
        const double room = std::max(1.1, std::pow(*high / *low, 0.06));
        axis.min = *low / room, axis.max = *high * room;
    } else {
        const double room = *high > *low ? 0.06 * (*high - *low) : std::max(0.5, std::abs(*high) * 0.1);
        axis.min = *low - room, axis.max = *high + room;
    }
}

std::string joined(const std::vector<std::string>& labels, int without) {
    std::string out;
    for (std::size_t c = 0; c < labels.size(); ++c) {
        out += static_cast<int>(c) == without ? "" : (out.empty() ? "" : ", ") + labels[c];
    }
    return out;
}

PlotSpec empty_figure(const SweepPlan& plan, const SweepMetric& metric) {
    PlotSpec plot;
    std::string id = metric.key;
    std::replace(id.begin(), id.end(), '.', '_');
    plot.id = "sweep_" + id;
    plot.title = metric.title;
    plot.title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(plot.title[0])));
    plot.provenance = plan.name;
    plot.note = plan.n_seeds > 1 ? "Means over " + std::to_string(plan.n_seeds) +
                                       " seeds; the bars are one standard error either way."
                : metric.error_key.empty() ? ""
                                           : "The bars are one standard error of the run either way.";
    return plot;
}

/// The mean of one combination as it is drawn; nothing where no run has it or a log axis cannot show it.
bool drawable(const SweepMetric& metric, const SweepMean& v) {
    return std::isfinite(v.mean) && (!metric.log || v.mean > 0);
}

/// The ends of an error bar; on log axes it stops a decade below the mean.
std::pair<double, double> error_bar(const SweepMetric& metric, const SweepMean& v) {
    const double low = v.mean - v.standard_error;
    return {metric.log ? std::max(low, v.mean / 10) : low, v.mean + v.standard_error};
}

/// Lines over a numeric column, one per combination of the others.
PlotSpec line_figure(const SweepPlan& plan, const std::vector<Json>& summaries, const SweepMetric& metric,
                     int column) {
    PlotSpec plot = empty_figure(plan, metric);
    const SweepColumn& along = plan.columns[static_cast<std::size_t>(column)];
    plot.x.label = along.name;
    std::vector<double> all_x, all_y;
    std::map<std::string, std::size_t> known;
    std::vector<PlotLayer> lines, bars, dots;
    for (std::size_t g = 0; g < sweep_combinations(plan); ++g) {
        const SweepMean v = sweep_mean(plan, summaries, g, metric);
        if (!drawable(metric, v)) {
            continue;
        }
        const auto& labels = sweep_labels(plan, g);
        const std::string& text = labels[static_cast<std::size_t>(column)];
        const double x = parse_csv_number(text);
        const auto [at, fresh] = known.emplace(joined(labels, column), lines.size());
        if (fresh) {
            lines.push_back(make_layer(Kind::line, at->first, Role::run));
            bars.push_back(make_layer(Kind::segments, "", Role::run, 1));
            dots.push_back(make_layer(Kind::points, "", Role::run, 4));
            lines.back().index = bars.back().index = dots.back().index = static_cast<int>(at->second);
        }
        for (PlotLayer* layer : {&lines[at->second], &dots[at->second]}) {
            layer->x.push_back(x), layer->y.push_back(v.mean);
        }
        all_x.push_back(x), all_y.push_back(v.mean);
        if (std::isfinite(v.standard_error)) {
            const auto [low, high] = error_bar(metric, v);
            bars[at->second].x.insert(bars[at->second].x.end(), {x, x});
            bars[at->second].y.insert(bars[at->second].y.end(), {low, high});
            all_y.insert(all_y.end(), {low, high});
        }
        if (std::none_of(plot.x.ticks.begin(), plot.x.ticks.end(),
                         [&](const auto& t) { return t.first == x; })) {
            plot.x.ticks.emplace_back(x, text);
        }
    }
    add_layers(plot, std::move(bars));
    add_layers(plot, std::move(lines));
    add_layers(plot, std::move(dots));
    fit_axis(plot.x, all_x, !all_x.empty() && *std::min_element(all_x.begin(), all_x.end()) > 0);
    fit_axis(plot.y, all_y, metric.log);
    return plot;
}

/// Rows of a figure without numbers along x: the last column is told by colour, the one before it names the
/// rows, those before it the blocks of rows.
struct RowLayout {
    int colour = -1, row = 0;
    std::size_t n_blocks = 0;
    std::map<std::string, double> place;  ///< "block\nrow" -> y
    std::vector<std::pair<double, std::string>> ticks, heads;
    double bottom = 0;
};

RowLayout rows_of(const SweepPlan& plan, const std::vector<Json>& summaries, const SweepMetric& metric) {
    RowLayout out;
    const int n = static_cast<int>(plan.columns.size());
    out.colour = n > 1 ? n - 1 : -1;
    out.row = n > 1 ? n - 2 : 0;
    std::string last_block;
    for (std::size_t g = 0; g < sweep_combinations(plan); ++g) {
        if (!drawable(metric, sweep_mean(plan, summaries, g, metric))) {
            continue;
        }
        const auto& labels = sweep_labels(plan, g);
        const std::string block = joined({labels.begin(), labels.begin() + out.row}, -1),
                          row = labels[static_cast<std::size_t>(out.row)];
        if (out.row > 0 && (out.n_blocks == 0 || block != last_block)) {
            out.bottom -= out.n_blocks ? 1.7 : 0;
            out.heads.emplace_back(out.bottom, block);
            last_block = block;
            ++out.n_blocks;
        }
        if (out.place.emplace(block + "\n" + row, out.bottom - 1).second) {
            out.ticks.emplace_back(--out.bottom, row);
        }
    }
    return out;
}

PlotSpec row_figure(const SweepPlan& plan, const std::vector<Json>& summaries, const SweepMetric& metric) {
    PlotSpec plot = empty_figure(plan, metric);
    RowLayout rows = rows_of(plan, summaries, metric);
    plot.x.label = metric.title;
    plot.y.ticks = rows.ticks;
    plot.y.min = rows.bottom - 0.7, plot.y.max = rows.heads.empty() ? -0.3 : 0.9;
    const std::size_t n_colours =
        rows.colour < 0 ? 1 : plan.columns[static_cast<std::size_t>(rows.colour)].values.size();
    std::vector<PlotLayer> dots, bars;
    for (std::size_t i = 0; i < n_colours; ++i) {
        const std::string name =
            rows.colour < 0 ? "" : plan.columns[static_cast<std::size_t>(rows.colour)].values[i].label;
        dots.push_back(make_layer(Kind::points, name, Role::run, 6));
        bars.push_back(make_layer(Kind::segments, "", Role::run, 1.6f));
        dots.back().index = bars.back().index = static_cast<int>(i);
    }
    PlotLayer links = make_layer(Kind::segments, "", Role::dim, 0.8f);
    std::map<double, std::pair<double, double>> reach;
    std::vector<double> all;
    for (std::size_t g = 0; g < sweep_combinations(plan); ++g) {
        const SweepMean v = sweep_mean(plan, summaries, g, metric);
        if (!drawable(metric, v)) {
            continue;
        }
        const auto& labels = sweep_labels(plan, g);
        const double y = rows.place.at(joined({labels.begin(), labels.begin() + rows.row}, -1) + "\n" +
                                       labels[static_cast<std::size_t>(rows.row)]);
        const std::size_t i = g % n_colours;
        dots[i].x.push_back(v.mean), dots[i].y.push_back(y);
        all.push_back(v.mean);
        if (std::isfinite(v.standard_error)) {
            const auto [low, high] = error_bar(metric, v);
            bars[i].x.insert(bars[i].x.end(), {low, high});
            bars[i].y.insert(bars[i].y.end(), {y, y});
            all.insert(all.end(), {low, high});
        }
        auto& ends = reach.try_emplace(y, v.mean, v.mean).first->second;
        ends = {std::min(ends.first, v.mean), std::max(ends.second, v.mean)};
    }
    for (const auto& [y, ends] : reach) {
        links.x.insert(links.x.end(), {ends.first, ends.second});
        links.y.insert(links.y.end(), {y, y});
    }
    fit_axis(plot.x, all, metric.log);
    plot.layers.push_back(std::move(links));
    add_layers(plot, std::move(bars));
    add_layers(plot, std::move(dots));
    for (const auto& [y, text] : rows.heads) {
        PlotLayer head = make_layer(Kind::text, "", Role::exact);
        head.x = {plot.x.min}, head.y = {y - 0.35};
        head.text = text;
        plot.layers.push_back(std::move(head));
    }
    return plot;
}

/// Labels of the columns that all cells of a model agree on: what the training depends on.
std::vector<std::vector<std::string>> training_labels(const SweepPlan& plan) {
    std::vector<std::vector<std::string>> out(plan.trainings.size());
    std::vector<bool> used(plan.columns.size(), true);
    std::vector<const SweepCell*> first(plan.trainings.size(), nullptr);
    for (const SweepCell& cell : plan.cells) {
        if (cell.model < 0) {
            continue;
        }
        const SweepCell*& one = first[static_cast<std::size_t>(cell.model)];
        one = one ? one : &cell;
        for (std::size_t c = 0; c < used.size(); ++c) {
            used[c] = used[c] && cell.labels[c] == one->labels[c];
        }
    }
    for (std::size_t m = 0; m < out.size(); ++m) {
        for (std::size_t c = 0; first[m] && c < used.size(); ++c) {
            if (used[c]) {
                out[m].push_back(first[m]->labels[c]);
            }
        }
    }
    return out;
}

}  // namespace

std::vector<PlotSpec> sweep_figures(const SweepPlan& plan, const std::vector<Json>& summaries) {
    std::vector<PlotSpec> out;
    const int column = x_column(plan);
    for (const SweepMetric& m : present_metrics(plan, summaries)) {
        PlotSpec plot = column < 0 ? row_figure(plan, summaries, m) : line_figure(plan, summaries, m, column);
        if (!plot.layers.empty() && (column >= 0 || !plot.y.ticks.empty())) {
            sanitize(plot);
            out.push_back(std::move(plot));
        }
        if (std::optional<PlotSpec> map = sweep_heat_map(plan, summaries, m)) {
            out.push_back(std::move(*map));
        }
    }
    return out;
}

std::vector<PlotSpec> sweep_training_figures(const SweepPlan& plan, const std::vector<Json>& trainings) {
    const auto labels = training_labels(plan);
    std::map<std::string, int> groups;  // share a colour and a legend entry
    std::vector<LevelCurve> curves;
    TrueModes modes;
    for (std::size_t m = 0; m < trainings.size(); ++m) {
        if (!trainings[m].is_object()) {
            continue;
        }
        const std::string name = joined(labels[m], -1);
        const auto [group, first] = groups.emplace(name, static_cast<int>(groups.size()));
        if (curves.empty()) {
            const auto target = known_preset_target(plan.trainings[m]);
            modes = target ? TrueModes{target->mode_names(), target->mode_weights()} : TrueModes();
        }
        curves.push_back({first ? name : "", {}, Role::run, group->second, 1.6f});
        for (const Json& level : trainings[m].value("levels", Json::array())) {
            curves.back().levels.push_back(noise_level_of(level));
        }
    }
    std::vector<PlotSpec> out;
    for (PlotSpec& plot : std::vector{learned_weights_figure(curves, modes), score_error_figure(curves)}) {
        if (!plot.layers.empty()) {
            plot.id = "sweep_" + plot.id;
            plot.provenance = plan.name;
            out.push_back(std::move(plot));
        }
    }
    return out;
}

FigureSize sweep_figure_size(const PlotSpec& plot) {
    const double rows = plot.y.max - plot.y.min;
    const bool by_row = !plot.y.ticks.empty() && plot.y.max < 1 && rows > 1;
    return {174, by_row ? std::max(70.0, 26 + 4.6 * rows) : 100};
}

}  // namespace tempera
