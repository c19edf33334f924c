// SPDX-License-Identifier: MIT
// What the Metropolis moves share: a proposal for every particle of a block, accepted lane by lane.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/scratch.hpp"
#include "moves/move.hpp"

namespace tempera {

/// A move that takes MoveSettings, or settings that extend them.
template <class Real, class Settings>
class MetropolisMove : public Move<Real> {
public:
    explicit MetropolisMove(const Settings& settings) : settings_(settings) {}
    int n_steps() const final { return settings_.n_steps; }
    bool adapt() const final { return settings_.adapt; }
    double step_size() const final { return settings_.step_size; }

protected:
    const Settings& settings() const { return settings_; }

private:
    Settings settings_;
};

/// Streams of a move. Pilot runs keep their own purpose; normals and uniforms of one key never share
/// counters.
inline StreamKey proposal_key(const StreamKey& key) {
    return key.purpose == Purpose::pilot ? key : key.with(Purpose::move, key.level, key.step);
}
inline StreamKey acceptance_key(const StreamKey& key) {
    return key.purpose == Purpose::pilot ? key : key.with(Purpose::accept, key.level, key.step);
}

/// A proposed state with room for its evaluation; memory of the frame.
template <class Real>
struct Proposal {
    Proposal(Scratch& frame, const MoveState<Real>& from, bool with_score)
        : x{frame.take<Real>(rows(from)), from.x.dim, from.x.n}, log_density(frame.take<Real>(block_size)),
          score(with_score ? frame.take<Real>(rows(from)) : nullptr),
          log_ratio(frame.take<double>(block_size)) {
        std::fill_n(log_ratio, block_size, 0.0);
    }
    static std::size_t rows(const MoveState<Real>& from) {
        return static_cast<std::size_t>(from.x.dim) * block_size;
    }
    Real* score_row(int i) const { return score + static_cast<std::ptrdiff_t>(i) * block_size; }

    Block<Real> x;
    Real* log_density;
    Real* score;        ///< null when the move has no use for it and the state keeps none
    double* log_ratio;  ///< [lanes] log of q(y -> x) / q(x -> y), or minus the growth of kinetic energy
};

/// Accepts lane by lane with probability min(1, p(y) / p(x) exp(log_ratio)) and returns the sum of these
/// probabilities over the n particles. Proposals of density zero are refused; so are those whose density or
/// ratio is no number, which are counted.
template <class Real>
double accept(MoveState<Real> state, const Proposal<Real>& to, const Real* uniform, Tally& tally) {
    Scratch frame;
    const int n = state.x.n, lanes = state.x.lanes(), dim = state.x.dim;
    bool* take = frame.take<bool>(block_size);
    double sum = 0;
    for (int l = 0; l < lanes; ++l) {
        const double log_a = static_cast<double>(to.log_density[l]) -
                             static_cast<double>(state.log_density[l]) + to.log_ratio[l];
        const bool finite = std::isfinite(to.log_density[l]) && !std::isnan(log_a) && log_a < HUGE_VAL;
        // A start of density zero is left by any finite proposal.
        const bool escape = std::isfinite(to.log_density[l]) && std::isinf(state.log_density[l]) &&
                            state.log_density[l] < 0 && std::isfinite(to.log_ratio[l]);
        const double a = escape ? 1.0 : finite ? std::exp(std::min(0.0, log_a)) : 0.0;
        take[l] = static_cast<double>(uniform[l]) < a;
        if (l < n) {
            sum += a;
            const bool outside = std::isinf(to.log_density[l]) && to.log_density[l] < 0;
            tally.diverged += !finite && !escape && !outside;
        }
    }
    const auto merge = [&](Real* row, const Real* from) {
        for (int l = 0; l < lanes; ++l) {
            row[l] = take[l] ? from[l] : row[l];
        }
    };
    for (int i = 0; i < dim; ++i) {
        merge(state.x.row(i), to.x.row(i));
        if (state.score) {
            merge(state.score + static_cast<std::ptrdiff_t>(i) * block_size, to.score_row(i));
        }
    }
    merge(state.log_density, to.log_density);
    return sum;
}

}  // namespace tempera
