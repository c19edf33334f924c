// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "core/block.hpp"
#include "run/record/level_overlap.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

class StateArchive;

/// What of a run's levels is kept for their overlap: of up to 24 levels, some points with their log densities
/// at each of these levels. AIS and SMC: points of a level where it ends. Replica exchange: the ensembles at
/// every level after scans past the burn-in, of every stride-th; the stride doubles, and every second scan
/// goes, when there are as many points as a level keeps. Nothing of it changes the run, and its evaluations
/// are not counted as the run's.
template <class Real>
class RunOverlap {
public:
    explicit RunOverlap(const DensityPath<Real>& path);

    /// After every step.
    void keep(const AnnealedSampler<Real>& sampler);
    /// Of the points so far; null before the first.
    std::shared_ptr<const LevelOverlap> latest(const AnnealedSampler<Real>& sampler);
    void archive(StateArchive& archive);

private:
    void keep_level(const AnnealedSampler<Real>& sampler);
    void keep_scan(const AnnealedSampler<Real>& sampler, long scan);
    bool thin(long scan, std::size_t row);
    void add(std::size_t source, const Population<Real>& population, const std::vector<int>& drawn);

    const DensityPath<Real>* path_;
    std::vector<int> levels_;
    std::vector<LevelPoints> points_;  ///< by levels_
    long stride_ = 1;
    std::shared_ptr<const LevelOverlap> latest_;  ///< null where points were added since
};

}  // namespace tempera
