// SPDX-License-Identifier: MIT
// What is kept of a run for those who watch it: pictures of its particles, those of the moment and those kept
// where a level of the path's thumbnails ended, the overlap of its levels and the traces of its chains.
#pragma once

#include "core/thread.hpp"
#include "diagnostics/grid.hpp"
#include "run/experiment/experiment.hpp"
#include "run/record/point_set.hpp"
#include "run/record/snapshot.hpp"
#include "run/work/run_overlap.hpp"
#include "run/work/run_traces.hpp"

namespace tempera {

template <class Real>
class RunSights {
public:
    explicit RunSights(const DensityPath<Real>& path);

    const ViewPlane& plane() const { return plane_; }
    std::shared_ptr<const SpriteSet> sprites(const Population<Real>& population) const;
    /// Some of them with their observables. Of a run that goes on, principal axes are those found last, where
    /// finding them anew would take more than a fiftieth of its time.
    std::shared_ptr<const PointSet> points(const Population<Real>& population, Measured measured);
    std::shared_ptr<const Grid> density(const Population<Real>& population) const;
    /// Remembers the particles where a level that stands for the path ends, and follows levels and chains.
    /// After every step.
    void keep(const AnnealedSampler<Real>& sampler);
    /// What was kept; at rest, traces are those of the moment.
    void fill(Snapshot& s, const AnnealedSampler<Real>& sampler, const Json& preset, bool at_rest);
    std::shared_ptr<const LevelOverlap> overlap(const AnnealedSampler<Real>& sampler) {
        return overlap_.latest(sampler);
    }
    void archive(StateArchive& archive);

private:
    std::shared_ptr<PointSet> unplaced(const Population<Real>& population, Measured measured) const;
    void place_kept(PointSet& points);
    void find_axes(const PointSet& points);

    const DensityPath<Real>* path_;
    ViewPlane plane_;
    std::vector<int> levels_;  ///< that are kept
    std::vector<LevelSight> kept_;
    RunOverlap<Real> overlap_;
    RunTraces<Real> traces_;
    PrincipalAxes kept_axes_;  ///< of the last sight that is kept
    PrincipalAxes axes_;       ///< found last
    Stopwatch since_axes_;
    double axes_seconds_ = 0;  ///< that finding them took
};

}  // namespace tempera
