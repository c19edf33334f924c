// SPDX-License-Identifier: MIT
// A series that has no figure of its own: what a diagnostic told by name.
#include <algorithm>
#include <cmath>

#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"
#include "run/record/summary_keys.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

/// "log_z" -> "log_z", "a.b c" -> "a_b_c": names of files.
std::string id_of(std::string name) {
    std::replace_if(
        name.begin(), name.end(),
        [](char c) { return !(std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'); }, '_');
    return name;
}

std::string words(std::string name) {
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

/// "seconds by level" -> "Seconds by level"; "log Z by scan", which starts with a formula, stays.
std::string as_title(std::string text) {
    const std::size_t next = text.find(' ') + 1;
    if (!std::isupper(static_cast<unsigned char>(text[next]))) {
        text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    }
    return text;
}

}  // namespace

std::string series_title(const std::string& name) {
    const SummaryKey* key = find_summary_key(name).key;
    return key && key->name == name && *key->title ? key->title : words(name);
}

PlotSpec series_figure(const Series& series, const Json* preset, int n_levels) {
    PlotSpec plot = new_figure(id_of(series.name) + "_by_" + id_of(series.axis),
                               as_title(series_title(series.name) + " by " + words(series.axis)), preset);
    PlotLayer line = make_layer(Kind::line, series_title(series.name), Role::sampled),
              band = make_layer(Kind::band, "", Role::sampled, 0),
              exact = make_layer(Kind::hline, "exact", Role::exact, 1.5f);
    std::vector<double> all;
    for (std::size_t i = 0; i < series.y.size(); ++i) {
        const double y = series.y[i], error = i < series.error.size() ? series.error[i] : std::nan("");
        if (!std::isfinite(y)) {
            continue;
        }
        line.x.push_back(series.x[i]);
        line.y.push_back(y);
        all.push_back(y);
        if (std::isfinite(error)) {
            band.x.push_back(series.x[i]);
            band.y.push_back(y - error);
            band.y2.push_back(y + error);
            all.insert(all.end(), {y - error, y + error});
        }
    }
    if (line.x.empty()) {
        plot.empty = "Nothing is known of this series yet.";
        return plot;
    }
    if (series.exact && std::isfinite(*series.exact)) {
        exact.dashed = true;
        exact.y = {*series.exact};
        all.push_back(*series.exact);
    }
    fit(plot.y, all);
    plot.y.unit = series.unit;
    if (series.axis == "level") {
        plot.x = level_axis(n_levels);
    } else {
        const auto [low, high] = std::minmax_element(line.x.begin(), line.x.end());
        plot.x = axis(words(series.axis), *low, *high > *low ? *high : *low + 1);
    }
    plot.note = band.x.empty() ? "" : "The band is one standard error either way.";
    add_layers(plot, {exact, band, seen(line)});
    sanitize(plot);
    return plot;
}

}  // namespace tempera
