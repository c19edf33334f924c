// SPDX-License-Identifier: MIT
// What a target's observables look like over the particles, and the particles of a system themselves.
#pragma once

#include <array>

#include "figures/plot_spec.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

/// Histogram of observable k of the snapshot's points, weighted, with its mean and the exact one; the density
/// on a logarithmic axis where that is asked for. The value of a `picked` particle has a line.
PlotSpec observable_figure(const Snapshot& s, std::size_t k, bool log_density = false, int picked = -1);
/// The first observable.
PlotSpec energy_figure(const Snapshot& s);
/// What distances of pairs are a density of: of the distance, or of the place of one particle as another one
/// sees it, g(r), which is the former over the area of the shell of radius r.
enum class PairDensity { of_distance, radial };
/// Of the distances of all pairs of particles.
PlotSpec distances_figure(const Snapshot& s, PairDensity density);
PlotSpec distances_figure_of(const Snapshot& s);
/// -log of the joint density of observables a (across) and b (up) in kT above its least, with a contour every
/// kT; cells without a particle near by are hatched. Observables with a period are shown over one, and go on
/// across its ends. A `picked` particle has a ring.
PlotSpec free_energy_figure(const Snapshot& s, std::size_t a, std::size_t b, int picked = -1);
/// Of the first two observables.
PlotSpec free_energy_figure_of(const Snapshot& s);

/// From where a system of particles is seen.
struct Camera {
    double yaw = 0.5, pitch = 0.35;  ///< radians
    double zoom = 1;
};
/// What the colours of particles stand for: which they are, the forces on them, their energies.
enum class BallColour { number, force, energy };

/// Which system is shown, and how.
struct SystemView {
    std::shared_ptr<const PointSet> points;
    int level = 0;
    int particle = -1;  ///< whose system; < 0: the first of the points
    Camera camera;
    BallColour colour = BallColour::number;
};
/// One system: balls from behind to the front and bonds between neighbours, from where the camera stands;
/// spins on a lattice as a picture. Forces and energies have one scale for all points of the view.
PlotSpec configuration_figure(const Snapshot& s, const SystemView& view);
/// The system of the heaviest particle.
PlotSpec configuration_figure_of(const Snapshot& s);

}  // namespace tempera
