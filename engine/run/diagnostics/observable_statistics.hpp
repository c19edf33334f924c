// SPDX-License-Identifier: MIT
// What a target's observables come to over the particles of a result.
#pragma once

#include <span>
#include <vector>

#include "core/json.hpp"
#include "diagnostics/chain_statistics.hpp"
#include "targets/target.hpp"

namespace tempera {

/// Points of the target, and how they count.
struct WeightedPoints {
    std::span<const double> x;               ///< [n, dim] row-major, target coordinates
    std::span<const double> log_weight;      ///< [n]
    const std::vector<int>* root = nullptr;  ///< [n] lineages of a weighted population; null: each its own
    int n_chains = 0;  ///< rows of a point of each chain, in the order of time; 0: a weighted population
};

/// Points first, first + 1, ... of x [n, dim] row-major as one block; the lanes beyond `count` repeat the
/// last.
template <class Real>
Particles<Real> block_of(std::span<const double> x, int dim, long first, int count);

/// Values [n_observables][n] of the target's observables at points x [n, dim].
template <class Real>
std::vector<std::vector<double>> observe(const Target<Real>& target, std::span<const double> x);

/// A distribution by weighted values.
struct Distribution {
    double mean, sd;
    std::vector<double> quantiles;                     ///< at observable_quantiles
    StandardError error = StandardError::unknown("");  ///< of the mean
    StandardError sd_error =
        StandardError::unknown("");  ///< of sd, by the error of the mean square deviation
    std::size_t n_non_finite = 0;    ///< with a weight; they leave mean and sd unknown
};
inline constexpr double observable_quantiles[] = {0.05, 0.25, 0.5, 0.75, 0.95};

/// Of each observable's values. Errors are those of lineages, or of chains by their autocovariances.
std::vector<Distribution> distributions(const std::vector<std::vector<double>>& values,
                                        const WeightedPoints& points);

/// { NAME: { mean, stderr, stderr_missing, sd, sd_stderr, quantiles, exact, unit, r_hat, ess_bulk, ess_tail,
/// autocorrelation_time, non_finite, heat_capacity, heat_capacity_stderr } }; the convergence of chains is
/// null for a weighted population, the heat capacity Var(E) / T^2 (in units of Boltzmann's constant) for all
/// but the energy.
template <class Real>
Json observables_summary(const Target<Real>& target, const std::vector<std::vector<double>>& values,
                         const WeightedPoints& points);

}  // namespace tempera
