// SPDX-License-Identifier: MIT
// Gaussian kernels that use the score only: mean by Tweedie's formula E[x_k | x_{k+1} = x] = (x + v s(x)) / a
// (Robbins 1956, Efron 2011), one variance for all directions (Ho et al. 2020; Song et al. 2021; Bao et al.
// 2022).
#include <algorithm>
#include <cmath>

#include "kernels/hessian_blocks.hpp"
#include "kernels/isotropic_step.hpp"

namespace tempera {
namespace {

struct FirstOrderSettings {
    std::string variance = "forward";
    double floor = 0.4;

    void describe(Describer& d) {
        d.choice("variance", variance, {"forward", "reverse", "posterior", "isotropic"},
                 {.change = Change::warm,
                  .help = "forward: v; reverse: v/a^2; posterior: that of a point target; isotropic: best "
                          "single variance, "
                          "from the Laplacian"});
        d.number("floor", floor,
                 {.min = 0,
                  .max = 1,
                  .open_min = true,
                  .change = Change::warm,
                  .help = "isotropic on learned paths: smallest 1 + v tr(H)/dim"});
    }
};

template <class Real>
class FirstOrder final : public TransitionKernel<Real> {
public:
    FirstOrder(const FirstOrderSettings& settings, const KernelContext<Real>& context)
        : path_(context.path), isotropic_(settings.variance == "isotropic"), floor_(settings.floor),
          steps_(level_steps(*path_, "first_order", isotropic_)) {
        for (const LevelStep& s : steps_) {
            double variance = s.v;
            if (settings.variance == "reverse" || isotropic_) {
                variance = s.v / (s.a * s.a);
            } else if (settings.variance == "posterior" && s.sigma_low > 0) {  // it vanishes at the last step
                variance = s.v * (s.sigma_low * s.sigma_low) / (s.sigma_high * s.sigma_high);
            }
            laws_.push_back({1 / s.a, s.v / s.a, variance});
        }
    }

    void down(int k, const LevelBlock<Real>& from, const Transition<Real>& out, const StreamKey& key,
              std::uint32_t first, Tally& tally) const override {
        Scratch frame;
        Real* buffer = frame.take<Real>(static_cast<std::size_t>(out.to.dim) * block_size);
        alignas(64) Real lane_factor[block_size];
        const Real* score = from.score;
        const Real* factor = evaluate(k, from.x, score, buffer, lane_factor, tally);
        isotropic_down(step(k), law(k), from.x, score, factor, out.to, out.log_ratio,
                       kernel_stream(key, Purpose::transition, k), first);
    }

    void up(int k, const LevelBlock<Real>& from, const Transition<Real>& out, const StreamKey& key,
            std::uint32_t first, Tally& tally) const override {
        Scratch frame;
        Real* buffer = frame.take<Real>(static_cast<std::size_t>(out.to.dim) * block_size);
        alignas(64) Real lane_factor[block_size];
        double squares[block_size];
        noise_up(step(k), from.x, out.to, squares, kernel_stream(key, Purpose::transition_up, k), first);
        const Real* score = nullptr;
        const Real* factor = evaluate(k, out.to, score, buffer, lane_factor, tally);
        isotropic_up<Real>(step(k), law(k), from.x, out.to, score, factor, squares, out.log_ratio);
    }

private:
    const LevelStep& step(int k) const { return steps_[static_cast<std::size_t>(k)]; }
    const IsotropicLaw& law(int k) const { return laws_[static_cast<std::size_t>(k)]; }

    /// Sees to `score` at x of level k+1; returns the variance factors 1 + v tr(H)/dim, or null when there
    /// are none.
    const Real* evaluate(int k, Block<const Real> x, const Real*& score, Real* buffer, Real* factor,
                         Tally& tally) const {
        const Density<Real>& field = *path_->field(k + 1);
        if (!isotropic_) {
            if (!score) {
                field.evaluate(x, {.score = buffer}, tally);
                score = buffer;
            }
            return nullptr;
        }
        const Real scale = static_cast<Real>(step(k).v / x.dim);
        for_each_hessian(field, x, score ? nullptr : buffer, tally, [&](int begin, const Real* hessian) {
            Real trace[lane_group] = {};
            for (int i = 0; i < x.dim; ++i) {
                const Real* h = hessian + static_cast<std::ptrdiff_t>(i) * (x.dim + 1) * block_size;
                for (int l = 0; l < lane_group; ++l) {
                    trace[l] += h[l];
                }
            }
            for (int l = 0; l < lane_group; ++l) {
                factor[begin + l] = 1 + scale * trace[l];
            }
        });
        score = score ? score : buffer;
        // Exact densities have 1 + v tr(H)/dim > 0; only rounding can spoil that.
        const Real floor =
            path_->exact_hessian() ? std::numeric_limits<Real>::epsilon() : static_cast<Real>(floor_);
        for (int l = 0; l < x.n; ++l) {
            tally.hessian_floored += factor[l] < floor;
        }
        for (int l = 0; l < x.lanes(); ++l) {
            factor[l] = factor[l] < floor ? floor : factor[l];
        }
        return factor;
    }

    std::shared_ptr<const DensityPath<Real>> path_;
    bool isotropic_;
    double floor_;
    std::vector<LevelStep> steps_;
    std::vector<IsotropicLaw> laws_;
};

}  // namespace

KernelEntry first_order_kernel() {
    KernelEntry entry = make_entry<TransitionKernel, KernelContext, FirstOrder, FirstOrderSettings>(
        "kernel", "first_order",
        "Gaussian step with the exact mean (from the score) and one variance for all directions");
    entry.hessian_numbers = [](const Json& kernel, int dim) {
        return kernel["variance"] == "isotropic" ? hessian_numbers(dim, 0) : 0.0;
    };
    return entry;
}

}  // namespace tempera
