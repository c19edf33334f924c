// SPDX-License-Identifier: MIT
// Exact optimal transport between small weighted sets under any cost.
#pragma once

#include <span>
#include <vector>

namespace tempera {

struct TransportPlan {
    double cost = 0;  ///< mean under the best plan
    /// Kantorovich's potential phi [n] of the first set, up to a constant: where its weights change by dw_i
    /// (which sum to 0), the cost changes by sum_i phi_i dw_i to first order.
    std::vector<double> potential;
};

/// |x_i - y_j|^2 [n, m] of points x [n, dim] and y [m, dim].
std::vector<double> square_distances(std::span<const double> x, std::span<const double> y, int dim);

/// cost [n, m], not negative and finite; weights [n] and [m] of any sum, none for equal ones. LEMON's network
/// simplex on integer supplies and costs (40 bits of each).
TransportPlan exact_transport(const std::vector<double>& cost, std::size_t n,
                              std::span<const double> weight_x, std::span<const double> weight_y);

}  // namespace tempera
