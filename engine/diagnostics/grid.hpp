// SPDX-License-Identifier: MIT
// Two-dimensional grids for density pictures: binned particles and evaluated densities.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "paths/density_path.hpp"

namespace tempera {

/// value[iy * nx + ix] over the box; iy = 0 at the bottom.
struct Grid {
    int nx = 0, ny = 0;
    double x_min = 0, x_max = 1, y_min = 0, y_max = 1;
    std::vector<float> value;
    float max = 0;
};

/// Projection from path coordinates to the view plane of target coordinates: p = plane (shift + scale y).
struct ViewPlane {
    std::array<std::vector<double>, 2> axis;  ///< [2][dim]
    std::vector<double> shift;
    double scale = 1;
    std::array<double, 4> box;  ///< x_min, x_max, y_min, y_max that shows the target
};
template <class Real>
ViewPlane view_plane(const DensityPath<Real>& path);
/// The same for points that are already in target coordinates.
template <class Real>
ViewPlane view_plane(const Target<Real>& target);

/// Box of the view in which level `level` is shown: path coordinates grow with noise on VE paths; the box is
/// the one of the target for thumbnails in "own coordinates" (every level divided by alpha is NOT applied:
/// points as they are).
template <class Real>
std::array<double, 4> level_box(const DensityPath<Real>& path, const ViewPlane& plane);

/// Weighted histogram of projected particles (all of them, in blocks, deterministic order); log_weight null =
/// equal. A particle counts as its weight over the mean weight; points outside the box or not finite are left
/// out.
template <class Real>
Grid bin_particles(const Particles<Real>& x, const PerParticle<double>* log_weight, const ViewPlane& plane,
                   const std::array<double, 4>& box, int nx, int ny);

/// Density of a level on a grid of the view plane: exact marginal of the level's mixture where there is one,
/// otherwise for dim 2 the level's density up to a constant, otherwise a slice through the mean. Empty (nx =
/// 0) where the path has no density at the level. Learned densities are shown as they are in two dimensions.
template <class Real>
Grid level_density(const DensityPath<Real>& path, int level, const ViewPlane& plane,
                   const std::array<double, 4>& box, int nx, int ny);
/// The same, never of a learned density: empty where the exact one is unknown.
template <class Real>
Grid exact_level_density(const DensityPath<Real>& path, int level, const ViewPlane& plane,
                         const std::array<double, 4>& box, int nx, int ny);

/// The same for the target itself, in target coordinates.
template <class Real>
Grid target_density(const Target<Real>& target, const ViewPlane& plane, const std::array<double, 4>& box,
                    int nx, int ny);

/// Scales a density so that it integrates to one over its box; leaves a grid without mass alone.
void normalise(Grid& grid);
/// log a - log b of two densities on the same cells; NaN where both are below 1e-8 of their maxima. Its max
/// is the largest absolute value.
Grid log_ratio(const Grid& a, const Grid& b);
/// Two box blurs of 2 radius + 1 cells, about a Gaussian; the border counts as empty.
void blur(Grid& grid, int radius);

}  // namespace tempera
