// SPDX-License-Identifier: MIT
// MCMC moves within a level (docs/theory.md); invariant for density(level).
#pragma once

#include "core/catalogue.hpp"
#include "core/rng.hpp"
#include "targets/density.hpp"

namespace tempera {

/// State of a block within a level; all three are updated by an accepted move.
template <class Real>
struct MoveState {
    Block<Real> x;
    Real* log_density = nullptr;  ///< [lanes] of the level's density at x
    Real* score = nullptr;        ///< [dim][block_size] of the level's density at x
};

template <class Real>
class Move {
public:
    virtual ~Move() = default;
    virtual int n_steps() const = 0;  ///< moves per level (AIS, SMC)
    virtual bool adapt() const = 0;   ///< step sizes may be tuned in a pilot or burn-in
    virtual double target_acceptance() const = 0;
    virtual bool uses_score() const = 0;
    virtual double step_size() const { return 1; }  ///< in units of the built-in scale, before any tuning
    /// One step for every particle of the block. `variance` is the path's move_variance(level); `factor` the
    /// tuned multiplier of the level (1 without adaptation). Returns the sum over particles of min(1,
    /// acceptance ratio).
    virtual double apply(const Density<Real>& density, MoveState<Real> state, double variance, double factor,
                         const StreamKey& key, std::uint32_t first, Tally& tally) const = 0;
};

template <class Real>
struct MoveContext {
    int dim = 0;
};

using MoveEntry = Entry<Move, MoveContext>;
/// none, random_walk, mala, hmc.
const std::vector<MoveEntry>& move_catalogue();

}  // namespace tempera
