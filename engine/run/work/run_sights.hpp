// SPDX-License-Identifier: MIT
// Pictures of a run's particles: those of the moment, and those kept where a level of the path's thumbnails
// ended.
#pragma once

#include "diagnostics/grid.hpp"
#include "run/experiment/experiment.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

template <class Real>
class RunSights {
public:
    explicit RunSights(const DensityPath<Real>& path);

    const ViewPlane& plane() const { return plane_; }
    std::shared_ptr<const SpriteSet> sprites(const Population<Real>& population) const;
    /// Some of them with their observables.
    std::shared_ptr<const PointSet> points(const Population<Real>& population) const;
    std::shared_ptr<const Grid> density(const Population<Real>& population) const;
    /// Remembers the particles where a level that stands for the path ends.
    void keep(const AnnealedSampler<Real>& sampler);
    const std::vector<LevelSight>& kept() const { return kept_; }
    void archive(StateArchive& archive);

private:
    const DensityPath<Real>* path_;
    ViewPlane plane_;
    std::vector<int> levels_;  ///< that are kept
    std::vector<LevelSight> kept_;
};

}  // namespace tempera
