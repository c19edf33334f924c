// SPDX-License-Identifier: MIT
// What can be wrong with a run, from its numbers alone: the warnings of summaries, reports and the window.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "core/settings.hpp"
#include "core/tally.hpp"

namespace tempera {

struct RunWarning {
    std::string id;  ///< weight_collapse, few_roots, heavy_tail, maps_failed, weights_not_verifiable, ...
    std::string text;
    std::string fix;  ///< what to try; empty where there is nothing to mend
};

/// Numbers that every summary and snapshot is judged by.
struct HealthNumbers {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    bool exchange = false, learned = false;
    bool sampling_done = false;  ///< the particles are those of the target
    /// Noise levels that a learned path uses, and those that its network was trained on; 0: not known.
    double used_noise_min = 0, used_noise_max = 0, trained_noise_min = 0, trained_noise_max = 0;
    // Annealed weights
    double n = 0, ess_fraction = 1, pareto_k = 0, unique_fraction = 1;
    Tally tally;
    double pilot_independence = 1;  ///< of the particles that found the schedule (PilotReport)
    // Moves, over the levels that made some
    int levels_moved = 0, levels_frozen = 0, levels_idle = 0;  ///< acceptance as good as 0, as 1
    // Replica exchange
    bool after_burn_in = false;
    double measured_trips = 0, predicted_trips = 0;  ///< round trips per scan
    double min_swap_acceptance = unknown;            ///< over the pairs that were offered swaps
    int pairs_not_offered = 0;
    int pair_apart = -1;  ///< k of two levels k, k + 1 that do not overlap
    // Against the truth where it is known (NaN and empty otherwise)
    double log_z_error = unknown, log_z_stderr = unknown;
    std::string log_z_stderr_missing;  ///< why there is no error
    std::vector<double> modes_found, modes_exact, modes_interval;
};

/// Adds a level's mean acceptance (NaN = no moves there).
void count_acceptance(HealthNumbers& numbers, double acceptance);

/// Sets the annealed weights' numbers. Where their tail has no mean (Pareto k of 1 and more) log Z has no
/// error that could be known.
void add_weights(HealthNumbers& numbers, double n, double ess_fraction, double pareto_k);
/// True when log Z lies within four standard errors of the exact value; within 0.1 where its error is not
/// known.
bool log_z_agrees(double error, double standard_error);
/// One warning a rule that is broken, in the order of the rules.
std::vector<RunWarning> health_warnings(const HealthNumbers& numbers);
/// Of a run whose settings were changed on its way.
RunWarning edited_warning();
/// [{"id", "text"}], the remedy at the end of the text.
Json warnings_json(const std::vector<RunWarning>& warnings);

}  // namespace tempera
