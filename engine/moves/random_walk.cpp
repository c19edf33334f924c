// SPDX-License-Identifier: MIT
#include "moves/metropolis.hpp"
#include "moves/move_settings.hpp"

namespace tempera {

namespace {

/// Random-walk Metropolis, y = x + s xi with s = 2.38 / sqrt(dim) standard deviations: the best scale for a
/// Gaussian (Roberts, Gelman, Gilks, Ann. Appl. Probab. 7, 1997).
template <class Real>
class RandomWalk final : public MetropolisMove<Real, MoveSettings> {
public:
    RandomWalk(const MoveSettings& settings, const MoveContext<Real>&)
        : MetropolisMove<Real, MoveSettings>(settings) {}
    double target_acceptance() const override { return 0.3; }
    bool uses_score() const override { return false; }

    double apply(const Density<Real>& density, MoveState<Real> state, double variance, double factor,
                 const StreamKey& key, std::uint32_t first, Tally& tally) const override {
        Scratch frame;
        const Block<Real> x = state.x;
        Proposal<Real> to(frame, state, state.score != nullptr);
        Block<Real> uniform{frame.take<Real>(block_size), 1, x.n};
        fill_normals(proposal_key(key), first, to.x);
        fill_uniforms(acceptance_key(key), first, uniform);

        const Real step =
            static_cast<Real>(this->settings().step_size * factor * 2.38 * std::sqrt(variance / x.dim));
        for (int i = 0; i < x.dim; ++i) {
            for (int l = 0; l < x.lanes(); ++l) {
                to.x(i, l) = x(i, l) + step * to.x(i, l);
            }
        }
        density.evaluate(to.x, {.log_density = to.log_density, .score = to.score}, tally);
        return accept(state, to, uniform.data, tally);
    }
};

}  // namespace

MoveEntry random_walk_move() {
    return make_entry<Move, MoveContext, RandomWalk, MoveSettings>("moves", "random_walk",
                                                                   "random-walk Metropolis; needs no score");
}

}  // namespace tempera
