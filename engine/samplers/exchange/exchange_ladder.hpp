// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "samplers/annealed_sampler.hpp"
#include "samplers/exchange/replica_labels.hpp"

namespace tempera {

/// The configurations of replica exchange: n_ensembles at every level with their log densities and scores,
/// and what moves them, within a level and between neighbours. Functions of a block touch one level (swap:
/// two) and may run at the same time for different blocks and levels (pairs).
template <class Real>
class ExchangeLadder {
public:
    ExchangeLadder(const SamplerContext<Real>& context, int n_ensembles, int moves_per_scan);

    int n_levels() const { return path_->n_levels(); }
    int n_ensembles() const { return levels_[0].x.size(); }
    int n_blocks() const { return levels_[0].x.n_blocks(); }
    const DensityPath<Real>& path() const { return *path_; }
    const Move<Real>& move() const { return *move_; }
    std::shared_ptr<const Move<Real>> shared_move() const { return move_; }
    const Particles<Real>& x(int level) const { return levels_[static_cast<std::size_t>(level)].x; }
    /// Of a configuration at its level.
    double log_density(int level, int ensemble) const {
        return static_cast<double>(levels_[static_cast<std::size_t>(level)].log_density[ensemble]);
    }
    /// Of the move's step at a level.
    double& factor(int level) { return levels_[static_cast<std::size_t>(level)].factor; }

    /// Draws and evaluates every level's start. Throws NumericalError where a log density is not finite.
    Tally draw(const std::string& initial);
    /// One move of a block at a level below the reference; `step` numbers the moves of the run. Returns the
    /// sum of acceptances.
    double move_block(int level, int b, long step, Tally& tally);
    /// Draws a block of the reference afresh.
    void refresh_block(int b, long scan, Tally& tally);
    /// Offers every ensemble of a block the generalised swap of levels k and k + 1; fills the works of the
    /// proposals down and up [block] (SwapStatistics says what they are) and swaps the labels of those who
    /// took it.
    Tally swap_block(int k, int b, long scan, double* down, double* up, ReplicaLabels& labels);

    /// Exchanges of what acts on the configurations, which are evaluated anew.
    Tally replace_kernel(std::shared_ptr<const TransitionKernel<Real>> kernel);
    Tally replace_move(std::shared_ptr<const Move<Real>> move, int moves_per_scan);

    void archive(StateArchive& archive);

private:
    struct Level {
        Particles<Real> x, score;
        PerParticle<Real> log_density;
        double factor = 1;
    };
    struct Proposals;  // what a swap would put in the place of a block's configurations

    bool score_wanted(int level) const;
    const Real* field_score(int level, int b) const;
    Tally evaluate(int level, int b);
    Tally evaluate_all();
    void propose(int k, int b, long scan, Proposals& to, double* down, double* up, Tally& tally);
    void accept(int k, int b, int lane, const Proposals& from);

    std::shared_ptr<const DensityPath<Real>> path_;
    std::shared_ptr<const TransitionKernel<Real>> kernel_;
    std::shared_ptr<const Move<Real>> move_;
    StreamKey key_;
    bool moves_ = false;  // there are moves within the levels
    std::vector<Level> levels_;
};

}  // namespace tempera
