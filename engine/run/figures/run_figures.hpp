// SPDX-License-Identifier: MIT
// Every figure of a run, once. The rules of this room:
// - A builder is a pure function from what was seen of a run (a Snapshot, which a run in progress publishes
//   and snapshot_of() makes of a stored one), of its path or of its model to a PlotSpec. Panels, reports,
//   exported files and comparisons all draw what it returns, so it must read well in a small panel and on a
//   page.
// - A figure without layers does not apply (yet) and says why in `empty`; reports leave it out.
// - Its id is its file's name: scripts know it, so it stays.
// - A new one of every run is a line in run_figures() as well.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "figures/plot_spec.hpp"
#include "run/background/learned_maps.hpp"
#include "run/background/path_maps.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

struct RunResult;

/// ESS and conditional ESS by level, resamplings, the threshold.
PlotSpec ess_figure(const Snapshot& s);
/// Estimate of log Z as it adds up over the levels.
PlotSpec log_z_figure(const Snapshot& s);

/// Masses that the learned log densities imply, by level: from the maps of the model where they are of the
/// snapshot's path, otherwise from the run's rows. Empty where unknown.
std::vector<std::vector<double>> learned_weights(const Snapshot& s, const LearnedMaps* learned);
/// Stacked strips of mode weights by level: exact, sampled, weighted and, on learned paths, implied by the
/// learned log density, with the total variation of the latter.
PlotSpec occupancy_figure(const Snapshot& s, const PathMaps* maps = nullptr,
                          const LearnedMaps* learned = nullptr);
/// Mass of one mode (from 0) by level.
PlotSpec mode_mass_figure(const Snapshot& s, int mode, const PathMaps* maps = nullptr,
                          const LearnedMaps* learned = nullptr);
/// Mode weights at one level; `row` null where nothing is known of it.
PlotSpec mode_weights_figure(const Snapshot& s, const ModeRow* row, int level);

PlotSpec weight_histogram_figure(const Snapshot& s);
PlotSpec lorenz_figure(const Snapshot& s);

/// Swap acceptance by pair of levels and the barrier's rise (replica exchange).
PlotSpec swap_figure(const Snapshot& s);
PlotSpec barrier_figure(const Snapshot& s);
/// A few replicas' way through the levels over the last scans (replica exchange).
PlotSpec index_figure(const Snapshot& s);

/// What particles are drawn over: the plane of the target, in which exact densities are known, the principal
/// axes of the points, or two observables.
enum class Projection { plane, principal_axes, observables };
/// What colours say of a particle.
enum class ParticleColour { mode, weight };

/// What of a level is drawn, and how.
struct ParticleView {
    int level = 0;
    std::shared_ptr<const Grid> density;  ///< behind the plane; null: none
    std::string over;                     ///< what the density is of: "the target density"; empty: not told
    std::shared_ptr<const SpriteSet> sprites;
    std::shared_ptr<const PointSet> points;  ///< for what is not the plane
    Projection projection = Projection::plane;
    std::array<std::size_t, 2> observables{0, 1};  ///< across and up
    bool own_density = true;                       ///< behind what is not the plane: that of the points
    bool particles = true;                         ///< drawn; else the density alone
    ParticleColour colour = ParticleColour::mode;
    int picked = -1;        ///< a particle with a ring around it; < 0: none
    bool named = false;     ///< a layer per mode for a legend; else one in the order of the particles
    std::size_t most = 0;   ///< particles, evenly thinned; 0: all
    Box box{-1, 1, -1, 1};  ///< what of the plane is shown
    std::array<std::string, 2> axes;  ///< of the plane: what is drawn across and up; empty where it is plain
};
/// Particles over a density; the points of its layers know by their `id` which particle they are.
PlotSpec particles_figure(const Snapshot& s, const ParticleView& view);
/// What was sampled, at the end of a run over the target's density, which is evaluated here.
ParticleView samples_view(const Snapshot& s);
/// What an axis of the view's plane is of the target's coordinates, "x1" or "0.71 x1 - 0.71 x3"; empty in two
/// dimensions, where it is plain.
std::string axis_name(const ViewPlane& plane, int axis);
/// One thumbnail of the path as a figure of its own.
PlotSpec density_figure(const PathMaps& maps, int level);

/// A figure that every run may have.
struct RunFigure {
    const char* id;
    PlotSpec (*build)(const Snapshot& s);
};
/// In the order of reports.
const std::vector<RunFigure>& run_figures();
/// What texts call a series: the title of the summary's key of that name ("log Z"), or else its name in
/// words.
std::string series_title(const std::string& name);
/// A series of any record, with its standard errors and its exact value; `preset` (may be null) and n_levels
/// are those of the work that told it.
PlotSpec series_figure(const Series& series, const Json* preset, int n_levels);
/// Series beyond those of every run, which have figures of their own or stand in tables only: what
/// diagnostics told by name.
std::vector<const Series*> further_series(const Record& record);
/// Those that apply, then the series that none of them draws: what diagnostics told by name.
std::vector<PlotSpec> figures_of(const Snapshot& s);
/// Of a result's first replicate.
std::vector<PlotSpec> result_figures(const RunResult& result);

}  // namespace tempera
