// SPDX-License-Identifier: MIT
#include "run/figures/chain_figures.hpp"

#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "figures/ticks.hpp"
#include "run/figures/chain_parts.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/preset/preset.hpp"
#include "run/record/chain_traces.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

constexpr int most_chains = 8;  // drawn
constexpr int few_chains = 4;   // of long ones, whose lines cover each other

const char* step_name(const Snapshot& s) { return s.exchange ? "scan" : "step"; }

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
        const long end = s.preset ? burn_in(*s.preset) : 0;
        plot.empty = "The chains' values appear here after the burn-in" +
                     (end > 0 ? ", from " + std::string(step_name(s)) + " " + grouped(end) + " on." : ".");
    } else if (traces->n_rows < 4) {
        plot.empty = "Four points of each chain are the least that can be judged.";
    } else {
        return &traces->observables[k];
    }
    return nullptr;
}

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
std::vector<int> drawn_chains(int n_chains, int most) {
    const int n = std::min(n_chains, most);
    std::vector<int> out;
    for (int k = 0; k < n; ++k) {
        out.push_back(n > 1 ? static_cast<int>(static_cast<long>(k) * (n_chains - 1) / (n - 1)) : 0);
    }
    return out;
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

}  // namespace

PlotSpec trace_figure(const Snapshot& s, std::size_t k) {
    PlotSpec plot = new_figure("trace", "Trace of " + observable_name(s, k), s.preset.get());
    const ChainTrace* trace = trace_of(s, k, plot);
    if (!trace) {
        return plot;
    }
    const ChainTraces& traces = *s.traces;
    const int n = trace->values.n_steps();
    const std::vector<int> drawn = drawn_chains(traces.n_chains, n > most_columns ? few_chains : most_chains);
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
        exact.dashed = true;
        seen_values.push_back(exact.y[0]);
        plot.layers.push_back(std::move(exact));
    }
    plot.x = axis(time_label(s), time_of(traces, 0), time_of(traces, std::max(1, n - 1)));
    plot.y = axis(observable_name(s, k), 0, 1);
    fit_closely(plot.y, seen_values);
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
    const std::vector<int> drawn = drawn_chains(s.traces->n_chains, most_chains);
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

}  // namespace tempera
