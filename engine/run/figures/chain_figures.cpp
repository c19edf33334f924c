// SPDX-License-Identifier: MIT
#include "run/figures/chain_figures.hpp"

#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/preset/preset.hpp"
#include "run/record/chain_traces.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

constexpr int most_chains = 8;     // drawn
constexpr int most_columns = 512;  // of two points each
constexpr double two_sided = 1.96;

/// What an observable's chains tell; null, and the figure says why, where there are none.
const ChainTrace* trace_of(const Snapshot& s, std::size_t k, PlotSpec& plot) {
    const ChainTraces* traces = s.traces.get();
    const bool chains = s.preset && sampler_info(get_value(*s.preset, "sampler")).chains;
    if (s.preset && !chains) {
        plot.empty = "Particles of AIS and SMC have weights and no time: they are one population, not chains "
                     "to compare. Replica exchange and mcmc have chains. ESS, log Z with its error and the "
                     "spread over run.n_replicates judge this run.";
    } else if (traces && !traces->missing.empty()) {
        plot.empty = traces->missing;
    } else if (!traces || traces->n_rows == 0 || k >= traces->observables.size()) {
        plot.empty = "The chains' values appear here after the burn-in.";
    } else if (traces->n_rows < 4) {
        plot.empty = "Four points of each chain are the least that can be judged.";
    } else {
        return &traces->observables[k];
    }
    return nullptr;
}

const char* step_name(const Snapshot& s) { return s.exchange ? "scan" : "step"; }

/// The time of row t: steps of the sampler where they are known, else rows.
double time_of(const ChainTraces& traces, double row) {
    return traces.stride > 0 ? static_cast<double>(traces.first) + row * static_cast<double>(traces.stride)
                             : row;
}

std::string time_label(const Snapshot& s, const char* of = "") {
    return of + std::string(s.traces->stride > 0 ? step_name(s) : "kept point of each chain");
}

/// Steps of the sampler between rows.
double per_row(const Snapshot& s) { return std::max(1.0, static_cast<double>(s.traces->stride)); }

std::string observable_name(const Snapshot& s, std::size_t k) {
    return k < s.observables.size() ? words_of(s.observables[k].name) : "observable";
}

/// "R-hat 1.003  ESS 812 bulk, 640 tail".
std::string convergence_text(const ChainTrace& trace) {
    const ChainStatistics& c = trace.statistics;
    std::string out;
    if (std::isfinite(c.r_hat)) {
        out = "R-hat " + typeset(c.r_hat, 3) + "\u2003";
    }
    return out + "ESS " + typeset(c.ess_bulk, 0) + " bulk, " + typeset(c.ess_tail, 0) + " tail";
}

std::string thinning_note(const Snapshot& s) {
    const long stride = s.traces->stride;
    return stride > 1 ? "Of every " + std::to_string(stride) + (stride == 2 ? "nd " : "th ") + step_name(s) +
                            ", as many as are kept. "
                      : "";
}

/// Evenly spread chains.
std::vector<int> drawn_chains(int n_chains) {
    const int n = std::min(n_chains, most_chains);
    std::vector<int> out;
    for (int k = 0; k < n; ++k) {
        out.push_back(n > 1 ? static_cast<int>(static_cast<long>(k) * (n_chains - 1) / (n - 1)) : 0);
    }
    return out;
}

/// A series as a line that shows the least and the greatest value of each column, in their order.
template <class Value, class Time>
PlotLayer thinned(int n, const Value& value, const Time& time, PlotLayer line) {
    const int columns = std::min(n, most_columns);
    for (int c = 0; n <= 2 * most_columns && c < n; ++c) {
        line.x.push_back(time(c)), line.y.push_back(value(c));
    }
    for (int c = 0; n > 2 * most_columns && c < columns; ++c) {
        const int begin = static_cast<int>(static_cast<long>(n) * c / columns),
                  end = static_cast<int>(static_cast<long>(n) * (c + 1) / columns);
        int low = begin, high = begin;
        for (int t = begin; t < end; ++t) {
            low = value(t) < value(low) ? t : low;
            high = value(t) > value(high) ? t : high;
        }
        for (const int t : {std::min(low, high), std::max(low, high)}) {
            line.x.push_back(time(t)), line.y.push_back(value(t));
        }
    }
    return line;
}

void add_running_mean(PlotSpec& plot, const ChainTraces& traces, const ChainTrace& trace) {
    PlotLayer band = make_layer(Kind::band, "95 % interval of the mean", Role::weighted),
              mean = make_layer(Kind::line, "running mean", Role::weighted, 3);
    for (std::size_t i = 0; i < trace.error.size(); ++i) {
        band.x.push_back(time_of(traces, trace.error_rows[i] - 1));
        band.y.push_back(trace.error_mean[i] - two_sided * trace.error[i]);
        band.y2.push_back(trace.error_mean[i] + two_sided * trace.error[i]);
    }
    for (std::size_t i = 0; i < trace.mean.size(); ++i) {
        mean.x.push_back(time_of(traces, trace.mean_rows[i] - 1));
        mean.y.push_back(trace.mean[i]);
    }
    add_layers(plot, {std::move(band), std::move(mean)});
}

/// Limits that leave a twentieth of room on either side.
void fit_closely(PlotAxis& axis, const std::vector<double>& values) {
    const auto [low, high] = std::ranges::minmax(values);
    const double room = 0.05 * (high - low) + 1e-9 * (1 + std::abs(low));
    axis.min = low - room, axis.max = high + room;
}

}  // namespace

PlotSpec trace_figure(const Snapshot& s, std::size_t k) {
    PlotSpec plot = new_figure("trace", "Trace of " + observable_name(s, k), s.preset.get());
    const ChainTrace* trace = trace_of(s, k, plot);
    if (!trace) {
        return plot;
    }
    const ChainTraces& traces = *s.traces;
    const int n = trace->values.n_steps();
    const std::vector<int> drawn = drawn_chains(traces.n_chains);
    std::vector<double> seen_values;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        PlotLayer line = thinned(
            n, [&](int t) { return trace->values(t, drawn[i]); }, [&](int t) { return time_of(traces, t); },
            make_layer(Kind::line, "", Role::run, 1, static_cast<int>(i)));
        seen_values.insert(seen_values.end(), line.y.begin(), line.y.end());
        plot.layers.push_back(std::move(line));
    }
    add_running_mean(plot, traces, *trace);
    if (k < s.observables.size() && s.observables[k].exact) {
        PlotLayer exact = make_layer(Kind::hline, "exact mean", Role::exact, 1.5f);
        exact.y = {*s.observables[k].exact};
        seen_values.push_back(exact.y[0]);
        plot.layers.push_back(std::move(exact));
    }
    plot.x = axis(time_label(s), time_of(traces, 0), time_of(traces, std::max(1, n - 1)));
    plot.y = axis(observable_name(s, k), 0, 1);
    std::erase_if(seen_values, [](double v) { return !std::isfinite(v); });
    fit_closely(plot.y, seen_values.empty() ? std::vector<double>{0} : seen_values);
    plot.state = (drawn.size() < static_cast<std::size_t>(traces.n_chains)
                      ? std::to_string(drawn.size()) + " of " + std::to_string(traces.n_chains) + " chains"
                      : std::to_string(traces.n_chains) + (traces.n_chains == 1 ? " chain" : " chains")) +
                 "\u2003" + convergence_text(*trace);
    plot.note =
        thinning_note(s) + (n > 2 * most_columns ? "Lines show the least and the greatest value of each of " +
                                                       std::to_string(most_columns) + " stretches."
                                                 : "");
    sanitize(plot);
    return plot;
}

namespace {

/// A chain's ratios as a row of bars on `floor`, a unit of which is `unit` high.
PlotLayer rank_row(const std::vector<double>& ratio, double floor, double unit, int index) {
    PlotLayer bars = make_layer(Kind::area, "", Role::run, 1, index);
    const double n = static_cast<double>(ratio.size());
    for (std::size_t b = 0; b < ratio.size(); ++b) {
        for (const double edge : {static_cast<double>(b) + 0.06, static_cast<double>(b) + 0.94}) {
            bars.x.push_back(edge / n);
            bars.y.push_back(floor);
            bars.y2.push_back(floor + unit * ratio[b]);
        }
        if (b + 1 < ratio.size()) {  // a gap before the next bar
            for (const double edge : {static_cast<double>(b) + 0.94, static_cast<double>(b) + 1.06}) {
                bars.x.push_back(edge / n), bars.y.push_back(floor), bars.y2.push_back(floor);
            }
        }
    }
    return bars;
}

/// Where the bars' ends are expected, above `floor`.
void add_band(PlotSpec& plot, const RankHistograms& ranks, double floor, double unit) {
    PlotLayer band = make_layer(Kind::band, "95 % expected", Role::exact),
              line = make_layer(Kind::line, "", Role::exact, 1);
    const double n = static_cast<double>(ranks.n_bins);
    for (std::size_t b = 0; b < ranks.half_width.size(); ++b) {
        for (const double edge : {static_cast<double>(b), static_cast<double>(b) + 1}) {
            line.x.push_back(edge / n), line.y.push_back(floor + unit);
            if (std::isfinite(ranks.half_width[b])) {
                band.x.push_back(edge / n);
                band.y.push_back(floor + unit * (1 - ranks.half_width[b]));
                band.y2.push_back(floor + unit * (1 + ranks.half_width[b]));
            }
        }
    }
    add_layers(plot, {std::move(band), std::move(line)});
}

}  // namespace

PlotSpec rank_figure(const Snapshot& s, std::size_t k) {
    PlotSpec plot = new_figure("ranks", "Ranks of " + observable_name(s, k) + " by chain", s.preset.get());
    const ChainTrace* trace = trace_of(s, k, plot);
    if (!trace) {
        return plot;
    }
    const RankHistograms& ranks = trace->ranks;
    if (ranks.ratio.empty()) {
        plot.empty = s.traces->n_chains == 1   ? "One chain has no other to be compared with."
                     : trace->n_non_finite > 0 ? "Values that are not finite have no ranks."
                                               : "Ranks need ten points of each chain.";
        return plot;
    }
    const std::vector<int> drawn = drawn_chains(s.traces->n_chains);
    double most = 1.6;
    for (const int chain : drawn) {
        for (const double v : ranks.ratio[static_cast<std::size_t>(chain)]) {
            most = std::max(most, v);
        }
    }
    const double unit = 0.92 / most, rows = static_cast<double>(drawn.size());
    plot.x = axis("rank among the values of all chains", 0, 1);
    plot.y = axis("", 0, rows);
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        const double floor = rows - 1 - static_cast<double>(i);
        plot.layers.push_back(
            rank_row(ranks.ratio[static_cast<std::size_t>(drawn[i])], floor, unit, static_cast<int>(i)));
        add_band(plot, ranks, floor, unit);
        plot.y.ticks.emplace_back(floor + unit, "chain " + std::to_string(drawn[i]));
    }
    plot.state = convergence_text(*trace);
    const double outside = ranks.outside();
    plot.note = std::isfinite(outside)
                    ? typeset(100 * outside, 1) + " % of the bars of all " +
                          std::to_string(s.traces->n_chains) +
                          " chains end outside of the band; 5 % do when they all draw from one distribution. "
                    : "The chains are too short against their correlation in time for a band. ";
    plot.note += thinning_note(s);
    sanitize(plot);
    return plot;
}

namespace {

/// Lags up to three windows with the window marked; `per_lag` steps of the sampler lie between lags.
void draw_correlation(PlotSpec& plot, const Autocorrelation& found, double per_lag, const std::string& unit) {
    constexpr int least_lags = 20, windows = 3;
    const int window = found.integrated.window;
    const std::size_t n =
        std::min(found.rho.size(), static_cast<std::size_t>(std::max(least_lags, windows * window)) + 1);
    PlotLayer line = make_layer(Kind::line, "autocorrelation", Role::sampled),
              zero = make_layer(Kind::hline, "", Role::dim, 1),
              mark = make_layer(Kind::vline, "window, 5 \u03c4", Role::threshold, 1);
    double least = 0;
    for (std::size_t lag = 0; lag < n; ++lag) {
        line.x.push_back(per_lag * static_cast<double>(lag)), line.y.push_back(found.rho[lag]);
        least = std::min(least, found.rho[lag]);
    }
    zero.y = {0};
    mark.x = {per_lag * window};
    plot.x = axis("lag in " + unit, 0, std::max(line.x.back(), per_lag));
    plot.y = axis("autocorrelation", std::min(-0.1, std::floor(5 * least) / 5), 1.03);
    plot.state =
        "\u03c4 " + typeset(per_lag * found.integrated.time, 1) +
        (std::isfinite(found.time_error) ? " \u00b1 " + typeset(per_lag * found.time_error, 1) : "") + " " +
        unit;
    if (2 * window >= static_cast<int>(found.rho.size()) - 1) {
        plot.state += ", longer than the chains can tell";
    }
    add_layers(plot, {zero, mark, seen(line)});
}

}  // namespace

PlotSpec autocorrelation_figure(const Snapshot& s, std::size_t k) {
    PlotSpec plot =
        new_figure("autocorrelation", "Autocorrelation of " + observable_name(s, k), s.preset.get());
    const ChainTrace* trace = trace_of(s, k, plot);
    if (!trace) {
        return plot;
    }
    if (!trace->correlation.known()) {
        plot.empty = "Values that are not finite, or all the same, have no autocorrelation.";
        return plot;
    }
    const std::string unit = s.traces->stride > 0 ? std::string(step_name(s)) + "s" : "kept points";
    draw_correlation(plot, trace->correlation, per_row(s), unit);
    plot.note =
        "\u03c4 = 1 + 2 sum of the autocorrelations up to the first lag of 5 \u03c4, all chains about "
        "their common mean. " +
        (std::isfinite(trace->statistics.autocorrelation_time)
             ? "By Geyer's monotone sequence, as in summaries: " +
                   typeset(per_row(s) * trace->statistics.autocorrelation_time, 1) + ". "
             : "") +
        thinning_note(s);
    sanitize(plot);
    return plot;
}

PlotSpec trace_figure_of(const Snapshot& s) { return trace_figure(s, 0); }
PlotSpec rank_figure_of(const Snapshot& s) { return rank_figure(s, 0); }
PlotSpec autocorrelation_figure_of(const Snapshot& s) { return autocorrelation_figure(s, 0); }

namespace {

/// Says why there are no energies by level; empty where there are.
std::string no_energies(const Snapshot& s) {
    return !s.exchange ? "Only replica exchange has a point at every level at once. Choose the sampler "
                         "replica_exchange to see this."
           : !s.exchange_stats || s.exchange_stats->index_process.size() < 4
               ? "Energies by level appear here after the first scans."
           : s.exchange_stats->energy_process.empty()
               ? "This run was stored before energies by level were kept."
               : "";
}

const Autocorrelation* energies_of(const Snapshot& s, int level) {
    const auto at = static_cast<std::size_t>(level);
    return s.traces && at < s.traces->level_energies.size() && s.traces->level_energies[at].known()
               ? &s.traces->level_energies[at]
               : nullptr;
}

}  // namespace

std::string level_label(const Snapshot& s, int level) {
    const auto at = static_cast<std::size_t>(level);
    if (s.positions && at < s.positions->size()) {
        const LevelPosition& p = (*s.positions)[at];
        if (p.beta > 0) {
            return "T " + short_number(1 / p.beta);
        }
        if (p.rho > 0 && level < s.n_levels) {
            return "\u03c1 " + short_number(p.rho);
        }
    }
    return level == 0 ? "target" : level == s.n_levels ? "reference" : "level " + std::to_string(level);
}

PlotSpec level_energy_figure(const Snapshot& s, int level) {
    PlotSpec plot = new_figure("level_energy", "Energy at level " + std::to_string(level), s.preset.get());
    plot.empty = no_energies(s);
    if (!plot.empty.empty()) {
        return plot;
    }
    const ExchangeStats& e = *s.exchange_stats;
    const auto at =
        std::min(static_cast<std::size_t>(std::max(0, level)), e.energy_process.front().size() - 1);
    const double first = static_cast<double>(e.first_scan);
    PlotLayer line = thinned(
        static_cast<int>(e.energy_process.size()),
        [&](int t) { return e.energy_process[static_cast<std::size_t>(t)][at]; },
        [&](int t) { return first + t; }, make_layer(Kind::line, "", Role::sampled, 1.4f));
    plot.x = axis("scan", first, first + static_cast<double>(e.energy_process.size()) - 1);
    plot.y = axis("-log density of the level", 0, 1);
    fit_closely(plot.y, line.y);
    plot.layers.push_back(std::move(line));
    plot.state = level_label(s, level) + "\u2003ensemble 0, the last " +
                 std::to_string(e.energy_process.size()) + " scans";
    sanitize(plot);
    return plot;
}

PlotSpec level_autocorrelation_figure(const Snapshot& s, int level) {
    PlotSpec plot =
        new_figure("level_autocorrelation", "Autocorrelation of the energy at level " + std::to_string(level),
                   s.preset.get());
    plot.empty = no_energies(s);
    const Autocorrelation* found = plot.empty.empty() ? energies_of(s, level) : nullptr;
    if (!found) {
        plot.empty = plot.empty.empty() ? "The energy of this level did not change." : plot.empty;
        return plot;
    }
    draw_correlation(plot, *found, 1, "scans");
    plot.state = level_label(s, level) + "\u2003" + plot.state;
    sanitize(plot);
    return plot;
}

PlotSpec level_times_figure(const Snapshot& s) {
    PlotSpec plot =
        new_figure("autocorrelation_by_level", "Autocorrelation time of the energy by level", s.preset.get());
    plot.empty = no_energies(s);
    if (!plot.empty.empty()) {
        return plot;
    }
    PlotLayer bars = make_layer(Kind::segments, "", Role::sampled, 1),
              dots = make_layer(Kind::points, "", Role::sampled, 4);
    int slow = 0;
    std::vector<double> all;
    for (int level = 0; level <= s.n_levels; ++level) {
        const Autocorrelation* found = energies_of(s, level);
        if (!found || !std::isfinite(found->time_error)) {
            slow += found != nullptr;
            continue;
        }
        const double time = found->integrated.time, half = two_sided * found->time_error;
        dots.x.push_back(level), dots.y.push_back(time);
        for (const double end : {std::max(0.0, time - half), time + half}) {
            bars.x.push_back(level), bars.y.push_back(end), all.push_back(end);
        }
    }
    if (dots.x.empty()) {
        plot.empty = "The scans that are kept are too few for the correlation of the energies at any level.";
        return plot;
    }
    plot.x = level_axis(s.n_levels);
    plot.y = axis("\u03c4 in scans", 0, 1);
    all.push_back(0);
    fit(plot.y, all);
    plot.y.min = 0;
    plot.legend = false;
    plot.state = slow > 0 ? std::to_string(slow) + " slower than " +
                                std::to_string(s.exchange_stats->energy_process.size()) + " scans can tell"
                          : "with 95 % intervals";
    plot.note = "Ensemble 0 over the last " + std::to_string(s.exchange_stats->energy_process.size()) +
                " scans; levels of which these are fewer than 50 \u03c4 are left out.";
    add_layers(plot, {bars, dots});
    sanitize(plot);
    return plot;
}

}  // namespace tempera
