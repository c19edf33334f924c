// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "samplers/annealed_sampler.hpp"

namespace tempera {

/// Particles first * stride, (first + 1) * stride, ... [n, dim] in path coordinates.
template <class Real>
std::vector<double> gather_points(const Particles<Real>& x, long first, long stride, int n);

/// Modes by hard assignment of points [n, dim] in path coordinates.
template <class Real>
std::vector<int> assign_modes(const DensityPath<Real>& path, int level, const std::vector<double>& x, long n);

/// Sampled and weighted proportions of the modes of a population at a level; empty when the target knows no
/// modes.
struct ModeCounts {
    std::vector<double> sampled, weighted;
    long counted = 0;                     ///< particles that were looked at
    std::vector<double> weighted_stderr;  ///< of `weighted`; empty when not known
    std::string stderr_missing;           ///< why it is not
};
/// Counts at most `limit` particles (evenly spread over the population; 0 = all), in fixed chunks added in
/// order. `hard`, when given, gets the likeliest mode of each particle that was counted.
template <class Real>
ModeCounts count_modes(const DensityPath<Real>& path, const Population<Real>& population, long limit = 0,
                       std::vector<int>* hard = nullptr);
/// The same for points [n, dim] of level 0 in path coordinates, of equal weight, that n_chains independent
/// chains left: rows of a point of each, in the order of time.
template <class Real>
ModeCounts count_points(const DensityPath<Real>& path, const std::vector<double>& x, long n, int n_chains);

}  // namespace tempera
