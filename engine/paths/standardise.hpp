// SPDX-License-Identifier: MIT
// Internal to this folder: what every path has, the settings of its levels and the affine map between a
// target's coordinates and its own.
#pragma once

#include <memory>

#include "targets/target.hpp"

namespace tempera {

/// The settings "n_levels" and "standardise".
void describe_levels(Describer& d, int& n_levels, bool& standardise);

/// x (target) = shift + scale * y (path).
struct Affine {
    Eigen::VectorXd shift;
    double scale = 1;
};

/// Zero mean and unit average variance from the target's exact moments; the identity when `standardise` is
/// off. Throws ConfigError at path.standardise when the moments are not known.
template <class Real>
Affine affine_of(const Target<Real>& target, bool standardise);

/// The target's density in y; its integral is unchanged.
template <class Real>
std::shared_ptr<const Density<Real>> make_standardised_density(std::shared_ptr<const Target<Real>> target,
                                                               const Affine& affine);

}  // namespace tempera
