// SPDX-License-Identifier: MIT
#include "moves/metropolis.hpp"
#include "moves/move_settings.hpp"

namespace tempera {

namespace {

/// Metropolis-adjusted Langevin (Roberts, Tweedie, Bernoulli 2, 1996): y = x + e s(x) + sqrt(2 e) xi with
/// e = step_size * variance * dim^(-1/3).
template <class Real>
class Mala final : public MetropolisMove<Real, MoveSettings> {
public:
    Mala(const MoveSettings& settings, const MoveContext<Real>&)
        : MetropolisMove<Real, MoveSettings>(settings) {}
    double target_acceptance() const override { return 0.75; }
    bool uses_score() const override { return true; }

    double apply(const Density<Real>& density, MoveState<Real> state, double variance, double factor,
                 const StreamKey& key, std::uint32_t first, Tally& tally) const override {
        Scratch frame;
        const Block<Real> x = state.x;
        const int lanes = x.lanes();
        Proposal<Real> to(frame, state, true);
        Block<Real> uniform{frame.take<Real>(block_size), 1, x.n};
        fill_normals(proposal_key(key), first, to.x);
        fill_uniforms(acceptance_key(key), first, uniform);

        const double e = this->settings().step_size * factor * variance * std::pow(x.dim, -1.0 / 3.0);
        const Real drift = static_cast<Real>(e), noise = static_cast<Real>(std::sqrt(2 * e));
        for (int i = 0; i < x.dim; ++i) {
            const Real* s = state.score + static_cast<std::ptrdiff_t>(i) * block_size;
            for (int l = 0; l < lanes; ++l) {
                to.x(i, l) = x(i, l) + (drift * s[l] + noise * to.x(i, l));
            }
        }
        density.evaluate(to.x, {.log_density = to.log_density, .score = to.score}, tally);

        // With r = y - x: (|r - e s(x)|^2 - |r + e s(y)|^2) / (4 e) = -r.(s(x) + s(y)) / 2 - e (|s(y)|^2 -
        // |s(x)|^2) / 4, which does not subtract the two large |r|^2 / (4 e).
        Real* sum = frame.take<Real>(block_size);
        std::fill_n(sum, lanes, Real(0));
        for (int i = 0; i < x.dim; ++i) {
            const Real* s = state.score + static_cast<std::ptrdiff_t>(i) * block_size;
            const Real* t = to.score_row(i);
            for (int l = 0; l < lanes; ++l) {
                sum[l] -=
                    Real(0.5) * (s[l] + t[l]) * ((to.x(i, l) - x(i, l)) + Real(0.5) * drift * (t[l] - s[l]));
            }
        }
        std::copy_n(sum, lanes, to.log_ratio);
        return accept(state, to, uniform.data, tally);
    }
};

}  // namespace

MoveEntry mala_move() {
    return make_entry<Move, MoveContext, Mala, MoveSettings>("moves", "mala",
                                                             "Langevin proposals with Metropolis acceptance");
}

}  // namespace tempera
