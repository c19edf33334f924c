// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "targets/mixture.hpp"

namespace tempera {

/// Sliced W2 of weighted points x [n, dim] row-major against a mixture, without reference noise: fixed seeded
/// directions, per direction 1-D W2^2 by n_nodes midpoint quantiles of the weighted empirical law against the
/// exact quantiles of the projected mixture; SW2 = sqrt(mean over directions of W2^2). Holds the exact
/// quantiles (n_directions * n_nodes doubles, 2 MB by default) so that many replicates share them. Immutable
/// after construction.
class SlicedReference {
public:
    explicit SlicedReference(const Mixture& exact, int n_directions = 128, int n_nodes = 2000);
    /// log_weight empty = equal weights; NaN when no weight is positive or a point is not finite.
    double distance(std::span<const double> x, std::span<const double> log_weight) const;
    int dim() const { return dim_; }

private:
    int dim_, n_directions_, n_nodes_;
    std::vector<double> direction_;  ///< [n_directions, dim]
    std::vector<double> quantile_;   ///< [n_directions, n_nodes]
};

/// The same in one call; the reference of the last mixture asked for is kept, so repeated calls are cheap.
double sliced_w2(std::span<const double> x, int dim, std::span<const double> log_weight, const Mixture& exact,
                 int n_directions = 128, int n_nodes = 2000);
/// Between two weighted samples. (A name of its own: with empty weights an overload could be mistaken for the
/// other.)
double sliced_w2_between(std::span<const double> x, std::span<const double> log_weight_x,
                         std::span<const double> y, std::span<const double> log_weight_y, int dim,
                         int n_directions = 128);
/// The same for several choices of the weights of x, which sort its projections only once: weights sum to 1.
std::vector<double> sliced_w2_of_weights(std::span<const double> x,
                                         const std::vector<std::vector<double>>& weights_x,
                                         std::span<const double> y, std::span<const double> weight_y, int dim,
                                         int n_directions = 128);
/// Exact W2 between two equally weighted or weighted point sets of at most 2048 points each (LEMON network
/// simplex); throws ConfigError above that.
double exact_w2(std::span<const double> x, std::span<const double> weight_x, std::span<const double> y,
                std::span<const double> weight_y, int dim);

}  // namespace tempera
