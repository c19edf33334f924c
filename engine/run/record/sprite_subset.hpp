// SPDX-License-Identifier: MIT
// Which particles are drawn, and how heavy.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace tempera {

inline constexpr long sprite_limit = 20000;
/// Of those whose observables are shown while a run goes on.
inline constexpr long point_limit = 2000;

/// First particle of a stratum of n_kept equal ones.
inline long stratum_begin(long stratum, long n_kept, long n) { return stratum * n / n_kept; }

/// One particle of each of `n_kept` equal strata, placed in it by a hash, so that the subset stays put
/// between frames.
inline long stratum_particle(long stratum, long n_kept, long n) {
    if (n <= n_kept) {
        return stratum;
    }
    std::uint64_t h = static_cast<std::uint64_t>(stratum) * 0x9E3779B97F4A7C15ULL;
    h = (h ^ (h >> 31)) * 0xBF58476D1CE4E5B9ULL;
    const double place = static_cast<double>((h ^ (h >> 27)) >> 11) * 0x1p-53;
    const long first = stratum_begin(stratum, n_kept, n),
               size = stratum_begin(stratum + 1, n_kept, n) - first;
    return first + static_cast<long>(place * static_cast<double>(size));
}

/// The same for sprites, at most sprite_limit, with the points among them: a stratum of points is one of so
/// many of sprites.
inline long sprite_particle(long stratum, long n_kept, long n) {
    static_assert(sprite_limit % point_limit == 0);
    const long point = stratum_particle(stratum / (sprite_limit / point_limit), point_limit, n);
    const bool holds_point = n > sprite_limit && point >= stratum_begin(stratum, n_kept, n) &&
                             point < stratum_begin(stratum + 1, n_kept, n);
    return holds_point ? point : stratum_particle(stratum, n_kept, n);
}

/// Weights with mean one from logarithms; ones where no weight is finite.
inline std::vector<float> relative_weights(std::vector<double> log_weight) {
    double total = 0;
    const double top = log_weight.empty() ? 0 : *std::max_element(log_weight.begin(), log_weight.end());
    for (double& w : log_weight) {
        w = std::isfinite(top) ? std::exp(w - top) : 0;
        total += w;
    }
    std::vector<float> out;
    for (double w : log_weight) {
        out.push_back(static_cast<float>(total > 0 ? w * static_cast<double>(log_weight.size()) / total : 1));
    }
    return out;
}

}  // namespace tempera
