// SPDX-License-Identifier: MIT
#pragma once

#include "targets/target.hpp"

namespace tempera {

/// Average variance per direction of a system of particles (target.particles()) on its subspace, in squared
/// units of x: a short pilot, 64 chains of Langevin moves with Metropolis' test from relaxed configurations.
/// A scale to standardise by, within some percent of the truth where the pilot forgets its start; the same
/// number for the same target in either precision. Nothing where no configuration with a finite energy is
/// found.
std::optional<double> pilot_variance(std::shared_ptr<const Target<double>> target);

}  // namespace tempera
