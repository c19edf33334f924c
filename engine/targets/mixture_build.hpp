// SPDX-License-Identifier: MIT
// Internal to the engine: mixtures from weights, means and covariance matrices.
#pragma once

#include <vector>

#include "targets/mixture.hpp"

namespace tempera {

/// Picks the tightest shape; weights are normalised and covariances symmetric positive definite already.
Mixture build_mixture(const std::vector<double>& weights, const std::vector<Eigen::VectorXd>& means,
                      const std::vector<Eigen::MatrixXd>& covariances);

}  // namespace tempera
