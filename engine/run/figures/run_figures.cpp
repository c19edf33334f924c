// SPDX-License-Identifier: MIT
#include "run/figures/run_figures.hpp"

#include <algorithm>

#include "run/figures/chain_figures.hpp"
#include "run/figures/observable_figures.hpp"
#include "run/record/result.hpp"
#include "run/record/run_folder_snapshot.hpp"
#include "samplers/level_stats.hpp"

namespace tempera {
namespace {

PlotSpec samples(const Snapshot& s) { return particles_figure(s, samples_view(s)); }

const std::vector<ModeRow>& rows_of(const Snapshot& s) {
    static const std::vector<ModeRow> none;
    return s.modes ? *s.modes : none;
}

std::size_t mode_count(const Snapshot& s) {
    std::size_t n = s.mode_names.size();
    for (const ModeRow& row : rows_of(s)) {
        n = std::max({n, row.exact.size(), row.sampled.size(), row.learned.size()});
    }
    return n;
}

/// The first modes one by one; of two, the second mirrors the first.
template <int mode>
PlotSpec mode_mass(const Snapshot& s) {
    const std::size_t n = mode_count(s);
    const bool tells = n > 1 && mode < static_cast<int>(n) && (n > 2 || mode == 0);
    return tells && rows_of(s).size() > 1 ? mode_mass_figure(s, mode) : PlotSpec();
}

/// Of two modes, the mass of one says as much; of many, strips are too thin to tell apart.
PlotSpec occupancy(const Snapshot& s) {
    const std::size_t n = mode_count(s);
    return n > 2 && n <= 8 && rows_of(s).size() > 1 ? occupancy_figure(s) : PlotSpec();
}

PlotSpec weights_at_target(const Snapshot& s) {
    const ModeRow* row = nullptr;
    for (const ModeRow& r : rows_of(s)) {
        row = r.level == 0 ? &r : row;
    }
    return row && mode_count(s) > 1 ? mode_weights_figure(s, row, 0) : PlotSpec();
}

}  // namespace

const std::vector<RunFigure>& run_figures() {
    static const std::vector<RunFigure> list = {{"particles", samples},
                                                {"ess_by_level", ess_figure},
                                                {"mode_weights_by_level", mode_mass<0>},
                                                {"mode_weights_by_level_2", mode_mass<1>},
                                                {"mode_weights_by_level_3", mode_mass<2>},
                                                {"occupancy_by_level", occupancy},
                                                {"mode_weights", weights_at_target},
                                                {"energy", energy_figure},
                                                {"distances", distances_figure_of},
                                                {"free_energy", free_energy_figure_of},
                                                {"configuration", configuration_figure_of},
                                                {"weight_histogram", weight_histogram_figure},
                                                {"lorenz", lorenz_figure},
                                                {"log_z_by_level", log_z_figure},
                                                {"swap_acceptance", swap_figure},
                                                {"barrier", barrier_figure},
                                                {"index_process", index_figure},
                                                {"trace", trace_figure_of},
                                                {"ranks", rank_figure_of},
                                                {"autocorrelation", autocorrelation_figure_of},
                                                {"autocorrelation_by_level", level_times_figure},
                                                {"level_overlap", level_overlap_figure}};
    return list;
}

std::vector<PlotSpec> figures_of(const Snapshot& s) {
    std::vector<PlotSpec> out;
    const auto keep = [&](PlotSpec plot) {
        if (!plot.layers.empty()) {
            out.push_back(std::move(plot));
        }
    };
    for (const RunFigure& figure : run_figures()) {
        keep(figure.build(s));
    }
    for (const Series* series : further_series(*s.record)) {
        keep(series_figure(*series, s.preset.get(), s.n_levels));
    }
    return out;
}

std::vector<const Series*> further_series(const Record& record) {
    std::vector<const Series*> out;
    for (const Series& series : record.series) {
        if (std::ranges::count(level_series_names(), series.name) == 0) {
            out.push_back(&series);
        }
    }
    return out;
}

std::vector<PlotSpec> result_figures(const RunResult& result) { return figures_of(snapshot_of(result)); }

}  // namespace tempera
