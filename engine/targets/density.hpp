// SPDX-License-Identifier: MIT
#pragma once

#include "core/block.hpp"
#include "core/tally.hpp"

namespace tempera {

/// What an evaluation shall fill; null pointers are skipped. Rows have block_size lanes.
template <class Real>
struct Wanted {
    Real* log_density = nullptr;  ///< [lanes]
    Real* score = nullptr;        ///< [dim][block_size], gradient of the log density
    Real* hessian = nullptr;      ///< [dim * dim][block_size], row-major symmetric Hessian of the log density
};

/// A (possibly unnormalised) density on R^dim, evaluated for a block of particles at once. Immutable and
/// shared by threads; temporaries come from Scratch. All x.lanes() lanes are computed.
template <class Real>
class Density {
public:
    virtual ~Density() = default;
    virtual int dim() const = 0;
    /// False for densities without second derivatives (learned scores, some user targets).
    virtual bool has_hessian() const { return true; }
    /// False for fields that only have scores.
    virtual bool has_log_density() const { return true; }

    void evaluate(Block<const Real> x, const Wanted<Real>& wanted, Tally& tally) const {
        tally.log_density += wanted.log_density ? x.n : 0;
        tally.score += wanted.score ? x.n : 0;
        tally.hessian += wanted.hessian ? x.n : 0;
        evaluate_block(x, wanted);
    }
    /// For densities made of others, whose own evaluation was counted already, and for pictures and reports.
    void evaluate_uncounted(Block<const Real> x, const Wanted<Real>& wanted) const {
        evaluate_block(x, wanted);
    }
    /// out = Hessian(x) v per particle.
    void hessian_vector(Block<const Real> x, Block<const Real> v, Block<Real> out, Tally& tally) const {
        tally.hessian_vector += x.n;
        hessian_vector_block(x, v, out);
    }
    void hessian_vector_uncounted(Block<const Real> x, Block<const Real> v, Block<Real> out) const {
        hessian_vector_block(x, v, out);
    }

protected:
    virtual void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const = 0;
    /// Default: forms the Hessian (only sensible for small dim).
    virtual void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const;
};

}  // namespace tempera
