// SPDX-License-Identifier: MIT
// A tester of invariance: exact samples are moved, and no average may drift.
#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include "core/parallel.hpp"
#include "moves/move.hpp"
#include "targets/mixture.hpp"

namespace tempera {

struct InvarianceResult {
    std::vector<double> z;  ///< drift of each average over its standard error
    double acceptance = 0;
    double moved = 0;  ///< fraction of particles that moved at all
    double largest() const {
        double m = 0;
        for (const double v : z) {
            m = std::max(m, std::isfinite(v) ? std::abs(v) : HUGE_VAL);
        }
        return m;
    }
};

/// Averages: coordinates, their squares and cubes, products of neighbours, and the log density.
template <class Real>
std::vector<double> observables(Block<Real> x, const Real* log_density, int lane) {
    std::vector<double> out = {static_cast<double>(log_density[lane])};
    for (int i = 0; i < x.dim; ++i) {
        const double v = static_cast<double>(x(i, lane));
        out.insert(out.end(),
                   {v, v * v, v * v * v, v * static_cast<double>(x((i + 1) % x.dim, lane)), std::cos(v)});
    }
    return out;
}

/// Draws n_blocks * 256 exact samples of the mixture, applies the move n_steps times and compares before with
/// after.
template <class Real>
InvarianceResult test_invariance(const Move<Real>& move, const Mixture& mixture, int n_steps, int n_blocks,
                                 std::uint64_t seed) {
    const auto density = make_mixture_density<Real>(mixture);
    const int dim = mixture.dim(), n = n_blocks * block_size;
    struct Sums {
        std::vector<double> d, d2;
        double accepted = 0, moved = 0;
        Sums& operator+=(const Sums& o) {
            d.resize(o.d.size()), d2.resize(o.d.size());
            for (std::size_t i = 0; i < d.size(); ++i) {
                d[i] += o.d[i], d2[i] += o.d2[i];
            }
            accepted += o.accepted, moved += o.moved;
            return *this;
        }
    };
    const Sums sums = parallel_sum<Sums>(n_blocks, [&](int b) {
        Particles<Real> x(block_size, dim), score(block_size, dim), start(block_size, dim);
        PerParticle<Real> log_density(block_size);
        const StreamKey key{.seed = seed, .level = 3};
        const auto first = static_cast<std::uint32_t>(b * block_size);
        Tally tally;
        mixture.sample(key.with(Purpose::target_sample, 0), first, x.block(0));
        const MoveState<Real> state{x.block(0), log_density.block(0), score.block(0).data};
        density->evaluate(state.x, {.log_density = state.log_density, .score = state.score}, tally);
        std::vector<std::vector<double>> before;
        for (int l = 0; l < block_size; ++l) {
            before.push_back(observables(state.x, state.log_density, l));
            for (int i = 0; i < dim; ++i) {
                start(l, i) = x(l, i);
            }
        }
        Sums s;
        for (int k = 0; k < n_steps; ++k) {
            s.accepted += move.apply(*density, state, mixture.smallest_scale(), 1.0,
                                     key.with(Purpose::move, 3, static_cast<std::uint32_t>(k)), first, tally);
        }
        s.d.assign(before[0].size(), 0), s.d2 = s.d;
        for (int l = 0; l < block_size; ++l) {
            const std::vector<double> after = observables(state.x, state.log_density, l);
            for (std::size_t i = 0; i < after.size(); ++i) {
                const double change = after[i] - before[static_cast<std::size_t>(l)][i];
                s.d[i] += change, s.d2[i] += change * change;
            }
            s.moved += x(l, 0) != start(l, 0);
        }
        return s;
    });
    InvarianceResult out;
    out.acceptance = sums.accepted / n / n_steps;
    out.moved = sums.moved / n;
    for (std::size_t i = 0; i < sums.d.size(); ++i) {
        const double mean = sums.d[i] / n, variance = sums.d2[i] / n - mean * mean;
        out.z.push_back(mean / std::sqrt(variance / n));
    }
    return out;
}

}  // namespace tempera
