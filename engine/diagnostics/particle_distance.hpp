// SPDX-License-Identifier: MIT
// How far apart configurations of identical particles are when neither their names nor their orientation
// count.
#pragma once

#include <span>
#include <vector>

#include "targets/target.hpp"

namespace tempera {

/// min over relabellings p and rotations and reflections Q of sum_i |x_i - Q y_p(i)|^2, centres at rest, for
/// every pair of configurations x [n, dim] and y [m, dim], dim = n_particles axes, axes <= 3: squares [n, m].
/// By turns the best assignment and the best rotation (Kabsch, Acta Cryst. A 32, 1976) until the square no
/// longer falls, from the better ones of several orientations: as given, and with the principal axes of both
/// laid on each other in every sense. An upper bound, and 0 for a configuration without symmetry and its
/// relabelled, turned copy.
std::vector<double> aligned_squares(std::span<const double> x, std::span<const double> y,
                                    const ParticleLayout& layout);

/// Of all pairs, between them: distances [n_points * n_pairs] of points x [n_points, dim].
std::vector<double> pair_distances(std::span<const double> x, const ParticleLayout& layout);

}  // namespace tempera
