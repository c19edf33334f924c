// SPDX-License-Identifier: MIT
// Effective sample size and log Z over the levels of a weighted population.
#include <algorithm>
#include <cmath>

#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

/// The known points of a series, level by level in the order of doing.
std::vector<std::pair<double, double>> known(const Snapshot& s, const char* name) {
    std::vector<std::pair<double, double>> out;
    const Series* series = s.record->find(name);
    for (std::size_t i = 0; series && i < series->y.size(); ++i) {
        if (std::isfinite(series->y[i])) {
            out.emplace_back(series->x[i], series->y[i]);
        }
    }
    return out;
}

/// Levels at which the population was resampled.
std::vector<double> resampled_levels(const Snapshot& s) {
    std::vector<double> out;
    for (const auto& [level, resampled] : known(s, "resampled")) {
        if (resampled > 0) {
            out.push_back(level);
        }
    }
    return out;
}

std::string times(std::size_t resampled) {
    return resampled == 0   ? "never resampled"
           : resampled == 1 ? "resampled once"
                            : "resampled " + std::to_string(resampled) + " times";
}

}  // namespace

PlotSpec ess_figure(const Snapshot& s) {
    PlotSpec plot = new_figure("ess_by_level", "Effective sample size by level", s.preset.get());
    plot.x = level_axis(s.n_levels);
    plot.y = fraction_axis();
    if (s.exchange) {
        plot.empty =
            "Replica exchange keeps equal weights, so there is no effective sample size by level. See Swaps.";
        return plot;
    }
    const auto fractions = known(s, "ess_fraction");
    if (fractions.empty()) {
        plot.empty = "Effective sample size by level appears here when a run starts.";
        return plot;
    }
    const std::vector<double> events = resampled_levels(s);
    PlotLayer ess = make_layer(Kind::line, "ESS / N", Role::sampled),
              conditional = make_layer(Kind::line, "conditional", Role::weighted, 1.2f),
              marks = make_layer(Kind::points, "", Role::sampled, 7),
              threshold = make_layer(Kind::hline, "threshold", Role::threshold, 1);
    for (const auto& [level, fraction] : fractions) {
        ess.x.push_back(level);
        ess.y.push_back(fraction);
        if (std::find(events.begin(), events.end(), level) != events.end()) {
            marks.x.push_back(level);
            marks.y.push_back(fraction);
            ess.x.push_back(level);  // the weights are equal again
            ess.y.push_back(1);
        }
    }
    for (const auto& [level, fraction] : known(s, "cess_fraction")) {
        conditional.x.push_back(level);
        conditional.y.push_back(fraction);
    }
    const double below =
        s.preset ? sampler_info(s.preset->value("sampler", Json::object())).resamples_below : 0;
    if (below > 0) {
        threshold.dashed = true;
        threshold.y = {below};
    }
    plot.state = typeset(fractions.back().second, 3) + " at level " + typeset(fractions.back().first, 0) +
                 ", " + times(events.size());
    // The thin line over the wide one: both are seen where they agree.
    add_layers(plot, {seen(ess), seen(conditional), threshold, marks});
    sanitize(plot);
    return plot;
}

PlotSpec log_z_figure(const Snapshot& s) {
    PlotSpec plot = new_figure("log_z_by_level", "log Z by level", s.preset.get());
    plot.x = level_axis(s.n_levels);
    plot.y = axis("log Z", -1, 1);
    const auto increments = known(s, "log_z_increment");
    if (s.exchange || increments.empty()) {
        plot.empty = s.exchange ? "Replica exchange estimates log Z from its swaps, not level by level."
                                : "The estimate of log Z by level appears here when a run starts.";
        return plot;
    }
    PlotLayer line = make_layer(Kind::line, "estimate", Role::weighted),
              error = make_layer(Kind::segments, "", Role::weighted, 1.5f),
              exact = make_layer(Kind::hline, "exact", Role::exact, 1.5f);
    double sum = 0;
    for (const auto& [level, increment] : increments) {
        line.x.push_back(level);
        line.y.push_back(sum += increment);
    }
    std::vector<double> all = line.y;
    plot.state = "log Z " + typeset(sum, 3);
    if (std::isfinite(s.log_z_stderr)) {
        error.x = {line.x.back(), line.x.back()};
        error.y = {sum - s.log_z_stderr, sum + s.log_z_stderr};
        all.insert(all.end(), error.y.begin(), error.y.end());
        plot.state += " \u00b1 " + typeset(s.log_z_stderr, 3);
    }
    if (s.log_z_true && std::isfinite(*s.log_z_true)) {
        exact.dashed = true;
        exact.y = {*s.log_z_true};
        all.push_back(*s.log_z_true);
        plot.state += "\u2003exact " + typeset(*s.log_z_true, 3);
    }
    fit(plot.y, all);
    add_layers(plot, {exact, seen(line), error});
    sanitize(plot);
    return plot;
}

}  // namespace tempera
