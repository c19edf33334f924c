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
    bool exchange = false, learned = false;
    bool sampling_done = false;  ///< the particles are those of the target
    /// Noise levels that a learned path uses, and those that its network was trained on; 0: not known.
    double used_noise_min = 0, used_noise_max = 0, trained_noise_min = 0, trained_noise_max = 0;
    // Annealed weights
    double n = 0, ess_fraction = 1, pareto_k = 0, unique_fraction = 1;
    Tally tally;
    // Replica exchange
    bool after_burn_in = false;
    double measured_trips = 0, predicted_trips = 0;  ///< round trips per scan
    double min_swap_acceptance = 1;
    // Against the truth where it is known (NaN and empty otherwise)
    double log_z_error = std::numeric_limits<double>::quiet_NaN();
    double log_z_stderr = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> modes_found, modes_exact, modes_interval;
};

/// One warning a rule that is broken, in the order of the rules.
std::vector<RunWarning> health_warnings(const HealthNumbers& numbers);
/// Of a run whose settings were changed on its way.
RunWarning edited_warning();
/// [{"id", "text"}], the remedy at the end of the text.
Json warnings_json(const std::vector<RunWarning>& warnings);

}  // namespace tempera
