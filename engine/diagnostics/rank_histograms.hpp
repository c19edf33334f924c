// SPDX-License-Identifier: MIT
// Where the values of each chain rank among those of all: the same for every chain that has converged
// (Vehtari, Gelman, Simpson, Carpenter and Buerkner, Bayesian Analysis 16, 2021, section 4.1).
#pragma once

#include <vector>

#include "diagnostics/chain_error.hpp"

namespace tempera {

struct RankHistograms {
    int n_bins = 0;
    /// [n_chains][n_bins] draws of a chain in a bin of ranks, as multiples of the number expected. Empty
    /// where there are none.
    std::vector<std::vector<double>> ratio;
    /// [n_bins] 95 % of the ratios lie within 1 +- this while all chains draw from one distribution. NaN
    /// where that is not known.
    std::vector<double> half_width;

    /// Fraction of the ratios outside of the band; NaN where it is not known.
    double outside() const;
};

/// Ranks among all values, ties in an order of their own that is drawn at random (keyed by their place). The
/// band follows from how long a chain stays in a bin: the integrated time of its being there about the
/// chain's own share, for chains of fifty such times and more. None of one chain, of fewer than five draws a
/// bin and of values that are not finite.
RankHistograms rank_histograms(const ChainSeries& series, int n_bins = 20);

}  // namespace tempera
