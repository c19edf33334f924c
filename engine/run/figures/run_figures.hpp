// SPDX-License-Identifier: MIT
// Pure builders from what was seen of a run to plots. Everything that a panel draws with axes is made here,
// and so are the files that its menu writes.
#pragma once

#include "figures/plot_spec.hpp"
#include "run/background/learned_maps.hpp"
#include "run/background/path_maps.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

/// ESS and conditional ESS by level, resamplings, the threshold.
PlotSpec ess_plot(const Snapshot& s);
/// Masses that the learned log densities imply, by level: from the maps of the model where they are of the
/// snapshot's path, otherwise from the run's rows. Empty where unknown.
std::vector<std::vector<double>> learned_weights(const Snapshot& s, const LearnedMaps* learned);
/// Stacked strips of mode weights by level: exact, sampled, weighted and, on learned paths, implied by the
/// learned log density, with the total variation of the latter.
PlotSpec occupancy_plot(const Snapshot& s, const PathMaps* maps, const LearnedMaps* learned = nullptr);
/// Mass of one mode by level.
PlotSpec mode_mass_plot(const Snapshot& s, const PathMaps* maps, int mode,
                        const LearnedMaps* learned = nullptr);
/// Mode weights at one level, one group of bars per mode.
PlotSpec mode_weights_plot(const Snapshot& s, const ModeRow* row, int level);
/// Swap rejection by pair and the barrier's rise (replica exchange).
PlotSpec swap_plot(const Snapshot& s);
PlotSpec barrier_plot(const Snapshot& s);
/// Replicas' way through the levels over the last scans (replica exchange).
PlotSpec index_plot(const Snapshot& s);
PlotSpec weight_histogram_plot(const Snapshot& s);
PlotSpec lorenz_plot(const Snapshot& s);
/// Density of a level (or of the particles) with particles on top.
struct ParticleView {
    int level = 0;
    std::shared_ptr<const Grid> density;
    std::shared_ptr<const SpriteSet> sprites;
    bool by_mode = true;  ///< colours: modes or one
    Box box{-1, 1, -1, 1};
    std::array<std::string, 2> axes;  ///< what is drawn across and up; empty where it is plain
};
PlotSpec particles_plot(const Snapshot& s, const ParticleView& view);
/// What an axis of the view's plane is of the target's coordinates, "x1" or "0.71 x1 - 0.71 x3"; empty in two
/// dimensions, where it is plain.
std::string axis_name(const ViewPlane& plane, int axis);
/// One thumbnail of the path as a figure of its own.
PlotSpec density_plot(const PathMaps& maps, int level);
/// Name of a mode for texts: the target's own or "mode 3".
std::string mode_name(const std::vector<std::string>& names, int mode);

}  // namespace tempera
