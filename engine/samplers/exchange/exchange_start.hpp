// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "paths/density_path.hpp"

namespace tempera {

/// Throws ConfigError when replica exchange cannot run on the path, or not from this start: "reference"
/// (draws of the reference at every level), "exact" (of each level's own law) or "worst_mode" (of each
/// level's lightest mode).
template <class Real>
void check_exchange_start(const DensityPath<Real>& path, const std::string& initial);

/// Draws block b of a level.
template <class Real>
void draw_exchange_start(const DensityPath<Real>& path, const std::string& initial, int level,
                         const StreamKey& key, int b, Block<Real> x);

}  // namespace tempera
