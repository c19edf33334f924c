// SPDX-License-Identifier: MIT
// Mode weights over the levels: of one mode as lines, of all of them as stacked strips.
#include <algorithm>
#include <cmath>

#include "diagnostics/mode_weights.hpp"
#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

/// Weights by level, reference first.
struct Strip {
    const char* name;
    std::vector<double> level;
    std::vector<std::vector<double>> weight;  ///< [point][mode]

    void add(double at, const std::vector<double>& weights) {
        if (!weights.empty()) {
            level.push_back(at);
            weight.push_back(weights);
        }
    }
};

void add_strip(PlotSpec& plot, const Strip& strip, double base, bool named,
               const std::vector<std::string>& names) {
    if (strip.level.empty()) {
        return;
    }
    constexpr std::size_t most_named = 8;
    const std::size_t n_modes = strip.weight.front().size();
    std::vector<double> lower(strip.level.size(), base);
    for (std::size_t m = 0; m < n_modes; ++m) {
        const bool direct = named && n_modes <= most_named;
        PlotLayer area = make_layer(Kind::area, direct ? mode_name(names, static_cast<int>(m)) : "",
                                    Role::mode, 2, static_cast<int>(m));
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
    PlotLayer note = make_layer(Kind::text, "", Role::dim);
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
        plot.layers.push_back(strip_note("known at level " + typeset(at, 0) + " alone", base, n_levels));
    }
    return strip;
}

bool same_path(const Snapshot& s, const PathMaps* maps) {
    return maps && !maps->mode_weights.empty() && (s.n_levels == 0 || maps->n_levels == s.n_levels);
}

/// Rows of a run from the reference down.
std::vector<ModeRow> descending_rows(const Snapshot& s) {
    std::vector<ModeRow> rows = s.modes ? *s.modes : std::vector<ModeRow>();
    std::stable_sort(rows.begin(), rows.end(),
                     [](const ModeRow& a, const ModeRow& b) { return a.level > b.level; });
    return rows;
}

/// Exact weights by level, reference first: of the path, or what the run knows of it.
Strip exact_strip(const Snapshot& s, const PathMaps* maps) {
    Strip out{"exact", {}, {}};
    if (same_path(s, maps)) {
        for (int l = std::min(maps->n_levels, static_cast<int>(maps->mode_weights.size()) - 1); l >= 0; --l) {
            out.add(l, maps->mode_weights[static_cast<std::size_t>(l)]);
        }
        return out;
    }
    for (const ModeRow& row : descending_rows(s)) {
        out.add(row.level, row.exact);
    }
    return out;
}

Strip learned_strip(const Snapshot& s, const LearnedMaps* learned) {
    Strip out{"learned", {}, {}};
    const auto weights = learned_weights(s, learned);
    for (std::size_t l = weights.size(); l-- > 0;) {
        out.add(static_cast<double>(l), weights[l]);
    }
    return out;
}

/// Total variation of the learned weights by level, as a line.
PlotLayer variation(const Strip& learned, const Strip& exact) {
    PlotLayer line = make_layer(Kind::line, "total variation", Role::learned, 1.5f);
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

const std::vector<std::string>& names_of(const Snapshot& s, const PathMaps* maps) {
    return !s.mode_names.empty() || !maps ? s.mode_names : maps->mode_names;
}

int levels_of(const Snapshot& s, const PathMaps* maps) {
    return s.n_levels ? s.n_levels : maps ? maps->n_levels : 1;
}

std::string occupancy_state(const Snapshot& s, std::size_t n_modes) {
    std::string text = s.exchange ? "mean over scans" : "";
    if (n_modes > 8) {  // too many for a legend
        text += (text.empty() ? "" : "\u2003") + std::to_string(n_modes) +
                (n_modes > 16 ? " modes, the first at the bottom" : " modes, colours of Mode weights");
    }
    return text;
}

/// The lines of one mode's mass, and what limits their axis.
struct MassLines {
    PlotLayer exact = make_layer(Kind::line, "exact", Role::exact, 1.5f),
              sampled = make_layer(Kind::line, "sampled", Role::sampled, 1.5f),
              weighted = make_layer(Kind::line, "weighted", Role::weighted),
              learned = make_layer(Kind::line, "learned", Role::learned),
              band = make_layer(Kind::band, "", Role::weighted, 0);
    double low = 1, high = 0;

    void add(PlotLayer& line, double level, const std::vector<double>& weight, std::size_t m) {
        if (m < weight.size() && std::isfinite(weight[m])) {
            line.x.push_back(level), line.y.push_back(weight[m]);
            low = std::min(low, weight[m]), high = std::max(high, weight[m]);
        }
    }
    void add_band(const ModeRow& row, std::size_t m) {
        const double half = m < row.weighted_interval.size() ? row.weighted_interval[m] : std::nan("");
        if (m < row.weighted.size() && std::isfinite(half)) {
            band.x.push_back(row.level);
            band.y.push_back(std::max(0.0, row.weighted[m] - half));
            band.y2.push_back(std::min(1.0, row.weighted[m] + half));
            low = std::min(low, band.y.back()), high = std::max(high, band.y2.back());
        }
    }
};

MassLines mass_lines(const Snapshot& s, const PathMaps* maps, std::size_t m, const LearnedMaps* learned) {
    MassLines out;
    const Strip truth = exact_strip(s, maps), model = learned_strip(s, learned);
    for (std::size_t i = 0; i < truth.level.size(); ++i) {
        out.add(out.exact, truth.level[i], truth.weight[i], m);
    }
    for (std::size_t i = 0; i < model.level.size(); ++i) {
        out.add(out.learned, model.level[i], model.weight[i], m);
    }
    for (const ModeRow& row : descending_rows(s)) {
        out.add(out.sampled, row.level, row.sampled, m);
        if (!s.exchange) {  // where all weights are equal
            out.add(out.weighted, row.level, row.weighted, m);
        }
        out.add_band(row, m);
    }
    if (static_cast<double>(truth.level.size()) < (truth.level.empty() ? 0 : truth.level[0]) + 1) {
        out.exact.kind = Kind::points;  // tempered weights are known at the ends alone: no line between them
        out.exact.width = 6;
    }
    out.band.role = s.exchange ? Role::sampled : Role::weighted;
    if (learned && !learned->complete) {  // known at some levels: no line between them yet
        out.learned.kind = Kind::points;
        out.learned.width = 5;
    }
    return out;
}

/// Small masses on a scale of their own from zero; large ones in steps of 0.1 around what was seen, so that
/// the limits rarely move.
PlotAxis mass_axis(double low, double high) {
    for (const double top : {0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.2}) {
        if (high < 0.95 * top) {
            return axis("", 0, 1.03 * top);
        }
    }
    PlotAxis out = axis("", std::max(0.0, std::floor((low - 0.05) * 10) / 10),
                        std::min(1.0, std::ceil((high + 0.05) * 10) / 10));
    if (out.max - out.min < 0.3) {
        out.min = std::max(0.0, out.max - 0.3);
        out.max = std::min(1.0, out.min + 0.3);
    }
    return out;
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

PlotSpec occupancy_figure(const Snapshot& s, const PathMaps* maps, const LearnedMaps* learned) {
    PlotSpec plot = new_figure("occupancy_by_level", "Mode occupancy by level", s.preset.get());
    const int n_levels = levels_of(s, maps);
    plot.x = level_axis(n_levels);
    const Strip exact = exact_strip(s, maps), implied = learned_strip(s, learned);
    Strip sampled{"sampled", {}, {}}, weighted{"weighted", {}, {}};
    for (const ModeRow& row : descending_rows(s)) {
        sampled.add(row.level, row.sampled);
        weighted.add(row.level, row.weighted);
    }
    const std::vector<std::string>& names = names_of(s, maps);
    if (exact.level.empty() && sampled.level.empty() && implied.level.empty()) {
        plot.empty = names.empty() ? "This target names no modes, so there is no occupancy to follow."
                                   : "The share of particles in each mode appears here when a run starts.";
        return plot;
    }
    // Places stay the same from before the run to its end: what is not sampled yet is an empty strip.
    std::vector<const Strip*> strips;
    for (const Strip* strip : {&exact, &implied}) {
        if (!strip->level.empty()) {
            strips.push_back(strip);
        }
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
        if (strip->level.empty()) {
            plot.layers.push_back(strip_note("nothing sampled yet", base, n_levels));
        }
        add_strip(plot, strip == &exact ? widened(exact, plot, base, n_levels) : *strip, base,
                  strip == strips.front(), names);
        base -= 1.2;
    }
    plot.state = occupancy_state(s, names.size());
    if (!total.y.empty()) {
        plot.state =
            "learned total variation up to " + typeset(*std::max_element(total.y.begin(), total.y.end()), 3);
        plot.y.ticks.emplace_back(0.5, "TV");
        plot.layers.push_back(total);
    }
    sanitize(plot);
    return plot;
}

PlotSpec mode_mass_figure(const Snapshot& s, int mode, const PathMaps* maps, const LearnedMaps* learned) {
    PlotSpec plot = new_figure("mode_weights_by_level" + (mode == 0 ? "" : "_" + std::to_string(mode + 1)),
                               "Mass of " + mode_name(names_of(s, maps), mode) + " by level", s.preset.get());
    plot.x = level_axis(levels_of(s, maps));
    plot.y = axis("", 0, 1);
    MassLines lines = mass_lines(s, maps, static_cast<std::size_t>(std::max(0, mode)), learned);
    if (lines.exact.x.empty() && lines.sampled.x.empty() && lines.learned.x.empty()) {
        plot.empty = "The share of particles in this mode appears here when a run starts.";
        return plot;
    }
    plot.y = mass_axis(lines.low, lines.high);
    const PlotLayer& found = s.exchange ? lines.sampled : lines.weighted;
    plot.state = lines.exact.y.empty() ? "" : "exact " + typeset(lines.exact.y.back(), 3);
    plot.state += found.y.empty()
                      ? ""
                      : (plot.state.empty() ? "" : "\u2003") + found.name + " " + typeset(found.y.back(), 3);
    if (lines.band.x.size() > 1) {
        plot.note = "The band is a 95 % interval of the " + found.name + " mass.";
    }
    add_layers(plot, {lines.band, seen(lines.sampled), seen(lines.weighted), seen(lines.learned),
                      seen(lines.exact)});
    sanitize(plot);
    return plot;
}

}  // namespace tempera
