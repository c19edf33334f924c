// SPDX-License-Identifier: MIT
#include "moves/metropolis.hpp"
#include "moves/move_settings.hpp"

namespace tempera {

namespace {

struct HmcSettings : MoveSettings {
    int n_leapfrog = 5;
    double jitter = 0.3;

    void describe(Describer& d) {
        MoveSettings::describe(d);
        d.integer("n_leapfrog", n_leapfrog,
                  {.min = 1, .max = 10000, .change = Change::warm, .help = "leapfrog steps of a move"});
        d.number("jitter", jitter,
                 {.min = 0,
                  .max = 1,
                  .open_max = true,
                  .change = Change::hot,
                  .help = "the step of each move varies by this fraction, against closed orbits"});
    }
};

/// Hamiltonian Monte Carlo (Neal, Handbook of MCMC, 2011) with unit masses, full refreshment and step
/// step_size * sqrt(variance) * dim^(-1/4), drawn anew for every particle and move.
template <class Real>
class Hmc final : public MetropolisMove<Real, HmcSettings> {
public:
    Hmc(const HmcSettings& settings, const MoveContext<Real>&)
        : MetropolisMove<Real, HmcSettings>(settings) {}
    double target_acceptance() const override { return 0.8; }
    bool uses_score() const override { return true; }

    double apply(const Density<Real>& density, MoveState<Real> state, double variance, double factor,
                 const StreamKey& key, std::uint32_t first, Tally& tally) const override {
        Scratch frame;
        const Block<Real> x = state.x;
        const int lanes = x.lanes();
        const std::size_t size = Proposal<Real>::rows(state);
        Proposal<Real> to(frame, state, true);
        Block<Real> momentum{frame.take<Real>(size), x.dim, x.n};
        Block<Real> uniform{frame.take<Real>(2 * block_size), 2, x.n};
        Real* step = frame.take<Real>(block_size);
        fill_normals(proposal_key(key), first, momentum);
        fill_uniforms(acceptance_key(key), first, uniform);

        const double h = this->settings().step_size * factor * std::sqrt(variance) * std::pow(x.dim, -0.25);
        const Real low = static_cast<Real>(h * (1 - this->settings().jitter)),
                   width = static_cast<Real>(2 * h * this->settings().jitter);
        for (int l = 0; l < lanes; ++l) {
            step[l] = low + width * uniform(1, l);
        }
        copy_rows(x, to.x.data);
        copy_rows(Block<Real>{state.score, x.dim, x.n}, to.score);
        add_kinetic(momentum, 0.5, to.log_ratio);
        kick(momentum, to.score, step, Real(0.5));
        for (int k = 1; k <= this->settings().n_leapfrog; ++k) {
            kick(to.x, momentum.data, step, Real(1));
            const bool last = k == this->settings().n_leapfrog;
            density.evaluate(to.x, {.log_density = last ? to.log_density : nullptr, .score = to.score},
                             tally);
            kick(momentum, to.score, step, last ? Real(0.5) : Real(1));
        }
        add_kinetic(momentum, -0.5, to.log_ratio);
        return accept(state, to, uniform.data, tally);
    }

private:
    static void copy_rows(Block<Real> from, Real* to) {
        for (int i = 0; i < from.dim; ++i) {
            std::copy_n(from.row(i), from.lanes(), to + static_cast<std::ptrdiff_t>(i) * block_size);
        }
    }
    /// x += part * step * v
    static void kick(Block<Real> x, const Real* v, const Real* step, Real part) {
        for (int i = 0; i < x.dim; ++i) {
            const Real* vi = v + static_cast<std::ptrdiff_t>(i) * block_size;
            for (int l = 0; l < x.lanes(); ++l) {
                x(i, l) += part * step[l] * vi[l];
            }
        }
    }
    /// sum += part * |p|^2
    static void add_kinetic(Block<Real> p, double part, double* sum) {
        for (int i = 0; i < p.dim; ++i) {
            for (int l = 0; l < p.lanes(); ++l) {
                sum[l] += part * static_cast<double>(p(i, l)) * static_cast<double>(p(i, l));
            }
        }
    }
};

}  // namespace

MoveEntry hmc_move() {
    return make_entry<Move, MoveContext, Hmc, HmcSettings>(
        "moves", "hmc", "Hamiltonian trajectories with Metropolis acceptance");
}

}  // namespace tempera
