// SPDX-License-Identifier: MIT
// How far the levels of a path are apart: what is left of the particles of one when they are weighed for
// another.
#pragma once

#include <string>
#include <vector>

namespace tempera {

struct LevelOverlap {
    std::vector<int> levels;     ///< those that are compared, from the reference to the target
    std::vector<long> n_points;  ///< of each, drawn of its particles by their weights; 0: none yet
    /// [source][target] ESS of the source's points reweighted to the density of the target, as a fraction of
    /// their number; NaN where it is not known.
    std::vector<std::vector<double>> ess_fraction;
    long dropped = 0;     ///< weights of points where a log density is no number
    std::string missing;  ///< why there is none
};

/// Points of a level: how many of the drawn ones each stands for, and their log densities at every level that
/// is compared.
struct LevelPoints {
    std::vector<double> count;        ///< [n]
    std::vector<double> log_density;  ///< [n][levels]
};

/// ESS fractions of the points of every level, weighed by exp(log density of the target - of the source):
/// (sum w)^2 / (n sum w^2) over the drawn points, as in arXiv 2506.16471, figures 8 and 9. points [levels].
void compare_levels(LevelOverlap& overlap, const std::vector<LevelPoints>& points);

}  // namespace tempera
