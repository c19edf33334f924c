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

    void down(int, const LevelBlock<Real>& from, Block<Real> to, double* log_ratio, unsigned char* failed,
              const StreamKey&, std::uint32_t, Tally&) const override {
        copy(from, to, log_ratio, failed);
    }
    void up(int, const LevelBlock<Real>& from, Block<Real> to, double* log_ratio, unsigned char* failed,
            const StreamKey&, std::uint32_t, Tally&) const override {
        copy(from, to, log_ratio, failed);
    }

private:
    static void copy(const LevelBlock<Real>& from, Block<Real> to, double* log_ratio, unsigned char* failed) {
        for (int i = 0; i < to.dim; ++i) {
            std::copy_n(from.x.row(i), to.lanes(), to.row(i));
        }
        std::fill_n(log_ratio, to.n, 0.0);
        std::fill_n(failed, to.n, static_cast<unsigned char>(0));
    }
};

}  // namespace

KernelEntry none_kernel() {
    return make_entry<TransitionKernel, KernelContext, None, NoneSettings>(
        "kernel", "none", "No transition: particles stay where they are and only moves carry them along");
}

}  // namespace tempera
