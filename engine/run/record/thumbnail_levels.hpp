// SPDX-License-Identifier: MIT
// Which levels stand for a path.
#pragma once

#include <algorithm>
#include <vector>

namespace tempera {

inline constexpr int n_thumbnails = 8;

/// Levels of `n` thumbnails, reference first, evenly spread: n_levels ... 0.
inline std::vector<int> thumbnail_levels(int n_levels, int n) {
    std::vector<int> levels;
    for (int i = 0; i < n; ++i) {
        const int level =
            n_levels - static_cast<int>((static_cast<long>(n_levels) * i + (n - 1) / 2) / std::max(1, n - 1));
        if (levels.empty() || levels.back() != level) {
            levels.push_back(level);
        }
    }
    return levels;
}

}  // namespace tempera
