// SPDX-License-Identifier: MIT
// Transition mechanisms between level k+1 and level k: docs/theory.md, "Work".
#pragma once

#include "core/catalogue.hpp"
#include "core/rng.hpp"
#include "paths/density_path.hpp"

namespace tempera {

/// A particle block at a level with what is already known of it.
template <class Real>
struct LevelBlock {
    Block<const Real> x;
    /// Score of path.field(level) at x when the sampler has it at hand, else null (the kernel evaluates it).
    const Real* score = nullptr;
};

/// Where a transition of a block goes. Lanes as in the block it starts from.
template <class Real>
struct Transition {
    Block<Real> to;
    double* log_ratio;      ///< [lanes], see TransitionKernel
    unsigned char* failed;  ///< [lanes], zeros from the caller; 1 where a map has no solution
    /// Replica exchange with maps: solve back, too, and mark as failed what does not return to its start
    /// within 1e3 tolerances (the check that keeps a swap an involution). Nothing to stochastic kernels.
    bool check_inverse = false;
};

/// Moves blocks from level k+1 to k ("down") by a law B_k or a bijection T_k, and from k to k+1 ("up") by F_k
/// or T_k^-1. Per particle it reports the kernel's part of the work (docs/theory.md, "Work"):
///   log_ratio = log F_k(x_{k+1} | x_k) - log B_k(x_k | x_{k+1})          (stochastic)
///   log_ratio = log |det DT_k(x_{k+1})|                                   (map)
/// for both directions (for `up`, of the pair it made), so that W = log pt_k(x_k) - log pt_{k+1}(x_{k+1}) +
/// log_ratio. A particle whose map fails gets log_ratio = -infinity and failed[lane] = 1, and is counted in
/// the tally; its output position is the input position. Kernels are shared by samplers and threads: they are
/// made once and then only read.
template <class Real>
class TransitionKernel {
public:
    virtual ~TransitionKernel() = default;
    /// Score (and Hessian) of the field at level+1 are used.
    virtual bool uses_score() const { return true; }
    /// True when x_k = x_{k+1} (identity): it needs moves to be of use.
    virtual bool is_identity() const { return false; }

    /// Order q of the rejection of swaps in the distance h of the levels, r ~ h^q, for equal_rejection
    /// schedules (docs/theory.md, "Schedules").
    virtual double order() const { return 1; }

    virtual void down(int k, const LevelBlock<Real>& from, const Transition<Real>& out, const StreamKey& key,
                      std::uint32_t first, Tally& tally) const = 0;
    virtual void up(int k, const LevelBlock<Real>& from, const Transition<Real>& out, const StreamKey& key,
                    std::uint32_t first, Tally& tally) const = 0;
};

template <class Real>
struct KernelContext {
    std::shared_ptr<const DensityPath<Real>> path;
    StreamKey key;  ///< for pilots (spectral radii per level)
};

struct KernelEntry : Entry<TransitionKernel, KernelContext> {
    KernelEntry(Entry<TransitionKernel, KernelContext> entry) : Entry(std::move(entry)) {}

    /// Do the kernel's resolved settings go with a diffusion path's? Said of a preset before anything is made
    /// of it; reports every problem with its place. Empty: they always do.
    std::function<void(const Json& kernel, const Json& path, Problems&)> check_path;
    /// How many numbers, in the run's precision, the Hessians of one block take with these resolved settings
    /// in `dim` dimensions: every thread has them. Empty: the kernel forms none.
    std::function<double(const Json& kernel, int dim)> hessian_numbers;
};
/// none, first_order, exponential_integrator, second_order, transport_midpoint.
const std::vector<KernelEntry>& kernel_catalogue();

}  // namespace tempera
