// SPDX-License-Identifier: MIT
#include "paths/relaxation.hpp"

#include <cmath>

#include "core/scratch.hpp"

namespace tempera {

template <class Real>
void relax(const Density<Real>& density, Block<Real> points, Tally& tally) {
    constexpr int n_steps = 300;
    constexpr double first = 0.02, shrink = 0.985;
    Scratch frame;
    const auto size = static_cast<std::size_t>(points.dim) * block_size;
    const Block<Real> score{frame.take<Real>(size), points.dim, points.n};
    const auto norm = [&](Block<const Real> rows, int lane) {
        double square = 0;
        for (int i = 0; i < rows.dim; ++i) {
            square += static_cast<double>(rows(i, lane)) * static_cast<double>(rows(i, lane));
        }
        return std::sqrt(square);
    };
    std::vector<double> length;
    for (int lane = 0; lane < points.lanes(); ++lane) {
        length.push_back(first * norm(points, lane));
    }
    for (int k = 0; k < n_steps; ++k) {
        density.evaluate(points, {.score = score.data}, tally);
        for (int lane = 0; lane < points.lanes(); ++lane) {
            const double slope = norm(score, lane);
            const Real step = static_cast<Real>(length[static_cast<std::size_t>(lane)] / slope);
            for (int i = 0; std::isfinite(slope) && slope > 0 && i < points.dim; ++i) {
                points(i, lane) += step * score(i, lane);
            }
            length[static_cast<std::size_t>(lane)] *= shrink;
        }
    }
}

template void relax(const Density<float>&, Block<float>, Tally&);
template void relax(const Density<double>&, Block<double>, Tally&);

}  // namespace tempera
