// SPDX-License-Identifier: MIT
// Two-dimensional grids for density pictures: binned particles and evaluated densities.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "core/grid.hpp"
#include "paths/density_path.hpp"

namespace tempera {

/// Projection of path coordinates onto the view plane of the target's: p = axis (shift + scale y).
struct ViewPlane {
    std::array<std::vector<double>, 2> axis;  ///< [2][dim], rows in the directions of y
    std::vector<double> shift;                ///< [dim]
    double scale = 1;
    Box box;  ///< shows the target

    /// Where a point y [dim] of the path (or of the target, for the target's own plane) lies on the plane.
    std::array<double, 2> project(std::span<const double> y) const;
};
template <class Real>
ViewPlane view_plane(const DensityPath<Real>& path);
/// The same for points that are already in target coordinates.
template <class Real>
ViewPlane view_plane(const Target<Real>& target);

/// Weighted histogram of projected particles (all of them, in blocks, deterministic order); log_weight null =
/// equal. A particle counts as its weight over the mean weight; points outside the box or not finite are left
/// out.
template <class Real>
Grid bin_particles(const Particles<Real>& x, const PerParticle<double>* log_weight, const ViewPlane& plane,
                   const Box& box, int nx, int ny);

/// Density of a level on a grid of the view plane: exact marginal of the level's mixture where there is one,
/// otherwise for dim 2 the level's density up to a constant, otherwise a slice through the mean. Empty (nx =
/// 0) where the path has no density at the level. Learned densities are shown as they are in two dimensions.
template <class Real>
Grid level_density(const DensityPath<Real>& path, int level, const ViewPlane& plane, const Box& box, int nx,
                   int ny);
/// The same, never of a learned density: empty where the exact one is unknown.
template <class Real>
Grid exact_level_density(const DensityPath<Real>& path, int level, const ViewPlane& plane, const Box& box,
                         int nx, int ny);

/// The same for the target itself, in target coordinates.
template <class Real>
Grid target_density(const Target<Real>& target, const ViewPlane& plane, const Box& box, int nx, int ny);

}  // namespace tempera
