// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Dense>
#include <optional>

#include "core/grid.hpp"
#include "targets/density.hpp"

namespace tempera {

/// What is found out about a density that says nothing of itself.
struct Survey {
    /// Where its mass is in the first two coordinates (of more, on the plane through the highest point).
    Box box = Box::around(0, 0, 3, 3);
    /// Least variance of a mode found, averaged (harmonically) over directions; 1 where none has one.
    double local_variance = 1;
    /// In one or two dimensions, from quadrature: known where refined grids agree to 1e-5 and a box half as
    /// wide again adds less than 1e-4, as do coarse grids up to a million times as wide, with cells no wider
    /// than the narrowest mode found. A narrow mode that no climb comes upon stays unseen.
    std::optional<double> log_z;
    std::optional<Eigen::VectorXd> mean;        ///< [dim]
    std::optional<Eigen::MatrixXd> covariance;  ///< [dim, dim]
};

/// Climbs from 256 points of Gaussians with standard deviations .1 to 100, follows the mass on grids and
/// integrates over them. The same for the same density; evaluates about `most_points` points at most, never
/// throws for what it finds. Without second derivatives the widths of modes are taken for 1.
Survey survey(const Density<double>& density, long most_points);
Survey survey(const Density<float>& density, long most_points);

}  // namespace tempera
