// SPDX-License-Identifier: MIT
// What a view may read of a run: immutable once published.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/settings.hpp"
#include "core/tally.hpp"
#include "diagnostics/grid.hpp"
#include "diagnostics/weights.hpp"
#include "run/record/health.hpp"
#include "run/record/work_view.hpp"
#include "samplers/annealed_sampler.hpp"
#include "targets/target.hpp"

namespace tempera {

/// Mode weights at one level. Empty vectors where unknown.
struct ModeRow {
    int level = 0;
    std::vector<double> exact, sampled, weighted, learned;
    std::vector<double> sampled_interval, weighted_interval;  ///< 95 % half-widths
};

/// Subset of particles for sprites, stratified by a hash of the particle's index.
struct SpriteSet {
    std::vector<double> x, y;   ///< view plane, target coordinates: floats would be stairs far from zero
    std::vector<float> weight;  ///< normalised so that the mean is 1
    std::vector<int> mode, particle, root;
    long total = 0;  ///< particles in all
};

/// Some particles as they are, with the target's observables of each.
struct PointSet {
    int dim = 0;
    std::vector<double> x;                         ///< [n, dim] row-major, target coordinates
    std::vector<float> weight;                     ///< [n], mean 1
    std::vector<int> particle;                     ///< [n]
    std::vector<std::vector<double>> observables;  ///< [n_observables][n]
    /// Of more than two dimensions: places along the two principal axes of all [2][n].
    std::array<std::vector<double>, 2> principal;
    /// Of systems of particles [n, n_particles] row-major: norms of the forces on the particles and, where
    /// the target tells them, their energies.
    std::vector<float> force, energy;
    /// Of systems of particles: distances of the pairs of some of them, and the weights of these.
    std::vector<double> distance, distance_weight;
};

/// Particles as they left a level.
struct LevelSight {
    int level = 0;
    std::shared_ptr<const SpriteSet> sprites;
    std::shared_ptr<const Grid> density;  ///< binned (weighted)
    std::shared_ptr<const PointSet> points;
};

struct ChainTraces;
struct LevelOverlap;

struct Snapshot final : WorkView {
    std::shared_ptr<WorkView> copy() const override { return std::make_shared<Snapshot>(*this); }

    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    // Progress
    long progress = 0, progress_end = 0;
    int level = 0, n_levels = 0, dim = 0;
    double fraction = 0, seconds = 0, eta_seconds = -1;  ///< eta < 0: unknown
    double evaluations_per_second = 0;
    long n_particles = 0;
    bool exchange = false;
    // Levels done so far; series by level are in `record`
    std::shared_ptr<const std::vector<LevelPosition>> positions;  ///< [n_levels + 1]
    std::shared_ptr<const std::vector<ModeRow>> modes;  ///< one row per level done, in order of doing
    std::vector<std::string> mode_names;
    std::vector<double> true_mode_weights;
    // Current population
    std::shared_ptr<const SpriteSet> sprites;
    std::shared_ptr<const Grid> density;  ///< binned particles (weighted)
    ViewPlane plane;
    std::shared_ptr<const PointSet> points;
    std::shared_ptr<const PointSet> reference;  ///< some of run.reference; null for none
    std::vector<Observable> observables;        ///< what the rows of points->observables are
    int lattice = 0;                            ///< side of a square lattice whose sites are the coordinates
    std::optional<ParticleLayout> particles;    ///< where the coordinates are places of identical particles
    /// AIS and SMC: the levels of the path's thumbnails, as far as they are done. Kept by the run itself, so
    /// that the same run shows the same pictures however often it was looked at.
    std::shared_ptr<const std::vector<LevelSight>> sights;
    std::shared_ptr<const ChainTraces> traces;    ///< of runs of chains; null for others
    std::shared_ptr<const LevelOverlap> overlap;  ///< null where it is not known
    // Weights
    std::shared_ptr<const Histogram> weight_histogram;
    std::shared_ptr<const Lorenz> lorenz;
    double ess_fraction = unknown, log_z = unknown, log_z_stderr = unknown, pareto_k = unknown,
           acceptance = unknown, log_weight_variance = unknown;
    std::string log_z_stderr_missing;  ///< why there is no standard error of log Z; empty where there is one
    std::optional<double> log_z_true;
    long unique_roots = 0;
    int n_resamplings = 0;
    std::shared_ptr<const ExchangeStats> exchange_stats;
    Tally tally;
    std::vector<HealthFinding> findings;
    std::vector<RunWarning> warnings;  ///< those of the findings; of a stored run, as they were stored
    double memory_bytes = 0;
};

}  // namespace tempera
