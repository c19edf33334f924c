// SPDX-License-Identifier: MIT
#include "core/grid.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace tempera {

Grid make_grid(const Box& box, int nx, int ny) {
    Grid grid;
    grid.nx = nx, grid.ny = ny;
    grid.box = box;
    grid.value.assign(static_cast<std::size_t>(nx) * static_cast<std::size_t>(ny), 0.0f);
    return grid;
}

void find_max(Grid& grid) {
    grid.max = grid.value.empty() ? 0 : *std::max_element(grid.value.begin(), grid.value.end());
}

void normalise(Grid& grid) {
    double sum = 0;
    for (float v : grid.value) {
        sum += v;
    }
    const double area = grid.box.width() / grid.nx * grid.box.height() / grid.ny;
    if (!(sum * area > 0)) {
        return;
    }
    const auto factor = static_cast<float>(1 / (sum * area));
    for (float& v : grid.value) {
        v *= factor;
    }
    grid.max *= factor;
}

Grid log_ratio(const Grid& a, const Grid& b) {
    constexpr float hidden = 1e-8f, smallest = std::numeric_limits<float>::min();
    Grid out = a;
    out.max = 0;
    for (std::size_t i = 0; i < out.value.size(); ++i) {
        const float p = a.value[i], q = b.value[i];
        const bool seen = p >= hidden * a.max || q >= hidden * b.max;
        out.value[i] = seen ? std::log(std::max(p, smallest)) - std::log(std::max(q, smallest))
                            : std::numeric_limits<float>::quiet_NaN();
        out.max = seen ? std::max(out.max, std::abs(out.value[i])) : out.max;
    }
    return out;
}

void blur(Grid& grid, int radius) {
    std::vector<double> line;
    const auto pass = [&](float* first, int count, int stride) {
        line.resize(static_cast<std::size_t>(count));
        double sum = 0;
        for (int i = -radius; i < count; ++i) {
            if (i + radius < count) {
                sum += static_cast<double>(first[static_cast<std::ptrdiff_t>(i + radius) * stride]);
            }
            if (i >= 0) {
                line[static_cast<std::size_t>(i)] = sum / (2 * radius + 1);
                if (i - radius >= 0) {
                    sum -= static_cast<double>(first[static_cast<std::ptrdiff_t>(i - radius) * stride]);
                }
            }
        }
        for (int i = 0; i < count; ++i) {
            first[static_cast<std::ptrdiff_t>(i) * stride] =
                static_cast<float>(std::max(0.0, line[static_cast<std::size_t>(i)]));
        }
    };
    for (int round = 0; round < 2; ++round) {
        for (int y = 0; y < grid.ny; ++y) {
            pass(grid.value.data() + static_cast<std::ptrdiff_t>(y) * grid.nx, grid.nx, 1);
        }
        for (int x = 0; x < grid.nx; ++x) {
            pass(grid.value.data() + x, grid.ny, grid.nx);
        }
    }
    find_max(grid);
}

}  // namespace tempera
