// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

namespace tempera {

/// Maximum mean discrepancy of two weighted sets (Gretton et al., JMLR 13, 2012).
struct MeanDiscrepancy {
    double squared = 0;   ///< unbiased: sums over pairs of different points only; may be negative
    double root() const;  ///< of the square, 0 where that is negative
};

/// Under the Gaussian kernel exp(-|x - y|^2 / (2 bandwidth^2)), for several choices of the weights of x
/// [n, dim]; weights sum to 1. Two points of x are never the same one, whatever its weight.
std::vector<MeanDiscrepancy> mean_discrepancies(std::span<const double> x,
                                                const std::vector<std::vector<double>>& weights_x,
                                                std::span<const double> y, std::span<const double> weight_y,
                                                int dim, double bandwidth);

/// Median distance of pairs of points x [n, dim], of every pair among at most 500 of them, evenly taken.
double median_distance(std::span<const double> x, int dim);

}  // namespace tempera
