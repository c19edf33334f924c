// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/standard_error.hpp"

namespace tempera {

/// Equally long stationary series of chains that are independent of each other: [n_steps][n_chains].
struct ChainSeries {
    int n_chains = 0;
    std::vector<double> values;

    ChainSeries(int n_steps, int chains)
        : n_chains(chains), values(static_cast<std::size_t>(n_steps) * static_cast<std::size_t>(chains)) {}
    int n_steps() const { return static_cast<int>(values.size() / static_cast<std::size_t>(n_chains)); }
    double& operator()(int step, int chain) {
        return values[static_cast<std::size_t>(step) * static_cast<std::size_t>(n_chains) +
                      static_cast<std::size_t>(chain)];
    }
    double operator()(int step, int chain) const {
        return values[static_cast<std::size_t>(step) * static_cast<std::size_t>(n_chains) +
                      static_cast<std::size_t>(chain)];
    }
};

/// What correlation in time does to the sum over all steps and chains.
struct ChainSum {
    double variance;              ///< of the sum
    double autocorrelation_time;  ///< in steps, 1 for independent ones
};

/// Variance of the sum of all values from their autocovariances, which are those of all chains together about
/// the common mean: chains that stay where they began show as a correlation that does not die, so that with
/// several chains their spread counts. Summed up to the first lag of five autocorrelation times (Madras and
/// Sokal, J. Stat. Phys. 50, 1988), whose own noise is made good by 1 + (2 lags + 1) / (steps chains). NaN
/// without two values.
ChainSum variance_of_sum(const ChainSeries& series);

/// Its square root, where it is known: from four chains on, of fewer when they have 500 steps and are long
/// against their autocorrelation time, which else comes out too short.
StandardError error_of_sum(const ChainSeries& series);

}  // namespace tempera
