// SPDX-License-Identifier: MIT
#include "figures/hatching.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tempera {

namespace {

/// Where a line x + y = sum, from x0 to x1, enters another cell; its ends included, in order.
std::vector<double> crossings(const Grid& g, const Rect& where, double sum, double x0, double x1) {
    std::vector<double> out{x0, x1};
    const auto add = [&](double first, double step, int n) {
        for (int i = 0; i <= n; ++i) {
            const double x = first + i * step;
            if (x > x0 && x < x1) {
                out.push_back(x);
            }
        }
    };
    add(where.x, where.width / g.nx, g.nx);
    add(sum - where.y - where.height, where.height / g.ny, g.ny);
    std::sort(out.begin(), out.end());
    return out;
}

bool unknown_at(const Grid& g, const Rect& where, double x, double y) {
    const int ix = std::clamp(static_cast<int>((x - where.x) / where.width * g.nx), 0, g.nx - 1),
              iy = std::clamp(static_cast<int>((where.y + where.height - y) / where.height * g.ny), 0,
                              g.ny - 1);
    return !std::isfinite(g.value[static_cast<std::size_t>(iy) * static_cast<std::size_t>(g.nx) +
                                  static_cast<std::size_t>(ix)]);
}

}  // namespace

std::vector<std::array<double, 4>> hatching(const Grid& picture, const Rect& where, const Rect& visible,
                                            double spacing) {
    std::vector<std::array<double, 4>> out;
    const double left = std::max(where.x, visible.x),
                 right = std::min(where.x + where.width, visible.x + visible.width),
                 top = std::max(where.y, visible.y),
                 bottom = std::min(where.y + where.height, visible.y + visible.height);
    if (!(right > left && bottom > top && spacing > 0)) {
        return out;
    }
    const double step = spacing * std::numbers::sqrt2;
    for (double sum = step * std::ceil((left + top) / step); sum < right + bottom; sum += step) {
        const double x0 = std::max(left, sum - bottom), x1 = std::min(right, sum - top);
        if (!(x1 > x0)) {
            continue;
        }
        const std::vector<double> at = crossings(picture, where, sum, x0, x1);
        bool open = false;
        for (std::size_t i = 0; i + 1 < at.size(); ++i) {
            const double middle = 0.5 * (at[i] + at[i + 1]);
            const bool unknown = unknown_at(picture, where, middle, sum - middle);
            if (unknown && open) {
                out.back()[2] = at[i + 1], out.back()[3] = sum - at[i + 1];
            } else if (unknown) {
                out.push_back({at[i], sum - at[i], at[i + 1], sum - at[i + 1]});
            }
            open = unknown;
        }
    }
    return out;
}

}  // namespace tempera
