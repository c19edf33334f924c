// SPDX-License-Identifier: MIT
// Principal component analysis (Pearson, Phil. Mag. 2, 1901) of weighted points: the two directions in which
// they spread most.
#pragma once

#include <array>
#include <span>
#include <vector>

namespace tempera {

struct PrincipalAxes {
    std::array<std::vector<double>, 2> axis;  ///< [2][dim], orthonormal

    bool known() const { return !axis[0].empty(); }
};

/// Of points x [n, dim] row-major, dim >= 2, by their weights [n]; points that are not finite are passed
/// over. By subspace iteration with Rayleigh's quotients (Halko, Martinsson and Tropp, SIAM Rev. 53, 2011) to
/// a relative change of the variances below 1e-7. `before`, which may be null, is where it starts, and its
/// axes give the signs, so that pictures do not flip; otherwise the largest component of an axis is positive.
PrincipalAxes principal_axes(std::span<const double> x, std::span<const float> weight, int dim,
                             const PrincipalAxes* before = nullptr);

/// Places of the points along the axes, from their weighted mean [2][n]; NaN of those that are not finite.
std::array<std::vector<double>, 2> along_axes(const PrincipalAxes& axes, std::span<const double> x,
                                              std::span<const float> weight, int dim);

}  // namespace tempera
