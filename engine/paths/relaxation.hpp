// SPDX-License-Identifier: MIT
#pragma once

#include "targets/density.hpp"

namespace tempera {

/// Moves points [n, dim] of a density uphill by steps whose length shrinks from 2 % of their distance from
/// the origin: far from typical points (particles on top of each other) the score tells a direction, and no
/// length. Points whose score is not finite or zero stay.
template <class Real>
void relax(const Density<Real>& density, Block<Real> points, Tally& tally);

}  // namespace tempera
