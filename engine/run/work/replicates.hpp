// SPDX-License-Identifier: MIT
// All replicates of an experiment and their common result.
#pragma once

#include "run/work/replicate_run.hpp"

namespace tempera {

/// Outcome of a set of replicates; those that were not begun before a stop or failure are left out.
struct ReplicateSet {
    ReplicateResult first;        ///< with arrays, when replicate 0 is among them
    std::vector<Json> summaries;  ///< in the order of the replicates
    double sampling_seconds = 0;
    std::string error;  ///< text of a numerical failure
};

/// Runs replicates begin .. end-1: side by side when each is small, otherwise one after the other.
template <class Real>
ReplicateSet run_replicates(const Experiment<Real>& experiment, int begin, int end,
                            const RunCallbacks& callbacks);

/// The result of a run from its replicates; `total_seconds` of wall time. Fills the figures.
template <class Real>
RunResult assemble_result(const Experiment<Real>& experiment, ReplicateSet set, double total_seconds);

/// Sliced W2 costs about as much as a small run; it is left out of replicates beyond this many.
inline constexpr int replicates_with_distance = 64;

}  // namespace tempera
