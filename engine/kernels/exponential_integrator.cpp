// SPDX-License-Identifier: MIT
// Exponential integrator of the reverse SDE (De Bortoli et al. 2021; Zhang & Chen 2023): the linear drift is
// solved exactly, the score is frozen over the step. dx = (x + 2 s) dt + sqrt2 dW gives mean x/a + 2 (1/a -
// 1) s, variance 1/a^2 - 1; without linear drift (variance exploding) mean x + v s, variance v.
#include <algorithm>
#include <cmath>

#include "kernels/isotropic_step.hpp"

namespace tempera {
namespace {

struct ExponentialIntegratorSettings {
    void describe(Describer&) {}
};

template <class Real>
class ExponentialIntegrator final : public TransitionKernel<Real> {
public:
    ExponentialIntegrator(const ExponentialIntegratorSettings&, const KernelContext<Real>& context)
        : path_(context.path), steps_(level_steps(*path_, "exponential_integrator", false)) {
        const bool preserving = is_variance_preserving(*path_);
        for (const LevelStep& s : steps_) {
            if (preserving) {  // v = 1 - a^2 without cancellation: 1/a - 1 = v / (a (1 + a))
                laws_.push_back({1 / s.a, 2 * s.v / (s.a * (1 + s.a)), s.v / (s.a * s.a)});
            } else {
                laws_.push_back({1.0, s.v, s.v});
            }
        }
    }

    void down(int k, const LevelBlock<Real>& from, const Transition<Real>& out, const StreamKey& key,
              std::uint32_t first, Tally& tally) const override {
        Scratch frame;
        const Real* score = from.score;
        if (!score) {
            score = evaluate(k, from.x, frame, tally);
        }
        isotropic_down<Real>(step(k), law(k), from.x, score, nullptr, out.to, out.log_ratio,
                             kernel_stream(key, Purpose::transition, k), first);
    }

    void up(int k, const LevelBlock<Real>& from, const Transition<Real>& out, const StreamKey& key,
            std::uint32_t first, Tally& tally) const override {
        Scratch frame;
        double squares[block_size];
        noise_up(step(k), from.x, out.to, squares, kernel_stream(key, Purpose::transition_up, k), first);
        const Real* score = evaluate(k, out.to, frame, tally);
        isotropic_up<Real>(step(k), law(k), from.x, out.to, score, nullptr, squares, out.log_ratio);
    }

private:
    const LevelStep& step(int k) const { return steps_[static_cast<std::size_t>(k)]; }
    const IsotropicLaw& law(int k) const { return laws_[static_cast<std::size_t>(k)]; }

    const Real* evaluate(int k, Block<const Real> x, Scratch& frame, Tally& tally) const {
        Real* score = frame.take<Real>(static_cast<std::size_t>(x.dim) * block_size);
        path_->field(k + 1)->evaluate(x, {.score = score}, tally);
        return score;
    }

    std::shared_ptr<const DensityPath<Real>> path_;
    std::vector<LevelStep> steps_;
    std::vector<IsotropicLaw> laws_;
};

}  // namespace

KernelEntry exponential_integrator_kernel() {
    return make_entry<TransitionKernel, KernelContext, ExponentialIntegrator, ExponentialIntegratorSettings>(
        "kernel", "exponential_integrator",
        "Reverse SDE with its linear part solved exactly and the score frozen");
}

}  // namespace tempera
