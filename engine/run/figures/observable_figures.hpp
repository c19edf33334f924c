// SPDX-License-Identifier: MIT
// What a target's observables look like over the particles, and the particles of a system themselves.
#pragma once

#include <array>

#include "figures/plot_spec.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

/// Histogram of observable k of the snapshot's points, weighted, with its mean and the exact one.
PlotSpec observable_figure(const Snapshot& s, std::size_t k);
/// The first observable.
PlotSpec energy_figure(const Snapshot& s);
/// Density of the distances of all pairs of particles.
PlotSpec distances_figure(const Snapshot& s);
/// -log of the joint density of observables a (across) and b (up) in kT above its least, with a contour every
/// kT; cells without a particle are left out.
PlotSpec free_energy_figure(const Snapshot& s, std::size_t a, std::size_t b);
/// Of the first two observables.
PlotSpec free_energy_figure_of(const Snapshot& s);

/// From where a system of particles is seen.
struct Camera {
    double yaw = 0.5, pitch = 0.35;  ///< radians
    double zoom = 1;
};
/// The system that is row `which` of the snapshot's points: balls from behind to the front and bonds between
/// neighbours, from where the camera stands; spins on a lattice as a picture.
PlotSpec configuration_figure(const Snapshot& s, std::size_t which, const Camera& camera);
/// The system of the heaviest particle.
PlotSpec configuration_figure_of(const Snapshot& s);

}  // namespace tempera
