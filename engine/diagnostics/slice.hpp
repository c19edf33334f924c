// SPDX-License-Identifier: MIT
// Where pictures cut through densities of more than two dimensions whose marginals are not known.
#pragma once

#include <Eigen/Dense>

#include "targets/target.hpp"

namespace tempera {

/// A point [dim] that the slice through a target's view plane goes through, in target coordinates: its mean
/// where that is known, else the top of the log density that the gradient leads to from the middle of the
/// view box; zero where it leads nowhere.
template <class Real>
Eigen::VectorXd slice_centre(const Target<Real>& target);

}  // namespace tempera
