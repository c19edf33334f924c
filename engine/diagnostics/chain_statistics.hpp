// SPDX-License-Identifier: MIT
// What independent Markov chains tell of their convergence (Vehtari, Gelman, Simpson, Carpenter and Buerkner,
// Bayesian Analysis 16, 2021), the numbers of ArviZ.
#pragma once

#include "diagnostics/chain_error.hpp"

namespace tempera {

/// NaN where the chains are too short (fewer than four steps) or not finite.
struct ChainStatistics {
    double r_hat;     ///< rank-normalised, of halved chains; the larger of bulk and folded; NaN for one chain
    double ess_bulk;  ///< effective draws for the middle of the distribution
    double ess_tail;  ///< the smaller one of the 5 % and the 95 % quantile
    double autocorrelation_time;  ///< of the mean, in steps of the series
};

ChainStatistics chain_statistics(const ChainSeries& series);

}  // namespace tempera
