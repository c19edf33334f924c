// SPDX-License-Identifier: MIT
// Mode weights by level, as a weighted population goes down the path.
#pragma once

#include <vector>

#include "core/state_archive.hpp"
#include "run/experiment/experiment.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

template <class Real>
class ModeRecord {
public:
    /// `experiment` outlives it.
    explicit ModeRecord(const Experiment<Real>& experiment) : experiment_(&experiment) {}

    /// Adds a row for the sampler's current level, once.
    void look(const AnnealedSampler<Real>& sampler);
    const std::vector<ModeRow>& rows() const { return rows_; }
    void archive(StateArchive& archive);

private:
    const Experiment<Real>* experiment_;
    std::vector<ModeRow> rows_;
};

}  // namespace tempera
