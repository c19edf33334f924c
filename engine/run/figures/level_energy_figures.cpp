// SPDX-License-Identifier: MIT
// Replica exchange: energies of the levels in time.
#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "figures/ticks.hpp"
#include "run/figures/chain_figures.hpp"
#include "run/figures/chain_parts.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/preset/preset.hpp"
#include "run/record/chain_traces.hpp"

namespace tempera {

using Kind = PlotLayer::Kind;

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

/// Why no correlation of energies is known; empty where it could be.
std::string no_correlation(const Snapshot& s) {
    if (std::string reason = no_energies(s); !reason.empty()) {
        return reason;
    }
    if (s.traces && !s.traces->level_energies.empty()) {
        return "";
    }
    return s.traces && !s.traces->missing.empty() ? s.traces->missing
                                                  : "Energies are correlated after the burn-in.";
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
            const Json own = s.preset ? get_value(*s.preset, "target.temperature") : Json();
            std::string text = short_number((own.is_number() ? own.get<double>() : 1) / p.beta);
            if (const std::size_t exponent = text.find("e+0"); exponent != std::string::npos) {
                text.erase(exponent + 1, 2);  // 8.77e+04 is long for an axis
            }
            return "T " + text;
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
    plot.empty = no_correlation(s);
    if (!plot.empty.empty()) {
        return plot;
    }
    const Autocorrelation* found = energies_of(s, level);
    if (!found) {
        plot.empty = "The energy of this level did not change.";
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
    plot.empty = no_correlation(s);
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
