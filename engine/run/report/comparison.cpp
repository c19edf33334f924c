// SPDX-License-Identifier: MIT
#include "run/report/comparison.hpp"

#include <algorithm>
#include <cmath>

#include "core/csv.hpp"
#include "run/figures/run_figures.hpp"
#include "run/page/html_page.hpp"
#include "run/preset/preset.hpp"
#include "run/record/summary.hpp"
#include "run/record/summary_keys.hpp"
#include "run/sweep/sweep_table.hpp"

namespace tempera {

namespace {

bool is_curve(const PlotLayer& layer) {
    return (layer.kind == PlotLayer::Kind::line || layer.kind == PlotLayer::Kind::stairs) &&
           layer.role != Role::exact && layer.role != Role::threshold && layer.role != Role::dim &&
           layer.x.size() > 1;
}

/// Curves of one figure over all runs; no layers when fewer than two runs have it.
PlotSpec overlay(const PlotSpec& model, const std::vector<std::vector<PlotSpec>>& figures,
                 const std::vector<std::string>& names) {
    PlotSpec out = model;
    out.id = "compare_" + model.id;
    out.layers.clear();
    out.state.clear();
    out.provenance.clear();
    int with = 0;
    for (std::size_t r = 0; r < figures.size(); ++r) {
        const auto same = std::find_if(figures[r].begin(), figures[r].end(),
                                       [&](const PlotSpec& p) { return p.id == model.id; });
        if (same == figures[r].end()) {
            continue;
        }
        bool any = false, dashed = false;
        for (PlotLayer layer : same->layers) {
            if (!is_curve(layer)) {
                continue;
            }
            layer.name = names[r] + (layer.name.empty() ? "" : ", " + layer.name);
            layer.role = Role::run;
            layer.index = static_cast<int>(r);
            layer.dashed = dashed;
            dashed = any = true;
            out.layers.push_back(std::move(layer));
        }
        with += any;
        out.x.min = std::min(out.x.min, same->x.min), out.x.max = std::max(out.x.max, same->x.max);
        out.y.min = std::min(out.y.min, same->y.min), out.y.max = std::max(out.y.max, same->y.max);
    }
    if (with < 2) {
        out.layers.clear();
    }
    sanitize(out);
    return out;
}

}  // namespace

Comparison compare_runs(const std::vector<RunResult>& runs, const std::vector<std::string>& names) {
    Comparison c;
    c.rows.push_back({"run"});
    std::vector<const Json*> summaries;
    for (const RunResult& r : runs) {
        summaries.push_back(&r.summary);
    }
    std::vector<std::string> keys;
    for (const SummaryColumn& column : summary_columns(&SummaryKey::in_comparisons, summaries)) {
        if (std::any_of(runs.begin(), runs.end(),
                        [&](const RunResult& r) { return !get_value(r.summary, column.name).is_null(); })) {
            keys.push_back(column.name);
            c.rows[0].push_back(column.heading);
        }
    }
    c.csv = "run";
    for (const std::string& key : keys) {
        c.csv += "," + key;
    }
    c.csv += "\n";
    for (std::size_t r = 0; r < runs.size(); ++r) {
        c.rows.push_back({names[r]});
        c.csv += csv_text(names[r]);
        for (const std::string& key : keys) {
            const Json v = get_value(runs[r].summary, key);
            c.rows.back().push_back(value_text(v));
            c.csv += "," + (v.is_null()           ? ""
                            : v.is_number_float() ? csv_number(v.get<double>())
                                                  : csv_text(value_text(v)));
        }
        c.csv += "\n";
    }
    c.table = aligned_table(c.rows);
    std::vector<std::vector<PlotSpec>> figures;
    for (const RunResult& run : runs) {
        figures.push_back(result_figures(run));
    }
    std::vector<std::string> seen;
    for (const std::vector<PlotSpec>& of_run : figures) {
        for (const PlotSpec& plot : of_run) {
            if (std::find(seen.begin(), seen.end(), plot.id) != seen.end()) {
                continue;
            }
            seen.push_back(plot.id);
            PlotSpec both = overlay(plot, figures, names);
            if (!both.layers.empty()) {
                c.figures.push_back(std::move(both));
            }
        }
    }
    return c;
}

std::string comparison_html(const Comparison& comparison) {
    return page_begin("Comparison of runs") + "<h1>Comparison of runs</h1>\n" +
           page_table(comparison.rows, 1) + "<h2>Figures</h2>\n" + page_figures(comparison.figures) +
           page_end();
}

}  // namespace tempera
