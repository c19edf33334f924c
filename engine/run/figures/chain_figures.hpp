// SPDX-License-Identifier: MIT
// Chains in time, and levels beside each other.
#pragma once

#include "figures/plot_spec.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

/// Observable k along some of the chains, thinned to the least and the greatest value of each stretch, with
/// the mean over all chains up to each time and its 95 % interval where that is known.
PlotSpec trace_figure(const Snapshot& s, std::size_t k);
/// Ranks of some chains' values of observable k among those of all chains, as multiples of what is expected,
/// with the band in which 95 % of them lie when all chains draw from one distribution.
PlotSpec rank_figure(const Snapshot& s, std::size_t k);
/// Autocorrelation of observable k with the window of its integrated time.
PlotSpec autocorrelation_figure(const Snapshot& s, std::size_t k);
/// Of the first observable.
PlotSpec trace_figure_of(const Snapshot& s);
PlotSpec rank_figure_of(const Snapshot& s);
PlotSpec autocorrelation_figure_of(const Snapshot& s);

/// Replica exchange: energy of ensemble 0's point at a level over the last scans, its autocorrelation, and
/// the integrated times of all levels.
PlotSpec level_energy_figure(const Snapshot& s, int level);
PlotSpec level_autocorrelation_figure(const Snapshot& s, int level);
PlotSpec level_times_figure(const Snapshot& s);

/// ESS of the particles of each level reweighted to each other level, log10, with a colour bar.
PlotSpec level_overlap_figure(const Snapshot& s);
/// "T 1.25", "\u03c1 0.3" or "level 7": what tells a level of the snapshot's path apart.
std::string level_label(const Snapshot& s, int level);

}  // namespace tempera
