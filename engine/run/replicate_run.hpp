// SPDX-License-Identifier: MIT
// One replicate of an experiment: a sampler with what is recorded beside it. Command line and window advance
// the same object, move by move, so that their numbers are the same.
#pragma once

#include "run/experiment.hpp"
#include "run/result.hpp"

namespace tempera {

/// Sampled and weighted proportions of the modes of a population at a level; empty when the target knows no
/// modes.
struct ModeCounts {
    std::vector<double> sampled, weighted;
    long counted = 0;  ///< particles that were looked at
};
/// Counts at most `limit` particles (evenly spread over the population; 0 = all), in fixed chunks added in
/// order. `hard`, when given, gets the likeliest mode of each particle that was counted.
template <class Real>
ModeCounts count_modes(const DensityPath<Real>& path, const Population<Real>& population, long limit = 0,
                       std::vector<int>* hard = nullptr);

template <class Real>
class ReplicateRun {
public:
    /// `record`: keep mode weights by level (replicate 0 and the window).
    ReplicateRun(const Experiment<Real>& experiment, int replicate, bool record);

    void start();
    MoveKind advance();
    bool finished() const { return sampler_->finished(); }
    /// The result so far; arrays (samples, genealogy, levels) only when wanted. `status`: finished, partial
    /// or failed.
    ReplicateResult result(const std::string& status, bool with_arrays, bool with_distance) const;

    AnnealedSampler<Real>& sampler() { return *sampler_; }
    const AnnealedSampler<Real>& sampler() const { return *sampler_; }
    const std::vector<ModeRow>& modes() const { return modes_; }
    /// Replica exchange: occupancy of every level so far.
    std::vector<ModeRow> exchange_rows() const;
    double sampling_seconds() const { return sampling_seconds_; }

private:
    const Experiment<Real>* experiment_;
    std::shared_ptr<AnnealedSampler<Real>> sampler_;
    std::vector<ModeRow> modes_;
    bool record_;
    int every_level_;
    double sampling_seconds_ = 0;

    void record_level();
};

}  // namespace tempera
