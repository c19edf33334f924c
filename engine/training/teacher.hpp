// SPDX-License-Identifier: MIT
// Between networks in training and weights files.
#pragma once

#include "models/weights.hpp"
#include "training/field.hpp"

namespace tempera::training {

/// A trained network, to be matched by another one; throws ConfigError at model.losses.
template <class Real>
Net<Real> load_teacher(const std::string& file, int dim);

/// The weights of `parameters` (those of `net`, or their average) as they are stored.
template <class Real>
NetworkWeights export_weights(const Net<Real>& net, const Parameters<Real>& parameters);

}  // namespace tempera::training
