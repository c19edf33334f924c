// SPDX-License-Identifier: MIT
#include "run/record/level_overlap.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/number.hpp"

namespace tempera {

namespace {

/// Of one source and one target. -infinity at the target is a weight of zero; NaN, and a source where the
/// density is zero, count as dropped.
double ess_fraction_of(const LevelPoints& points, std::size_t source, std::size_t target,
                       std::size_t n_levels, long& dropped) {
    std::vector<double> work(points.count.size());
    double most = -infinity, n = 0, sum = 0, squares = 0;
    bool known = false;
    for (std::size_t i = 0; i < work.size(); ++i) {
        const double from = points.log_density[i * n_levels + source],
                     to = points.log_density[i * n_levels + target];
        work[i] = std::isfinite(from) && !std::isnan(to) ? to - from : not_a_number;
        dropped += std::isnan(work[i]);
        known = known || !std::isnan(work[i]);
        most = std::fmax(most, work[i]);  // the number of a number and NaN
    }
    if (!known || most == infinity) {
        return not_a_number;
    }
    for (std::size_t i = 0; i < work.size(); ++i) {
        const double w = std::isfinite(work[i]) ? std::exp(work[i] - most) : 0;
        n += points.count[i], sum += points.count[i] * w, squares += points.count[i] * w * w;
    }
    return squares > 0 ? sum * sum / (n * squares) : 0;
}

}  // namespace

void compare_levels(LevelOverlap& overlap, const std::vector<LevelPoints>& points) {
    const std::size_t n = overlap.levels.size();
    overlap.dropped = 0;
    overlap.n_points.clear();
    overlap.ess_fraction.assign(n, std::vector<double>(n, not_a_number));
    for (std::size_t source = 0; source < n; ++source) {
        const std::vector<double>& count = points[source].count;
        overlap.n_points.push_back(std::lround(std::accumulate(count.begin(), count.end(), 0.0)));
        for (std::size_t target = 0; !count.empty() && target < n; ++target) {
            overlap.ess_fraction[source][target] =
                ess_fraction_of(points[source], source, target, n, overlap.dropped);
        }
    }
}

}  // namespace tempera
