// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/thread.hpp"
#include "run/record/chain_traces.hpp"

namespace tempera {

/// The traces of a run of chains, which grow with what the sampler collects: only rows that are new are
/// observed. A run that goes on from a kept state observes anew what that holds.
template <class Real>
class RunTraces {
public:
    explicit RunTraces(const DensityPath<Real>& path) : path_(&path) {}

    /// Notices rows that the sampler has thinned out. After every step.
    void follow(const AnnealedSampler<Real>& sampler);
    /// What is known now; null where the sampler's particles have weights. Not at rest, they may be those of
    /// some steps ago: looking takes two hundredths of the run's time at most.
    std::shared_ptr<const ChainTraces> latest(const AnnealedSampler<Real>& sampler, const Json& preset,
                                              bool at_rest);

private:
    void observe_new(const AnnealedSampler<Real>& sampler, std::size_t rows);
    std::shared_ptr<const ChainTraces> made(const AnnealedSampler<Real>& sampler, const Json& preset) const;

    const DensityPath<Real>* path_;
    std::vector<std::vector<double>> values_;  ///< [n_observables][observed_ * n_chains]
    std::size_t observed_ = 0, rows_ = 0;      ///< rows with values, and those that were seen last
    std::shared_ptr<const ChainTraces> latest_;
    long progress_ = -1;  ///< of latest_
    Stopwatch since_;
    double spent_ = 0;
};

}  // namespace tempera
