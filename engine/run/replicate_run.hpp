// SPDX-License-Identifier: MIT
// One replicate of an experiment: a sampler with what is recorded beside it. Command line and window advance
// the same object, move by move, so that their numbers are the same.
#pragma once

#include "core/state_archive.hpp"
#include "run/experiment.hpp"
#include "run/result.hpp"

namespace tempera {

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
    /// Saves or restores everything between two moves.
    void archive(StateArchive& archive);

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
