// SPDX-License-Identifier: MIT
// summary.json: its keys, warnings and means over replicates.
#pragma once

#include "run/learned_evidence.hpp"
#include "run/result.hpp"

namespace tempera {

/// A number, or null when it is not finite.
Json number_or_null(double value);
/// A value of a summary in a table: four digits, "-" for null.
std::string value_text(const Json& value);

/// Numbers that every summary and snapshot is judged by.
struct HealthNumbers {
    bool exchange = false;
    double n = 0, ess_fraction = 0, pareto_k = 0, unique_fraction = 1, tail_share = 0;
    bool learned = false, edited = false, several_modes = false, chain_moves = true;
    Tally tally;
    double measured_trips = 0, predicted_trips = 0, min_swap_acceptance = 1;
    bool after_burn_in = false, sampling_done = false;
    /// Against the truth where it is known (NaN and empty otherwise).
    double log_z_error = std::numeric_limits<double>::quiet_NaN();
    double log_z_stderr = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> modes_found, modes_exact, modes_interval;
};
std::vector<RunWarning> health_warnings(const HealthNumbers& numbers);
Json warnings_json(const std::vector<RunWarning>& warnings);

/// Keys that describe the run rather than its outcome, from the resolved preset.
Json summary_head(const Json& preset, const std::string& status, int dim, int n_levels);
Json exchange_summary(const ExchangeStats& stats, const std::vector<double>& true_weights,
                      const std::vector<double>& sampled);

/// Top level for several replicates: means over the replicates and *_sd beside them, `replicates` last.
Json combine_summaries(const std::vector<Json>& replicates);

}  // namespace tempera
