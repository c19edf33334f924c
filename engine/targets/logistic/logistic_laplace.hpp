// SPDX-License-Identifier: MIT
// Gaussian approximation of a logistic regression's posterior.
#pragma once

#include <Eigen/Dense>

#include "targets/logistic/logistic_likelihood.hpp"

namespace tempera {

struct GaussianMoments {
    Eigen::VectorXd mean;
    Eigen::MatrixXd covariance;
    double narrowest;  ///< the covariance's smallest eigenvalue

    GaussianMoments(Eigen::VectorXd mean, Eigen::MatrixXd covariance);
};

/// Laplace's approximation for rows [n, dim] and the prior N(0, I), its mean moved from the mode to first
/// order in the third derivatives. The log posterior is concave; the errors of the mean, in standard
/// deviations, fall like n^(-3/2), that of the covariance like 1/n.
GaussianMoments laplace_moments(const LogisticRows& rows);

/// The same of (x, log alpha) under x | alpha ~ N(0, I / alpha), alpha ~ Gamma(1, rate). The joint density's
/// own mode may lie at x = 0 and a huge alpha, where there is no mass: so log alpha stands at the mode of its
/// marginal density, in which x is integrated out (MacKay, Neural Computation 4, 1992), and x at its mode
/// there.
GaussianMoments laplace_moments_with_precision(const LogisticRows& rows, double rate);

}  // namespace tempera
