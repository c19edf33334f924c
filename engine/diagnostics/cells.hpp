// SPDX-License-Identifier: MIT
// Midpoint quadrature in the plane over the components of a mixture. Internal to this folder.
#pragma once

#include <algorithm>
#include <cmath>

#include "targets/mixture.hpp"

namespace tempera {

/// Midpoints of nx x ny square cells that cover every component by `reach` standard deviations,
/// `per_deviation` of them to the narrowest one.
struct Cells {
    double x0, y0, step;
    int nx, ny;

    Cells(const Mixture& m, double reach, double per_deviation) {
        double low[2] = {1e300, 1e300}, high[2] = {-1e300, -1e300}, narrowest = 1e300;
        for (const Mixture::Component& c : m.components) {
            const double wide = std::sqrt(std::max(c.eigenvalues[0], c.eigenvalues[1]));
            narrowest = std::min(narrowest, std::sqrt(std::min(c.eigenvalues[0], c.eigenvalues[1])));
            for (int i = 0; i < 2; ++i) {
                low[i] = std::min(low[i], c.mean[i] - reach * wide);
                high[i] = std::max(high[i], c.mean[i] + reach * wide);
            }
        }
        step = narrowest / per_deviation;
        x0 = low[0], y0 = low[1];
        nx = static_cast<int>(std::ceil(std::min(1e9, (high[0] - low[0]) / step)));
        ny = static_cast<int>(std::ceil(std::min(1e9, (high[1] - low[1]) / step)));
    }
    double area() const { return step * step; }

    /// Row iy in pieces of a block: body(block of points).
    template <class Real, class Body>
    void for_row(int iy, Body body) const {
        AlignedArray<Real> storage(2 * block_size);
        for (int begin = 0; begin < nx; begin += block_size) {
            const Block<Real> x{storage.data(), 2, std::min(block_size, nx - begin)};
            for (int l = 0; l < x.lanes(); ++l) {
                x(0, l) = static_cast<Real>(x0 + (begin + std::min(l, x.n - 1) + 0.5) * step);
                x(1, l) = static_cast<Real>(y0 + (iy + 0.5) * step);
            }
            body(x);
        }
    }
};

}  // namespace tempera
