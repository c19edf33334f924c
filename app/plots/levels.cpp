// SPDX-License-Identifier: MIT
// Plots over the levels of annealed importance sampling and sequential Monte Carlo.
#include <algorithm>
#include <cmath>

#include "app/plots/common.hpp"
#include "diagnostics/mode_weights.hpp"
#include "samplers/annealed_sampler.hpp"

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
    const Series *fraction = s.record->find("ess_fraction"), *of_step = s.record->find("cess_fraction"),
                 *events = s.record->find("resampled");
    if (!fraction) {
        plot.empty = "Effective sample size by level appears here when a run starts.";
        return plot;
    }
    PlotLayer ess = layer(PlotLayer::Kind::line, "ESS / N", Role::sampled);
    PlotLayer conditional = layer(PlotLayer::Kind::line, "conditional", Role::weighted);
    conditional.width = 1.2f;
    PlotLayer marks = layer(PlotLayer::Kind::points, "resampled", Role::sampled);
    marks.width = 7;
    int resampled = 0;
    for (std::size_t i = 0; i < fraction->y.size(); ++i) {
        if (!std::isfinite(fraction->y[i])) {
            continue;
        }
        ess.x.push_back(fraction->x[i]);
        ess.y.push_back(fraction->y[i]);
        if (events && i < events->y.size() && events->y[i] > 0) {
            marks.x.push_back(fraction->x[i]);
            marks.y.push_back(fraction->y[i]);
            ++resampled;
            ess.x.push_back(fraction->x[i]);  // the weights are equal again
            ess.y.push_back(1);
        }
    }
    for (std::size_t i = 0; of_step && i < of_step->y.size(); ++i) {
        if (std::isfinite(of_step->y[i])) {
            conditional.x.push_back(of_step->x[i]);
            conditional.y.push_back(of_step->y[i]);
        }
    }
    const double threshold =
        s.preset ? sampler_info(s.preset->value("sampler", Json::object())).resamples_below : 0;
    if (threshold > 0) {
        PlotLayer line = layer(PlotLayer::Kind::hline, "threshold", Role::threshold);
        line.y = {threshold};
        line.width = 1;
        plot.layers.push_back(line);
    }
    // The thin line over the wide one: both are seen where they agree.
    plot.layers.insert(plot.layers.begin(), {ess, conditional});
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

/// Weights by level, reference first.
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

/// Words where a strip has no areas.
PlotLayer strip_note(const std::string& text, double base, int n_levels) {
    PlotLayer note = layer(PlotLayer::Kind::text, "", Role::dim);
    note.text = text;
    note.x = {0.5 * n_levels};
    note.y = {base + 0.5};
    return note;
}

/// Tempered weights are known at the ends alone: a single level becomes as wide as can be seen, and the rest
/// of the strip says why it is empty.
Strip widened(Strip strip, PlotSpec& plot, double base, int n_levels) {
    if (strip.level.size() == 1 && n_levels > 1) {
        const double half = 0.012 * n_levels, at = strip.level[0];
        strip.level = {at + half, at - half};
        strip.weight.push_back(strip.weight[0]);
        plot.layers.push_back(strip_note("known at level " + number_text(at, 0) + " alone", base, n_levels));
    }
    return strip;
}

}  // namespace

std::vector<std::vector<double>> learned_weights(const Snapshot& s, const LearnedMaps* learned) {
    std::vector<std::vector<double>> out;
    if (learned && !learned->levels.empty() && (s.n_levels == 0 || learned->n_levels == s.n_levels)) {
        for (const LearnedLevel& l : learned->levels) {
            out.push_back(l.weights);
        }
        return out;
    }
    if (s.modes) {
        for (const ModeRow& row : *s.modes) {
            if (!row.learned.empty() && row.level >= 0) {
                out.resize(std::max(out.size(), static_cast<std::size_t>(row.level) + 1));
                out[static_cast<std::size_t>(row.level)] = row.learned;
            }
        }
    }
    return out;
}

namespace {

bool same_path(const Snapshot& s, const PathMaps* maps) {
    return maps && !maps->mode_weights.empty() && (s.n_levels == 0 || maps->n_levels == s.n_levels);
}

/// Rows of a run from the reference down.
std::vector<ModeRow> descending_rows(const Snapshot& s) {
    std::vector<ModeRow> rows = s.modes ? *s.modes : std::vector<ModeRow>();
    std::sort(rows.begin(), rows.end(), [](const ModeRow& a, const ModeRow& b) { return a.level > b.level; });
    return rows;
}

/// Exact weights by level, reference first: of the path, or what the run knows of it.
Strip exact_strip(const Snapshot& s, const PathMaps* maps) {
    Strip out{"exact", {}, {}};
    const auto add = [&](int level, const std::vector<double>& weight) {
        if (!weight.empty()) {
            out.level.push_back(level);
            out.weight.push_back(weight);
        }
    };
    if (same_path(s, maps)) {
        for (int l = std::min(maps->n_levels, static_cast<int>(maps->mode_weights.size()) - 1); l >= 0; --l) {
            add(l, maps->mode_weights[static_cast<std::size_t>(l)]);
        }
        return out;
    }
    for (const ModeRow& row : descending_rows(s)) {
        add(row.level, row.exact);
    }
    return out;
}

Strip learned_strip(const Snapshot& s, const LearnedMaps* learned) {
    Strip out{"learned", {}, {}};
    const auto weights = learned_weights(s, learned);
    for (std::size_t l = weights.size(); l-- > 0;) {
        if (!weights[l].empty()) {
            out.level.push_back(static_cast<double>(l));
            out.weight.push_back(weights[l]);
        }
    }
    return out;
}

/// Total variation of the learned weights by level, as a line.
PlotLayer variation(const Strip& learned, const Strip& exact) {
    PlotLayer line = layer(PlotLayer::Kind::line, "total variation", Role::learned);
    line.width = 1.5f;
    for (std::size_t i = 0; i < learned.level.size(); ++i) {
        const auto same = std::find(exact.level.begin(), exact.level.end(), learned.level[i]);
        if (same != exact.level.end()) {
            line.x.push_back(learned.level[i]);
            line.y.push_back(total_variation(
                learned.weight[i], exact.weight[static_cast<std::size_t>(same - exact.level.begin())]));
        }
    }
    return line;
}

}  // namespace

PlotSpec occupancy_plot(const Snapshot& s, const PathMaps* maps, const LearnedMaps* learned) {
    PlotSpec plot;
    plot.id = "occupancy";
    plot.title = "Mode occupancy by level";
    plot.x = level_axis(s.n_levels ? s.n_levels : maps ? maps->n_levels : 1);
    plot.provenance = provenance(s);
    const Strip exact = exact_strip(s, maps), implied = learned_strip(s, learned);
    Strip sampled{"sampled", {}, {}}, weighted{"weighted", {}, {}};
    for (const ModeRow& row : descending_rows(s)) {
        for (auto [strip, weight] :
             {std::pair{&sampled, &row.sampled}, std::pair{&weighted, &row.weighted}}) {
            if (!weight->empty() && !(s.exchange && strip == &weighted)) {
                strip->level.push_back(row.level);
                strip->weight.push_back(*weight);
            }
        }
    }
    if (exact.level.empty() && sampled.level.empty() && implied.level.empty()) {
        plot.empty = s.mode_names.empty() && (!maps || maps->mode_names.empty())
                         ? "This target names no modes, so there is no occupancy to follow."
                         : "The share of particles in each mode appears here when a run starts.";
        return plot;
    }
    const std::vector<std::string>& names = !s.mode_names.empty() || !maps ? s.mode_names : maps->mode_names;
    // Places stay the same from before the run to its end: what is not sampled yet is an empty strip.
    std::vector<const Strip*> strips;
    if (!exact.level.empty()) {
        strips.push_back(&exact);
    }
    if (!implied.level.empty()) {
        strips.push_back(&implied);
    }
    strips.push_back(&sampled);
    if (!s.exchange) {
        strips.push_back(&weighted);
    }
    const PlotLayer total = variation(implied, exact);
    // Its strip is the lowest one, from 0 to 1 like its values.
    double base = 1.2 * static_cast<double>(strips.size() - (total.y.empty() ? 1 : 0));
    plot.y = axis("", 0, base + 1);
    for (const Strip* strip : strips) {
        plot.y.ticks.emplace_back(base + 0.5, strip->name);
        const int n_levels = static_cast<int>(plot.x.max);
        if (strip->level.empty()) {
            plot.layers.push_back(strip_note("nothing sampled yet", base, n_levels));
        }
        add_strip(plot, strip == &exact ? widened(exact, plot, base, n_levels) : *strip, base,
                  strip == strips.front(), names);
        base -= 1.2;
    }
    plot.state = s.exchange ? "mean over scans" : "";
    if (names.size() > 4) {  // too many for a legend
        plot.state +=
            std::string(plot.state.empty() ? "" : "   ") + std::to_string(names.size()) +
            (names.size() > 16 ? " modes, the first at the bottom" : " modes, colours of Mode weights");
    }
    if (!total.y.empty()) {
        plot.state = "learned total variation up to " +
                     number_text(*std::max_element(total.y.begin(), total.y.end()), 3);
        plot.y.ticks.emplace_back(0.5, "TV");
        plot.layers.push_back(total);
    }
    sanitize(plot);
    return plot;
}

PlotSpec mode_mass_plot(const Snapshot& s, const PathMaps* maps, int mode, const LearnedMaps* learned) {
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
              band = layer(PlotLayer::Kind::band, "", Role::weighted),
              implied = layer(PlotLayer::Kind::line, "learned", Role::learned);
    exact.width = 1.5f;
    sampled.width = 1.5f;
    double low = 1, high = 0;
    const auto add = [&](PlotLayer& line, double level, const std::vector<double>& weight) {
        if (m < weight.size()) {
            line.x.push_back(level), line.y.push_back(weight[m]);
            low = std::min(low, weight[m]), high = std::max(high, weight[m]);
        }
    };
    const Strip truth = exact_strip(s, maps), model = learned_strip(s, learned);
    for (std::size_t i = 0; i < truth.level.size(); ++i) {
        add(exact, truth.level[i], truth.weight[i]);
    }
    for (std::size_t i = 0; i < model.level.size(); ++i) {
        add(implied, model.level[i], model.weight[i]);
    }
    for (const ModeRow& row : descending_rows(s)) {
        add(sampled, row.level, row.sampled);
        add(weighted, row.level, row.weighted);
        if (m < row.weighted.size() && m < row.weighted_interval.size() &&
            std::isfinite(row.weighted_interval[m])) {
            band.x.push_back(row.level);
            band.y.push_back(std::max(0.0, row.weighted[m] - row.weighted_interval[m]));
            band.y2.push_back(std::min(1.0, row.weighted[m] + row.weighted_interval[m]));
        }
    }
    if (exact.x.empty() && sampled.x.empty() && implied.x.empty()) {
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
    if (learned && !learned->complete) {  // known at some levels: no line between them yet
        implied.kind = PlotLayer::Kind::points;
        implied.width = 5;
    }
    plot.layers = {band, sampled, weighted, implied, exact};
    std::erase_if(plot.layers, [](const PlotLayer& l) { return l.x.empty(); });
    sanitize(plot);
    return plot;
}

}  // namespace tempera::app
