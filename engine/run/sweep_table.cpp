// SPDX-License-Identifier: MIT
#include "run/sweep_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "diagnostics/weights.hpp"
#include "run/csv.hpp"
#include "run/preset.hpp"

namespace tempera {

namespace {

std::string short_number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.3g", value);
    return std::isnan(value) ? "-" : text;
}

/// Scalar keys of a summary as dotted names (replicates and lists are left out).
void scalar_keys(const Json& value, const std::string& place, std::vector<std::string>& out) {
    for (const auto& [key, entry] : value.items()) {
        const std::string name = place.empty() ? key : place + "." + key;
        if (entry.is_object()) {
            scalar_keys(entry, name, out);
        } else if (!entry.is_array() && std::find(out.begin(), out.end(), name) == out.end()) {
            out.push_back(name);
        }
    }
}

std::size_t n_groups(const SweepPlan& plan) {
    return plan.cells.size() / static_cast<std::size_t>(plan.n_seeds);
}

/// Mean of a metric over the seeds of one combination; NaN when no run has it.
double group_mean(const SweepPlan& plan, const std::vector<Json>& summaries, std::size_t group,
                  const SweepMetric& metric) {
    Moments moments;
    for (int s = 0; s < plan.n_seeds; ++s) {
        const Json v =
            get_value(summaries[group * static_cast<std::size_t>(plan.n_seeds) + static_cast<std::size_t>(s)],
                      metric.key);
        if (v.is_number()) {
            moments.add(metric.magnitude ? std::abs(v.get<double>()) : v.get<double>());
        }
    }
    return moments.n ? moments.mean : std::nan("");
}

const std::vector<std::string>& group_labels(const SweepPlan& plan, std::size_t group) {
    return plan.cells[group * static_cast<std::size_t>(plan.n_seeds)].labels;
}

bool numeric(const std::vector<Json>& values) {
    return std::all_of(values.begin(), values.end(), [](const Json& v) { return v.is_number(); });
}

/// Column drawn along x: the last numeric one; -1 when there is none.
int x_column(const SweepPlan& plan) {
    for (int c = static_cast<int>(plan.columns.size()) - 1; c >= 0; --c) {
        if (numeric(plan.values[static_cast<std::size_t>(c)]) &&
            plan.values[static_cast<std::size_t>(c)].size() > 1) {
            return c;
        }
    }
    return -1;
}

void fit_axis(PlotAxis& axis, const std::vector<double>& values, bool log) {
    axis.log = log;
    if (values.empty()) {
        axis.log = false;
        return;
    }
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (log) {
        axis.min = *low / 1.5, axis.max = *high * 1.5;
    } else {
        const double room = *high > *low ? 0.06 * (*high - *low) : std::max(0.5, std::abs(*high) * 0.1);
        axis.min = *low - room, axis.max = *high + room;
    }
}

PlotSpec metric_figure(const SweepPlan& plan, const std::vector<Json>& summaries, const SweepMetric& metric) {
    PlotSpec plot;
    std::string id = metric.key;
    std::replace(id.begin(), id.end(), '.', '_');
    plot.id = "sweep_" + id;
    plot.title = metric.title;
    plot.provenance = plan.name;
    plot.y.label = metric.title;
    const int column = x_column(plan);
    plot.x.label = column < 0 ? "case" : plan.columns[static_cast<std::size_t>(column)];
    std::vector<double> all_x, all_y;
    for (std::size_t g = 0; g < n_groups(plan); ++g) {
        const double y = group_mean(plan, summaries, g, metric);
        const auto& labels = group_labels(plan, g);
        const double x =
            column < 0 ? static_cast<double>(g) : parse_csv_number(labels[static_cast<std::size_t>(column)]);
        if (!std::isfinite(y) || (metric.log && y <= 0)) {
            continue;
        }
        std::string name;
        for (std::size_t c = 0; c < labels.size(); ++c) {
            name += static_cast<int>(c) == column || column < 0 ? "" : (name.empty() ? "" : ", ") + labels[c];
        }
        auto line = std::find_if(plot.layers.begin(), plot.layers.end(),
                                 [&](const PlotLayer& l) { return l.name == name; });
        if (line == plot.layers.end()) {
            PlotLayer fresh;
            fresh.kind = PlotLayer::Kind::line;
            fresh.role = Role::run;
            fresh.index = static_cast<int>(plot.layers.size());
            fresh.name = name;
            plot.layers.push_back(fresh);
            line = plot.layers.end() - 1;
        }
        line->x.push_back(x);
        line->y.push_back(y);
        all_x.push_back(x);
        all_y.push_back(y);
        if (column < 0) {
            std::string text;
            for (const std::string& l : labels) {
                text += (text.empty() ? "" : ", ") + l;
            }
            plot.x.ticks.emplace_back(x, text);
        } else if (std::none_of(plot.x.ticks.begin(), plot.x.ticks.end(),
                                [&](const auto& t) { return t.first == x; })) {
            plot.x.ticks.emplace_back(x, labels[static_cast<std::size_t>(column)]);
        }
    }
    const bool log_x = !all_x.empty() && *std::min_element(all_x.begin(), all_x.end()) > 0 && column >= 0;
    fit_axis(plot.x, all_x, log_x);
    fit_axis(plot.y, all_y, metric.log && !all_y.empty());
    plot.note = plan.n_seeds > 1 ? "Means over " + std::to_string(plan.n_seeds) + " seeds." : "";
    sanitize(plot);
    return plot;
}

}  // namespace

const std::vector<SweepMetric>& sweep_metrics() {
    static const std::vector<SweepMetric> metrics = {
        {"log_weight_variance", "Var(log w)", true, false},
        {"ess_fraction", "ESS/N", false, false},
        {"mode_weight_mae", "mode weight error", true, false},
        {"sliced_w2", "sliced W2", true, false},
        {"log_z_error", "|log Z error|", true, true},
        {"replica_exchange.communication_barrier", "barrier", true, false},
        {"replica_exchange.round_trips_per_scan", "round trips/scan", false, false}};
    return metrics;
}

std::string sweep_csv(const SweepPlan& plan, const std::vector<Json>& summaries) {
    std::vector<std::string> keys;
    for (const Json& s : summaries) {
        if (s.is_object()) {
            scalar_keys(s, "", keys);
        }
    }
    std::string out;
    for (const std::string& c : plan.columns) {
        // a swept key may also be a key of the summary
        out +=
            csv_text(c == "seed" || std::find(keys.begin(), keys.end(), c) != keys.end() ? "grid." + c : c) +
            ",";
    }
    out += "run_seed";
    for (const std::string& k : keys) {
        out += "," + csv_text(k);
    }
    out += "\n";
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
        if (!summaries[i].is_object()) {
            continue;
        }
        for (const std::string& l : plan.cells[i].labels) {
            out += csv_text(l) + ",";
        }
        out += std::to_string(plan.cells[i].seed);
        for (const std::string& k : keys) {
            const Json v = get_value(summaries[i], k);
            out += "," + (v.is_null()           ? ""
                          : v.is_number_float() ? csv_number(v.get<double>())
                                                : csv_text(v.is_string() ? v.get<std::string>() : v.dump()));
        }
        out += "\n";
    }
    return out;
}

std::string aligned_table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> width;
    for (const auto& row : rows) {
        width.resize(std::max(width.size(), row.size()));
        for (std::size_t c = 0; c < row.size(); ++c) {
            width[c] = std::max(width[c], row[c].size());
        }
    }
    std::string out;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        std::string line;
        for (std::size_t c = 0; c < rows[r].size(); ++c) {
            line += rows[r][c] +
                    (c + 1 < rows[r].size() ? std::string(width[c] - rows[r][c].size() + 2, ' ') : "");
        }
        out += line + "\n";
        if (r == 0) {
            std::size_t total = 0;
            for (std::size_t w : width) {
                total += w + 2;
            }
            out += std::string(total - 2, '-') + "\n";
        }
    }
    return out;
}

std::string sweep_text_table(const SweepPlan& plan, const std::vector<Json>& summaries) {
    std::vector<const SweepMetric*> shown;
    for (const SweepMetric& m : sweep_metrics()) {
        for (std::size_t g = 0; g < n_groups(plan); ++g) {
            if (std::isfinite(group_mean(plan, summaries, g, m))) {
                shown.push_back(&m);
                break;
            }
        }
    }
    std::vector<std::vector<std::string>> rows{plan.columns};
    for (const SweepMetric* m : shown) {
        rows[0].push_back(m->title);
    }
    for (std::size_t g = 0; g < n_groups(plan); ++g) {
        rows.push_back(group_labels(plan, g));
        for (const SweepMetric* m : shown) {
            rows.back().push_back(short_number(group_mean(plan, summaries, g, *m)));
        }
    }
    return aligned_table(rows);
}

std::vector<PlotSpec> sweep_figures(const SweepPlan& plan, const std::vector<Json>& summaries) {
    std::vector<PlotSpec> out;
    for (const SweepMetric& m : sweep_metrics()) {
        PlotSpec plot = metric_figure(plan, summaries, m);
        if (!plot.layers.empty()) {
            out.push_back(std::move(plot));
        }
    }
    return out;
}

}  // namespace tempera
