// SPDX-License-Identifier: MIT
#include "moves/move.hpp"
#include "moves/move_settings.hpp"

namespace tempera {

namespace {

/// Takes the settings of the other moves as well, so that sweeps over types can leave them standing.
struct NoneSettings {
    MoveSettings ignored{.n_steps = 0};

    void describe(Describer& d) { ignored.describe(d); }
};

template <class Real>
class NoMove final : public Move<Real> {
public:
    NoMove(const NoneSettings&, const MoveContext<Real>&) {}
    int n_steps() const override { return 0; }
    bool adapt() const override { return false; }
    double target_acceptance() const override { return 1.0; }
    bool uses_score() const override { return false; }
    double apply(const Density<Real>&, MoveState<Real> state, double, double, const StreamKey&, std::uint32_t,
                 Tally&) const override {
        return state.x.n;
    }
};

}  // namespace

MoveEntry none_move() {
    return make_entry<Move, MoveContext, NoMove, NoneSettings>("moves", "none", "no moves within a level");
}

}  // namespace tempera
