// SPDX-License-Identifier: MIT
// Vectorised inference of fully connected networks on blocks of particles: values, gradients, Hessian-vector
// products (forward over reverse) and Jacobian-vector products. Internal to this folder and its tests.
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

/// The network's density (energy_mlp) or score field (score_mlp) of y at noise level sigma; the level's
/// embedding is folded into the first bias.
template <class Real>
std::shared_ptr<const Density<Real>> network_density(std::shared_ptr<const PackedNetwork<Real>> network,
                                                     double sigma);

}  // namespace tempera
