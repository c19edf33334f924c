// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "core/scratch.hpp"
#include "core/stopping.hpp"
#include "targets/density.hpp"

namespace tempera {

/// Lanes whose Hessians are formed together: what keeps dim^2 numbers per particle near the caches.
constexpr int hessian_lanes(int dim) { return dim <= 8 ? block_size : dim <= 32 ? 64 : lane_group; }

/// Numbers that a block's Hessians take in a kernel that also holds `matrices` of a group of lanes.
inline double hessian_numbers(int dim, int matrices) {
    return static_cast<double>(dim) * dim * (block_size + matrices * lane_group);
}

/// Evaluates score (may be null, [dim][block_size]) and Hessian for the block in pieces; calls
/// body(begin, hessian) per group of lane_group lanes, with element (i, j) of lane begin + l at
/// hessian[(i * dim + j) * block_size + l]. A block of many dimensions takes seconds: a stop is taken
/// between two pieces.
template <class Real, class Body>
void for_each_hessian(const Density<Real>& density, Block<const Real> x, Real* score, Tally& tally,
                      Body body) {
    const int dim = x.dim, piece = hessian_lanes(dim);
    Scratch frame;
    Real* hessian = frame.take<Real>(static_cast<std::size_t>(dim) * dim * block_size);
    for (int begin = 0; begin < x.n; begin += piece) {
        stop_point();
        const Block<const Real> part{x.data + begin, dim, std::min(piece, x.n - begin)};
        density.evaluate(part, {.score = score ? score + begin : nullptr, .hessian = hessian}, tally);
        for (int l = 0; l < part.n; l += lane_group) {
            body(begin + l, hessian + l);
        }
    }
}

}  // namespace tempera
