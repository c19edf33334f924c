// SPDX-License-Identifier: MIT
// How far the samples of a run are from points of the target that are taken for right (docs/theory.md).
#pragma once

#include <memory>

#include "core/record.hpp"
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

/// A record with the numbers of such a summary as estimates by their keys: "metrics.energy_w1" with its
/// standard error, "metrics.floor.energy_w1", "metrics.n_of.energy_w1", "metrics.n_reference_of.energy_w1".
/// Without any the record itself.
std::shared_ptr<const Record> with_metrics(std::shared_ptr<const Record> record, const Json& metrics);

}  // namespace tempera
