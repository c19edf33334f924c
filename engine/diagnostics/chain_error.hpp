// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <vector>

#include "core/standard_error.hpp"

namespace tempera {

/// Equally long stationary series of chains that are independent of each other: [n_steps][n_chains].
struct ChainSeries {
    int n_chains = 0;
    std::vector<double> values;

    ChainSeries(int n_steps, int chains)
        : n_chains(chains), values(static_cast<std::size_t>(n_steps) * static_cast<std::size_t>(chains)) {}
    /// Rows of a value of each chain, as many whole ones as there are.
    ChainSeries(std::span<const double> rows, int chains)
        : ChainSeries(static_cast<int>(rows.size()) / chains, chains) {
        std::copy_n(rows.begin(), values.size(), values.begin());
    }
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

/// Integrated autocorrelation time, in steps: 1 for independent ones.
struct IntegratedTime {
    double time = 1;
    int window = 0;  ///< lags that are summed
};

/// 1 + 2 sum of the autocorrelations at the lags 1 to the window: the first lag of five such times (Madras
/// and Sokal, J. Stat. Phys. 50, 1988), at most half of the steps. Not below 1/2. Lags are asked for in
/// order, none beyond the window.
IntegratedTime integrated_time(int n_steps, const std::function<double(int lag)>& autocorrelation);

/// Standard errors either way of a 95 % interval.
inline constexpr double two_sided = 1.96;

/// What correlation in time does to the sum over all steps and chains.
struct ChainSum {
    double variance;              ///< of the sum
    double autocorrelation_time;  ///< in steps, 1 for independent ones
};

/// Variance of the sum of all values from their autocovariances, which are those of all chains together about
/// the common mean: chains that stay where they began show as a correlation that does not die, so that with
/// several chains their spread counts. Summed as integrated_time() says; the noise of its window is made good
/// by 1 + (2 lags + 1) / (steps chains). NaN without two values.
ChainSum variance_of_sum(const ChainSeries& series);
/// The same from the sum of squares about the mean, its integrated time and the number of values.
ChainSum variance_of_sum(double scatter, const IntegratedTime& time, double n_values);

/// Its square root, where it is known: from four chains on, of fewer when they have 500 steps and are long
/// against their autocorrelation time, which else comes out too short.
StandardError error_of_sum(const ChainSeries& series);
/// The same of a sum over as many chains and steps whose variance is known already.
StandardError error_of_sum(const ChainSum& sum, int n_chains, int n_steps);

}  // namespace tempera
