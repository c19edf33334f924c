// SPDX-License-Identifier: MIT
// The identity: x_k = x_{k+1}. All weight changes come from the densities, all movement from MCMC moves.
#include <algorithm>

#include "kernels/transition_kernel.hpp"

namespace tempera {
namespace {

struct NoneSettings {
    void describe(Describer&) {}
};

template <class Real>
class None final : public TransitionKernel<Real> {
public:
    None(const NoneSettings&, const KernelContext<Real>&) {}
    bool uses_score() const override { return false; }
    bool is_identity() const override { return true; }

    void down(int, const LevelBlock<Real>& from, const Transition<Real>& out, const StreamKey&, std::uint32_t,
              Tally&) const override {
        copy(from, out);
    }
    void up(int, const LevelBlock<Real>& from, const Transition<Real>& out, const StreamKey&, std::uint32_t,
            Tally&) const override {
        copy(from, out);
    }

private:
    static void copy(const LevelBlock<Real>& from, const Transition<Real>& out) {
        for (int i = 0; i < out.to.dim; ++i) {
            std::copy_n(from.x.row(i), out.to.lanes(), out.to.row(i));
        }
        std::fill_n(out.log_ratio, out.to.n, 0.0);
    }
};

}  // namespace

KernelEntry none_kernel() {
    return make_entry<TransitionKernel, KernelContext, None, NoneSettings>(
        "kernel", "none", "No transition: particles stay where they are and only moves carry them along");
}

}  // namespace tempera
