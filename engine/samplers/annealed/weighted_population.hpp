// SPDX-License-Identifier: MIT
// What annealed importance sampling and sequential Monte Carlo share: one weighted population that goes down
// the levels from n_levels to 0 by transitions, each followed by the moves of its level.
#pragma once

#include <string>
#include <vector>

#include "samplers/annealed/genealogy.hpp"
#include "samplers/annealed/weight_sum.hpp"
#include "samplers/annealed_sampler.hpp"
#include "samplers/level_stats.hpp"

namespace tempera {

template <class Real>
class WeightedPopulation : public AnnealedSampler<Real> {
public:
    /// Throws ConfigError where moves or resampling need level densities that the path does not have.
    WeightedPopulation(const SamplerContext<Real>& context, int n_particles);

    void start() override;
    bool finished() const override { return level_ == 0 && steps_left_ == 0; }
    MoveKind advance() override;
    bool at_boundary() const override { return steps_left_ == 0; }
    long progress() const override { return n_levels() - level_ - (steps_left_ > 0 ? 1 : 0); }
    long progress_end() const override { return n_levels(); }
    int current_level() const override { return level_; }
    Population<Real> population(int level) const override;
    const std::vector<LevelStats>& level_stats() const override { return stats_; }
    void report(Record& record) const override { report_levels(record, stats_); }
    double log_z() const override;
    const Tally& tally() const override { return tally_; }
    int n_resamplings() const override { return n_resamplings_; }
    const std::vector<std::vector<int>>* genealogy() const override {
        return record_genealogy_ ? &genealogy_.ancestors() : nullptr;
    }
    std::vector<int> genealogy_levels() const override { return genealogy_.levels(); }
    void replace_kernel(std::shared_ptr<const TransitionKernel<Real>> kernel) override;
    void replace_move(std::shared_ptr<const Move<Real>> move) override;
    void archive(StateArchive& archive) override;

    /// The parts of advance(), for pilots. `transition` goes to the next level and says whether it resampled;
    /// `explore` makes one MCMC step for every particle at the current level and returns the mean acceptance.
    bool transition();
    double explore(double factor);

protected:
    /// Ancestors [n] when the population is to be resampled now, else empty. `sum` is that of the current
    /// weights.
    virtual std::vector<int> ancestors(const WeightSum& sum, const StreamKey& key) {
        (void)sum, (void)key;
        return {};
    }

    /// The standard error of log Z from the relative variance of the estimate of Z, as error_of_log().
    StandardError error_of_log_z(double relative_variance) const;

    int size() const { return x_.size(); }
    int n_levels() const { return path_->n_levels(); }
    const PerParticle<double>& log_weight() const { return log_weight_; }
    const WeightSum& weight_sum() const { return sum_; }
    const std::vector<int>& root() const { return root_; }
    const DensityPath<Real>& path() const { return *path_; }

private:
    struct Part;  // what one block contributes to a transition

    Part transition_block(int k, int b);
    int add_increments(int b, Part& out, double* increment, const Real* log_density, const double* log_ratio,
                       const unsigned char* failed);
    void keep_dropped(int b, const double* increment, Block<Real> y, Real* log_density, bool with_score);
    void resample(const std::vector<int>& from);
    void evaluate_state();
    bool score_wanted(int level) const;
    bool kernel_takes_score() const;
    void check_move() const;
    double move_factor(int level) const;

    std::shared_ptr<const DensityPath<Real>> path_;
    std::shared_ptr<const TransitionKernel<Real>> kernel_;
    std::shared_ptr<const Move<Real>> move_;
    StreamKey key_;
    std::vector<double> move_factor_;
    bool record_genealogy_;

    Particles<Real> x_, score_, spare_;
    PerParticle<Real>
        log_density_;  // of density(level_) at x_; of the reference at its start while only ends have one
    PerParticle<double> log_weight_;  // since the last resampling
    std::vector<int> root_;
    bool score_ready_ = false;  // score_ belongs to density(level_) at x_
    WeightSum sum_;
    double log_z_resampled_ = 0;

    int level_ = 0, steps_left_ = 0, step_ = 0, n_resamplings_ = 0, unique_roots_ = 0;
    double acceptance_ = 0;  // sum over the level's steps so far
    std::vector<LevelStats> stats_;
    Genealogy genealogy_;
    Tally tally_;
};

}  // namespace tempera
