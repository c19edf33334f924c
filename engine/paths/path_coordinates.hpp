// SPDX-License-Identifier: MIT
// What every path has: the settings of its levels, and the target in the path's coordinates.
#pragma once

#include <memory>
#include <optional>

#include "core/scratch.hpp"
#include "targets/coordinates.hpp"
#include "targets/target.hpp"

namespace tempera {

/// The settings "n_levels" and "standardise".
void describe_levels(Describer& d, int& n_levels, bool& standardise);

/// The target's own subspace, if it has one, with zero mean and unit average variance from its exact moments,
/// or from a pilot for systems of particles; these are left alone when `standardise` is off. Throws
/// ConfigError at path.standardise when the moments are not known.
template <class Real>
Coordinates coordinates_of(const Target<Real>& target, bool standardise);

/// Average variance of a law with covariance [target_dim, target_dim] over the directions of y, in units of
/// x.
double average_variance(const Eigen::MatrixXd& covariance, const Coordinates& coordinates);

/// The target's density in y; its integral is unchanged.
template <class Real>
std::shared_ptr<const Density<Real>> density_in_coordinates(std::shared_ptr<const Target<Real>> target,
                                                            const Coordinates& coordinates);
/// The target as a mixture in y; nothing when it is none.
template <class Real>
std::optional<Mixture> mixture_in_coordinates(const Target<Real>& target, const Coordinates& coordinates);

/// Exact samples of the target (it has a sampler) for particles first + lane, in y; memory of the frame.
template <class Real>
Block<double> sample_in_coordinates(const Target<Real>& target, const Coordinates& coordinates,
                                    const StreamKey& key, std::uint32_t first, int n, Scratch& frame);

}  // namespace tempera
