// SPDX-License-Identifier: MIT
// Vectorised inference of fully connected networks on blocks of particles: values, gradients, Hessian-vector
// products (forward over reverse), products with the Jacobian of a score and its transpose, Laplacians.
// Internal to this folder and its tests.
#pragma once

#include <memory>

#include "models/weights.hpp"
#include "targets/density.hpp"

namespace tempera {

/// Weights packed for the kernels; shared by all noise levels.
template <class Real>
class PackedNetwork;

template <class Real>
std::shared_ptr<const PackedNetwork<Real>> pack_network(const NetworkWeights& weights);

/// What networks offer beyond densities. J is the Jacobian of the score: the Hessian of the log density where
/// there is one. hessian_vector() is J v.
template <class Real>
class NetworkField : public Density<Real> {
public:
    /// out = J(x)^T v per particle.
    void vector_jacobian(Block<const Real> x, Block<const Real> v, Block<Real> out, Tally& tally) const {
        tally.hessian_vector += x.n;
        vector_jacobian_block(x, v, out);
    }
    /// Trace of J(x), [lanes], by one product for each dimension.
    void laplacian(Block<const Real> x, Real* out, Tally& tally) const {
        tally.hessian += x.n;
        laplacian_block(x, out);
    }

protected:
    virtual void vector_jacobian_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const = 0;
    virtual void laplacian_block(Block<const Real> x, Real* out) const = 0;
};

/// The network's density or score field of y at noise level sigma; the level's
/// embedding is folded into the first bias.
template <class Real>
std::shared_ptr<const NetworkField<Real>> network_density(std::shared_ptr<const PackedNetwork<Real>> network,
                                                          double sigma);

}  // namespace tempera
