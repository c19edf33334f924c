// SPDX-License-Identifier: MIT
// One replicate of an experiment: a sampler with what is recorded beside it. Command line and window advance
// the same object, move by move, so that their numbers are the same.
#pragma once

#include "core/state_archive.hpp"
#include "run/diagnostics/diagnostic.hpp"
#include "run/experiment/experiment.hpp"
#include "run/record/health.hpp"
#include "run/record/mode_counts.hpp"
#include "run/record/result.hpp"
#include "run/work/mode_record.hpp"

namespace tempera {

template <class Real>
class ReplicateRun {
public:
    /// `record`: keep mode weights by level and diagnostics (replicate 0 and the window).
    ReplicateRun(const Experiment<Real>& experiment, int replicate, bool record);

    void start();
    MoveKind advance();
    bool finished() const { return sampler_->finished(); }
    /// The last advance() ended a level or a scan.
    bool at_boundary() const { return sampler_->at_boundary(); }
    /// The result so far; arrays (samples, genealogy, levels) and the floors of metrics only when wanted, as
    /// distances, to the exact mixture and to the reference. `status`: finished, partial or failed.
    ReplicateResult result(const std::string& status, bool with_arrays, bool with_distance) const;

    AnnealedSampler<Real>& sampler() { return *sampler_; }
    const AnnealedSampler<Real>& sampler() const { return *sampler_; }
    /// Mode weights of the levels recorded so far; replica exchange: occupancy of every level.
    std::vector<ModeRow> mode_rows() const {
        return sampler_->exchange_stats() ? exchange_rows() : modes_.rows();
    }
    /// Series and estimates so far; log Z with the error that `judged` leaves it.
    Record record(const HealthNumbers& judged) const;
    double sampling_seconds() const { return sampling_seconds_; }
    /// All but the annealed weights' numbers (n, ESS, Pareto k, roots), which cost a pass over the particles,
    /// from mode_rows(); the truth is that of the target, so it counts only once sampling_done is set.
    HealthNumbers health(const std::vector<ModeRow>& rows) const;
    /// Saves or restores everything between two moves.
    void archive(StateArchive& archive);

private:
    const Experiment<Real>* experiment_;
    std::shared_ptr<AnnealedSampler<Real>> sampler_;
    std::uint32_t replicate_;
    bool recorded_;
    int every_level_;
    ModeRecord<Real> modes_;
    Diagnostics<Real> diagnostics_;
    double sampling_seconds_ = 0;

    /// The particles that a result speaks of: those of the current level, or what chains collected of level
    /// 0.
    struct Sample {
        int level = 0;
        bool of_target = false;  ///< they are the target's
        long n = 0;
        std::vector<double> x;           ///< [n, dim] path coordinates
        std::vector<double> log_weight;  ///< [n]
        ModeCounts counts;
        std::vector<int> mode;  ///< [n] where wanted and known
        const std::vector<int>* root = nullptr;
    };

    bool chains() const { return sampler_->n_chains() > 0; }
    void look();
    std::vector<ModeRow> exchange_rows() const;
    Sample sample(bool with_modes) const;
    void summarise_weights(Json& summary, HealthNumbers& health, const Sample& sample) const;
    void summarise_modes(Json& summary, const Sample& sample) const;
    std::vector<double> errors_of_modes(const Sample& sample) const;
    double independent_draws(const Sample& sample) const;
    void summarise_work(Json& summary) const;
    void summarise_points(Json& summary, const Sample& sample, const std::vector<double>& x, bool compared,
                          bool with_floors) const;
    void add_arrays(ReplicateResult& out, Sample sample, std::vector<double> x, Record record) const;
};

}  // namespace tempera
