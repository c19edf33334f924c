// SPDX-License-Identifier: MIT
// Many products with the Hessians at the same points.
#pragma once

#include <memory>

#include "targets/density.hpp"

namespace tempera {

/// Products with the Hessians at given points. Lives on the thread and in the scope that made it, no longer
/// than the points.
template <class Real>
class HessianProducts {
public:
    virtual ~HessianProducts() = default;
    /// out = Hessian v per particle.
    void multiply(Block<const Real> v, Block<Real> out, Tally& tally) const {
        tally.hessian_vector += v.n;
        multiply_block(v, out);
    }
    void multiply_uncounted(Block<const Real> v, Block<Real> out) const { multiply_block(v, out); }

protected:
    virtual void multiply_block(Block<const Real> v, Block<Real> out) const = 0;
};

/// What densities offer that can work out once what depends on the points alone.
template <class Real>
class KeepsHessians {
public:
    virtual ~KeepsHessians() = default;
    virtual std::unique_ptr<const HessianProducts<Real>> products_at(Block<const Real> x) const = 0;
};

/// The numbers of density.hessian_vector(x, ...), whatever the density keeps.
template <class Real>
std::unique_ptr<const HessianProducts<Real>> hessian_products(const Density<Real>& density,
                                                              Block<const Real> x) {
    class OneByOne final : public HessianProducts<Real> {
    public:
        OneByOne(const Density<Real>& of, Block<const Real> points) : density_(of), x_(points) {}

    protected:
        void multiply_block(Block<const Real> v, Block<Real> out) const override {
            density_.hessian_vector_uncounted(x_, v, out);
        }

    private:
        const Density<Real>& density_;
        Block<const Real> x_;
    };
    if (const auto* keeps = dynamic_cast<const KeepsHessians<Real>*>(&density)) {
        return keeps->products_at(x);
    }
    return std::make_unique<OneByOne>(density, x);
}

}  // namespace tempera
