// SPDX-License-Identifier: MIT
// How far the samples of a run are from points of the target that are taken for right (docs/theory.md).
#pragma once

#include "run/diagnostics/observable_statistics.hpp"
#include "run/preset/preset_reference.hpp"

namespace tempera {

/// "metrics" of the summary: distances of points, with `observed` [n_observables][n] of them, to a reference;
/// beside each its standard error, and with `with_floors` what two halves of the reference give. Draws come
/// from streams of `key` (seed and replicate), so that the same run has the same numbers.
template <class Real>
Json metrics_summary(const Target<Real>& target, const ReferencePoints& reference,
                     const WeightedPoints& points, const std::vector<std::vector<double>>& observed,
                     const StreamKey& key, bool with_floors);

}  // namespace tempera
