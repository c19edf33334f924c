// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "samplers/annealed_sampler.hpp"

namespace tempera {

/// Step-size multipliers per level [n_levels + 1] that bring the moves near their target acceptance, from a
/// pilot SMC with n_particles on the frozen path (streams of Purpose::pilot). Replica exchange adapts in its
/// burn-in instead. All ones when the move does not adapt. `check_stop`, when given, is called at every level
/// and ends the pilot by throwing.
template <class Real>
std::vector<double> tune_moves(const SamplerContext<Real>& context,
                               const std::function<void()>& check_stop = {}, int n_particles = 512);

}  // namespace tempera
