// SPDX-License-Identifier: MIT
// Plots over the levels of annealed importance sampling and sequential Monte Carlo.
#include <algorithm>
#include <cmath>

#include "app/plots/common.hpp"

namespace tempera::app {

PlotSpec ess_plot(const Snapshot& s) {
    PlotSpec plot;
    plot.id = "ess";
    plot.title = "ESS by level";
    plot.x = level_axis(s.n_levels);
    plot.y = axis("", 0, 1.04);
    plot.provenance = provenance(s);
    if (s.exchange) {
        plot.empty =
            "Replica exchange keeps equal weights, so there is no effective sample size by level. See Swaps.";
        return plot;
    }
    if (!s.levels || s.levels->empty()) {
        plot.empty = "Effective sample size by level appears here when a run starts.";
        return plot;
    }
    PlotLayer ess = layer(PlotLayer::Kind::line, "ESS / N", Role::sampled);
    PlotLayer conditional = layer(PlotLayer::Kind::line, "conditional", Role::weighted);
    conditional.width = 1.5f;
    PlotLayer marks = layer(PlotLayer::Kind::points, "resampled", Role::sampled);
    marks.width = 7;
    int resampled = 0;
    for (const LevelStats& l : *s.levels) {
        if (std::isfinite(l.ess_fraction)) {
            ess.x.push_back(l.level);
            ess.y.push_back(l.ess_fraction);
            if (l.resampled) {
                marks.x.push_back(l.level);
                marks.y.push_back(l.ess_fraction);
                ++resampled;
                ess.x.push_back(l.level);  // the weights are equal again
                ess.y.push_back(1);
            }
        }
        if (std::isfinite(l.cess_fraction)) {
            conditional.x.push_back(l.level);
            conditional.y.push_back(l.cess_fraction);
        }
    }
    if (s.preset && s.preset->contains("sampler") && (*s.preset)["sampler"].contains("ess_threshold")) {
        const Json& threshold = (*s.preset)["sampler"]["ess_threshold"];
        if (threshold.is_number() && (*s.preset)["sampler"].value("type", "") == "smc") {
            PlotLayer line = layer(PlotLayer::Kind::hline, "threshold", Role::threshold);
            line.y = {threshold.get<double>()};
            line.width = 1;
            plot.layers.push_back(line);
        }
    }
    plot.layers.push_back(conditional);
    plot.layers.push_back(ess);
    if (resampled) {
        marks.name.clear();
        plot.layers.push_back(marks);
    }
    plot.state = resampled == 0   ? "never resampled"
                 : resampled == 1 ? "resampled once"
                                  : "resampled " + std::to_string(resampled) + " times";
    sanitize(plot);
    return plot;
}

namespace {

struct Strip {
    const char* name;
    std::vector<double> level;
    std::vector<std::vector<double>> weight;  ///< [point][mode]
};

void add_strip(PlotSpec& plot, const Strip& strip, double base, bool named,
               const std::vector<std::string>& names) {
    if (strip.level.empty()) {
        return;
    }
    const std::size_t n_modes = strip.weight.front().size();
    std::vector<double> lower(strip.level.size(), base);
    for (std::size_t m = 0; m < n_modes; ++m) {
        const bool direct = named && n_modes <= 4;
        PlotLayer area = layer(PlotLayer::Kind::area, direct ? mode_name(names, static_cast<int>(m)) : "",
                               Role::mode, static_cast<int>(m));
        area.x = strip.level;
        area.y = lower;
        for (std::size_t i = 0; i < lower.size(); ++i) {
            lower[i] += m < strip.weight[i].size() ? strip.weight[i][m] : 0;
        }
        area.y2 = lower;
        plot.layers.push_back(std::move(area));
    }
}

}  // namespace

PlotSpec occupancy_plot(const Snapshot& s, const PathMaps* maps) {
    PlotSpec plot;
    plot.id = "occupancy";
    plot.title = "Mode occupancy by level";
    plot.x = level_axis(s.n_levels ? s.n_levels : maps ? maps->n_levels : 1);
    plot.y = axis("", 0, 3.4);
    plot.y.ticks = {{2.9, "exact"}, {1.7, "sampled"}, {0.5, "weighted"}};
    plot.provenance = provenance(s);
    Strip exact{"exact", {}, {}}, sampled{"sampled", {}, {}}, weighted{"weighted", {}, {}};
    const bool same_path =
        maps && !maps->mode_weights.empty() && (s.n_levels == 0 || maps->n_levels == s.n_levels);
    if (same_path) {
        for (int l = maps->n_levels; l >= 0; --l) {
            if (static_cast<std::size_t>(l) < maps->mode_weights.size() &&
                !maps->mode_weights[static_cast<std::size_t>(l)].empty()) {
                exact.level.push_back(l);
                exact.weight.push_back(maps->mode_weights[static_cast<std::size_t>(l)]);
            }
        }
    }
    if (s.modes) {
        std::vector<ModeRow> rows(*s.modes);
        std::sort(rows.begin(), rows.end(),
                  [](const ModeRow& a, const ModeRow& b) { return a.level > b.level; });
        for (const ModeRow& row : rows) {
            if (!same_path && !row.exact.empty()) {
                exact.level.push_back(row.level);
                exact.weight.push_back(row.exact);
            }
            if (!row.sampled.empty()) {
                sampled.level.push_back(row.level);
                sampled.weight.push_back(row.sampled);
            }
            if (!row.weighted.empty()) {
                weighted.level.push_back(row.level);
                weighted.weight.push_back(row.weighted);
            }
        }
    }
    if (exact.level.empty() && sampled.level.empty()) {
        plot.empty = s.mode_names.empty() && (!maps || maps->mode_names.empty())
                         ? "This target names no modes, so there is no occupancy to follow."
                         : "The share of particles in each mode appears here when a run starts.";
        return plot;
    }
    const std::vector<std::string>& names = !s.mode_names.empty() ? s.mode_names
                                            : maps                ? maps->mode_names
                                                                  : s.mode_names;
    add_strip(plot, exact, 2.4, true, names);
    add_strip(plot, sampled, 1.2, exact.level.empty(), names);
    add_strip(plot, weighted, 0, false, names);
    if (s.exchange) {
        plot.y.ticks.pop_back();
        plot.y.min = 1;
        plot.state = "mean over scans";
    }
    if (exact.level.empty()) {
        plot.y.ticks.erase(plot.y.ticks.begin());
        plot.y.max = 2.2;
    }
    sanitize(plot);
    return plot;
}

PlotSpec mode_mass_plot(const Snapshot& s, const PathMaps* maps, int mode) {
    PlotSpec plot;
    const std::vector<std::string>& names = !s.mode_names.empty() || !maps ? s.mode_names : maps->mode_names;
    plot.id = "mode_mass";
    plot.title = "Mass of " + mode_name(names, mode) + " by level";
    plot.x = level_axis(s.n_levels ? s.n_levels : maps ? maps->n_levels : 1);
    plot.y = axis("", 0, 1);
    plot.provenance = provenance(s);
    const auto m = static_cast<std::size_t>(mode);
    PlotLayer exact = layer(PlotLayer::Kind::line, "exact", Role::exact),
              sampled = layer(PlotLayer::Kind::line, "sampled", Role::sampled),
              weighted = layer(PlotLayer::Kind::line, "weighted", Role::weighted),
              band = layer(PlotLayer::Kind::band, "", Role::weighted);
    exact.width = 1.5f;
    sampled.width = 1.5f;
    double low = 1, high = 0;
    const auto seen = [&](double v) { low = std::min(low, v), high = std::max(high, v); };
    if (maps && (s.n_levels == 0 || maps->n_levels == s.n_levels)) {
        for (int l = maps->n_levels; l >= 0; --l) {
            const std::vector<double>* w = static_cast<std::size_t>(l) < maps->mode_weights.size()
                                               ? &maps->mode_weights[static_cast<std::size_t>(l)]
                                               : nullptr;
            if (w && m < w->size()) {
                exact.x.push_back(l), exact.y.push_back((*w)[m]);
                seen((*w)[m]);
            }
        }
    }
    if (s.modes) {
        std::vector<ModeRow> rows(*s.modes);
        std::sort(rows.begin(), rows.end(),
                  [](const ModeRow& a, const ModeRow& b) { return a.level > b.level; });
        for (const ModeRow& row : rows) {
            if (m < row.sampled.size()) {
                sampled.x.push_back(row.level), sampled.y.push_back(row.sampled[m]);
                seen(row.sampled[m]);
            }
            if (m < row.weighted.size()) {
                weighted.x.push_back(row.level), weighted.y.push_back(row.weighted[m]);
                seen(row.weighted[m]);
                if (m < row.weighted_interval.size() && std::isfinite(row.weighted_interval[m])) {
                    band.x.push_back(row.level);
                    band.y.push_back(std::max(0.0, row.weighted[m] - row.weighted_interval[m]));
                    band.y2.push_back(std::min(1.0, row.weighted[m] + row.weighted_interval[m]));
                }
            }
        }
    }
    if (exact.x.empty() && sampled.x.empty()) {
        plot.empty = "The share of particles in this mode appears here when a run starts.";
        return plot;
    }
    // Limits in steps of 0.1 around what was seen, so that they rarely move.
    plot.y.min = std::max(0.0, std::floor((low - 0.05) * 10) / 10);
    plot.y.max = std::min(1.0, std::ceil((high + 0.05) * 10) / 10);
    if (plot.y.max - plot.y.min < 0.3) {
        plot.y.min = std::max(0.0, plot.y.max - 0.3);
        plot.y.max = std::min(1.0, plot.y.min + 0.3);
    }
    if (!exact.y.empty()) {
        plot.state = "target " + number_text(exact.y.back(), 3);
    }
    plot.layers = {band, sampled, weighted, exact};
    std::erase_if(plot.layers, [](const PlotLayer& l) { return l.x.empty(); });
    sanitize(plot);
    return plot;
}

PlotSpec mode_weights_plot(const Snapshot& s, const ModeRow* row, int level) {
    PlotSpec plot;
    plot.id = "mode_weights";
    plot.title = "Mode weights";
    plot.state = "level " + std::to_string(level);
    plot.provenance = provenance(s);
    if (!row || (row->sampled.empty() && row->exact.empty())) {
        plot.empty = "Mode weights appear here when a run starts.";
        return plot;
    }
    const std::size_t n = std::max(row->exact.size(), row->sampled.size());
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
    bars("exact", Role::exact, row->exact, -0.27, 0.25);
    bars("sampled", Role::sampled, row->sampled, 0, 0.25);
    bars("weighted", Role::weighted, row->weighted, 0.27, 0.25);
    plot.y = axis("", 0, top > 0 ? std::min(1.0, std::ceil(top * 1.15 * 20) / 20) : 1);
    sanitize(plot);
    return plot;
}

}  // namespace tempera::app
