// SPDX-License-Identifier: MIT
// Annealed samplers: how particles, kernels and moves are combined (docs/theory.md). A sampler advances in
// moves, the smallest units after which its state is valid; everything else (pausing, snapshots, diagnostics)
// happens between them.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "core/catalogue.hpp"
#include "core/record.hpp"
#include "kernels/transition_kernel.hpp"
#include "moves/move.hpp"
#include "paths/density_path.hpp"

namespace tempera {

class StateArchive;

/// What happened at a level (AIS, SMC: once per level, in the order n_levels .. 0; replica exchange: running
/// means).
struct LevelStats {
    int level = 0;
    double ess_fraction = std::numeric_limits<double>::quiet_NaN();
    double cess_fraction = std::numeric_limits<double>::quiet_NaN();
    double log_z_increment = std::numeric_limits<double>::quiet_NaN();
    bool resampled = false;
    double acceptance = std::numeric_limits<double>::quiet_NaN();      ///< of MCMC moves
    double swap_rejection = std::numeric_limits<double>::quiet_NaN();  ///< of the pair (level, level + 1)
    double seconds = 0;
    int unique_roots = 0;  ///< distinct surviving ancestors at n_levels (AIS, SMC)
};

/// What replica exchange adds.
struct ExchangeStats {
    std::vector<double> swap_rejection;  ///< [n_levels], mean of 1 - min(1, acceptance)
    long round_trips = 0;                ///< over all ensembles, since scan counted_from
    long counted_from = 0;               ///< 0 in the burn-in, then its end: what came before is dropped
    long trip_scans = 0;                 ///< scans x ensembles since scan counted_from
    long scans_counted = 0;              ///< scans x ensembles after burn-in
    double log_z_stepping_stone = std::numeric_limits<double>::quiet_NaN();
    double log_z_bar = std::numeric_limits<double>::quiet_NaN();
    StandardError log_z_bar_error = StandardError::unknown("nothing sampled yet");
    /// Pair (k, k + 1) whose works overlap least, when they overlap too little for an error; else -1.
    int pair_apart = -1;
    /// Index process of ensemble 0: labels [scan][level], the last 512 scans.
    std::vector<std::vector<int>> index_process;
    /// -log density of ensemble 0's point at each level by that level's own density, scans as index_process.
    std::vector<std::vector<double>> energy_process;
    long first_scan = 0;              ///< scan number of index_process[0]
    std::vector<double> up_fraction;  ///< [n_levels + 1], labels that last visited the reference
    /// Per level, running mean of the modes' responsibilities after burn-in [n_levels + 1][n_modes].
    std::vector<std::vector<double>> occupancy;

    double min_swap_acceptance() const;  ///< over the pairs that were offered swaps; NaN for none
    double communication_barrier() const;
    double predicted_round_trips_per_scan() const;  ///< 1 / (2 + 2 sum r / (1 - r))
    double round_trips_per_scan() const;            ///< per ensemble and scan
};

/// Particles that a view or a result may read between moves.
template <class Real>
struct Population {
    int level = 0;
    const Particles<Real>* x = nullptr;               ///< path coordinates
    const PerParticle<double>* log_weight = nullptr;  ///< null = equal weights (replica exchange)
    const std::vector<int>* root = nullptr;  ///< ancestor at n_levels of each particle; null for exchange
};

enum class MoveKind { transition, resample, mcmc, explore, swap, finished };

template <class Real>
class AnnealedSampler {
public:
    virtual ~AnnealedSampler() = default;
    /// Draws the start (reference or as set) and evaluates it.
    virtual void start() = 0;
    virtual bool finished() const = 0;
    /// One move for all particles (AIS, SMC: a transition with its reweighting and resampling, or one MCMC
    /// step; replica exchange: one exploration or one swap half-scan). Returns what was done.
    virtual MoveKind advance() = 0;
    /// True when the last advance() completed a level (AIS, SMC) or a scan.
    virtual bool at_boundary() const = 0;

    /// Levels done of n_levels, or scans done of n_scans.
    virtual long progress() const = 0;
    virtual long progress_end() const = 0;
    /// Level that views look at: the current one; for replica exchange 0 unless asked otherwise.
    virtual int current_level() const = 0;
    /// Population at a level: AIS, SMC only the current one is available (others return x = null).
    virtual Population<Real> population(int level) const = 0;

    virtual const std::vector<LevelStats>& level_stats() const = 0;
    virtual const ExchangeStats* exchange_stats() const { return nullptr; }
    /// Adds what is known so far: series over "level" and further estimates. log Z has functions of its own,
    /// because whoever judges the weights judges its error, too.
    virtual void report(Record& record) const = 0;
    /// log Z relative to the normalised reference, and the weights' log Z so far.
    virtual double log_z() const = 0;
    /// Of log_z(), from this one run (docs/theory.md, "Standard errors").
    virtual StandardError log_z_error() const = 0;
    double log_z_stderr() const { return log_z_error().value; }
    virtual const Tally& tally() const = 0;
    virtual int n_resamplings() const { return 0; }
    /// Genealogy, when recorded: ancestor of each particle at each resampling [event][n]; and the events'
    /// levels.
    virtual const std::vector<std::vector<int>>* genealogy() const { return nullptr; }
    virtual std::vector<int> genealogy_levels() const { return {}; }
    /// Chains at level 0 that know nothing of each other and whose points count alike (ensembles of replica
    /// exchange, chains of mcmc); 0: one population with weights.
    virtual int n_chains() const { return 0; }
    /// Where those chains were after burn-in: x [n, dim] row-major, path coordinates, rows of a point of each
    /// in the order of time.
    virtual const std::vector<double>* collected() const { return nullptr; }

    /// Hot and warm edits, applied between moves. Kernel and move are exchanged whole; settings of the
    /// sampler itself are re-read (cold ones must not differ).
    virtual void replace_kernel(std::shared_ptr<const TransitionKernel<Real>> kernel) = 0;
    virtual void replace_move(std::shared_ptr<const Move<Real>> move) = 0;
    virtual void update_settings(const Json& settings) = 0;

    /// Saves or restores the state between two moves (core/state_archive.hpp). A sampler made anew from the
    /// same preset goes on from it with the same bits; one that does not fit throws ConfigError.
    virtual void archive(StateArchive& archive) = 0;
};

template <class Real>
struct SamplerContext {
    std::shared_ptr<const DensityPath<Real>> path;
    std::shared_ptr<const TransitionKernel<Real>> kernel;
    std::shared_ptr<const Move<Real>> move;
    StreamKey key;  ///< seed and replicate
    bool record_genealogy = false;
    std::vector<double> move_factor;  ///< tuned step multipliers per level [n_levels + 1]; empty = ones
};

/// What a sampler is, as far as its settings tell.
struct SamplerInfo {
    bool exchanges = false;              ///< replicas of every level that swap
    bool chains = false;                 ///< points without weights in chains; else one weighted population
    bool needs_moves = false;            ///< nothing else takes its particles anywhere
    bool tunes_moves = false;            ///< in its burn-in; else a pilot does
    bool needs_level_densities = false;  ///< log densities between the ends
    double resamples_below = 0;          ///< fraction of the particles' number; 0: never
};

struct SamplerEntry : Entry<AnnealedSampler, SamplerContext> {
    std::function<SamplerInfo(const Json& settings)> info_of;  ///< settings may be incomplete
};
/// ais, smc, replica_exchange, mcmc.
const std::vector<SamplerEntry>& sampler_catalogue();
/// Of a preset's sampler section; nothing of an unknown type or of what is no section.
SamplerInfo sampler_info(const Json& section);

}  // namespace tempera
