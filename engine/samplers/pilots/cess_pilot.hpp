// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "samplers/pilots/adaptive_schedule.hpp"

namespace tempera {

/// Inverse temperatures found by one pilot run (Zhou, Johansen, Aston, J. Comp. Graph. Stat. 25, 2016).
struct CessRun {
    std::vector<double> beta;  ///< ascending from 0
    /// Steps taken, the last one counted by how much of its allowance it used: sqrt((1 - cess) / (1 - asked
    /// for)). Infinite when the run was given up.
    double steps = 0;
    /// Least effective number of independent particles over their number, on the way; small where the moves
    /// do not take copies apart, which makes the weights look even and the steps too long.
    double independence = 1;
};

/// A pilot SMC on a tempering path that goes from beta = 0 to 1, each step as long as keeps the conditional
/// effective sample size at `cess`. Gives up after `most_levels`. Uses that a tempering path is linear in
/// beta.
template <class Real>
CessRun run_cess_pilot(const PilotProblem<Real>& problem, double cess, int most_levels);

}  // namespace tempera
