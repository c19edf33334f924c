// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "diagnostics/principal_axes.hpp"
#include "run/preset/preset_reference.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

/// What a snapshot tells of the run's target, however the run went.
template <class Real>
void describe_target(Snapshot& s, const Target<Real>& target);

/// How much may be found out of points: what every view tells, or what takes some time too.
enum class Measured { in_passing, in_full };

/// Fills in what follows from points->x and the weights: the observables, distances of particles, and the
/// forces on them and their energies, where `measured` says so or they are quickly found. A force is the norm
/// of the score of a particle's coordinates: in kT per length, whatever the target's temperature.
template <class Real>
void measure(PointSet& points, const Target<Real>& target, Measured measured = Measured::in_full);

/// Fills in the places along principal axes.
void place_along(PointSet& points, const PrincipalAxes& axes);

/// Where a particle stands among those that are kept, whose numbers ascend; none: it is not among them.
std::optional<std::size_t> row_of(const std::vector<int>& kept, int particle);

/// Some of the points x [n, dim] of a target (its coordinates), evenly spread and at most point_limit,
/// measured in full.
template <class Real>
std::shared_ptr<const PointSet> point_set(const Target<Real>& target, std::span<const double> x,
                                          std::span<const double> log_weight);
/// Of a reference; null for none.
template <class Real>
std::shared_ptr<const PointSet> point_set(const Target<Real>& target, const ReferencePoints* reference);

}  // namespace tempera
