// SPDX-License-Identifier: MIT
// What the chains of a run tell of their convergence, observable by observable.
#pragma once

#include <string>
#include <vector>

#include "core/json.hpp"
#include "diagnostics/autocorrelation.hpp"
#include "diagnostics/chain_statistics.hpp"
#include "diagnostics/rank_histograms.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

/// One observable along the chains.
struct ChainTrace {
    ChainSeries values{0, 1};  ///< [n_rows][n_chains], of which the rest is computed
    ChainStatistics statistics{};
    Autocorrelation correlation;
    RankHistograms ranks;
    /// Mean over all chains up to some rows (number of rows, mean), and where it is known the standard error
    /// of such a mean at fewer of them. All empty where a value is not finite.
    std::vector<double> mean_rows, mean, error_rows, error_mean, error;
    long n_non_finite = 0;
};

/// Of points of chains at level 0, rows of a point of each chain in the order of time.
struct ChainTraces {
    int n_chains = 0;
    long n_rows = 0;
    /// Steps (of replica exchange: scans) before the first row, and from one row to the next; stride 0: not
    /// known.
    long first = 0, stride = 0;
    std::vector<ChainTrace> observables;  ///< in the order of the target's
    /// Replica exchange: of the energies of ensemble 0 at each level [n_levels + 1], over the scans of
    /// ExchangeStats::energy_process.
    std::vector<Autocorrelation> level_energies;
    std::string missing;  ///< why there are no rows; empty while they are only to come
};

/// What follows from an observable's values.
ChainTrace chain_trace(ChainSeries values);
/// The same of several, values [n_observables][n_rows * n_chains], rows of a value of each chain.
std::vector<ChainTrace> chain_traces(const std::vector<std::vector<double>>& values, int n_chains);
/// Of each level's energies; empty where they are not told.
std::vector<Autocorrelation> level_energies(const ExchangeStats& stats);

/// Steps (scans) that a resolved preset's sampler leaves out of what it collects.
long burn_in(const Json& resolved);
/// Fills in `first` and `stride` by the sampler's settings in a resolved preset: `steps` were made so far,
/// and samplers keep every power of two of them that fits (samplers/collected_points.hpp).
void tell_time(ChainTraces& traces, const Json& resolved, long steps);

}  // namespace tempera
