// SPDX-License-Identifier: MIT
#pragma once

#include "targets/density.hpp"

namespace tempera {

/// Diagonal [dim] of the log density's Hessian at the points of a block: of the matrix where the density has
/// one, else from products with the axes; NaN where these cannot be had.
void second_derivatives(const Density<double>& density, Block<const double> at, Block<double> out);

}  // namespace tempera
