// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "run/preset/preset_reference.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

/// What a snapshot tells of the run's target, however the run went.
template <class Real>
void describe_target(Snapshot& s, const Target<Real>& target);

/// Fills in what follows from points->x and the weights: the observables, and distances of particles.
template <class Real>
void measure(PointSet& points, const Target<Real>& target);

/// Some of the points x [n, dim] of a target (its coordinates), evenly spread and at most point_limit, with
/// their observables.
template <class Real>
std::shared_ptr<const PointSet> point_set(const Target<Real>& target, std::span<const double> x,
                                          std::span<const double> log_weight);
/// Of a reference; null for none.
template <class Real>
std::shared_ptr<const PointSet> point_set(const Target<Real>& target, const ReferencePoints* reference);

}  // namespace tempera
