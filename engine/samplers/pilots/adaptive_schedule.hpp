// SPDX-License-Identifier: MIT
// Schedules found by pilot runs: equal_rejection and equal_cess (docs/theory.md).
#pragma once

#include <functional>
#include <memory>

#include "core/number.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

/// What a pilot needs to try a schedule.
template <class Real>
struct PilotProblem {
    std::function<std::shared_ptr<DensityPath<Real>>(const Schedule&)> make_path;
    std::function<std::shared_ptr<const TransitionKernel<Real>>(std::shared_ptr<const DensityPath<Real>>)>
        make_kernel;
    std::function<std::shared_ptr<const Move<Real>>(std::shared_ptr<const DensityPath<Real>>)> make_move;
    Json schedule;     ///< settings of the schedule
    int n_levels = 0;  ///< 0: find it (equal_cess with cess)
    int n_particles = 1024;
    bool rho = true;  ///< diffusion (rho) or tempering (beta)
    StreamKey key;
    std::function<void()> check_stop = [] {};  ///< called between steps; may throw to end the pilots
};

/// What the pilots have to say beside the schedule.
struct PilotReport {
    /// Of the particles that a schedule was found with: least effective number of independent ones over their
    /// number (equal_cess; NaN elsewhere). Below `collapsed` they were copies of each other.
    double independence = not_a_number;
    static constexpr double collapsed = 0.125;
};

/// Runs the pilots and returns the frozen schedule. Throws NumericalError when no schedule can be found.
template <class Real>
Schedule adapt_schedule(const PilotProblem<Real>& problem, PilotReport* report = nullptr);

}  // namespace tempera
