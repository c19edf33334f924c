// SPDX-License-Identifier: MIT
#pragma once

#include "targets/mixture.hpp"

namespace tempera {

/// Hessian [dim, dim] of a mixture's log density at x [dim], for single points far out: slow, and right where
/// gradients are so large that their rounding drowns what the vectorised form subtracts from each other.
/// H = - sum_c r_c P_c + sum_{b<c} r_b r_c (g_b - g_c)(g_b - g_c)^T for responsibilities r, precisions P and
/// gradients g of the components.
Eigen::MatrixXd far_hessian(const Mixture& mixture, const Eigen::VectorXd& x);

/// True where far_hessian() is needed: the rounding of the score [dim] is no longer small against the
/// Hessian.
bool drowns_in_rounding(const Eigen::VectorXd& score, const Eigen::MatrixXd& hessian);

}  // namespace tempera
