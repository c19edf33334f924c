// SPDX-License-Identifier: MIT
// summary.json: its keys and means over replicates.
#pragma once

#include "run/record/result.hpp"

namespace tempera {

/// A value of a summary in a table: four digits, "-" for null.
std::string value_text(const Json& value);

/// Keys that describe the run rather than its outcome, from the resolved preset.
Json summary_head(const Json& preset, const std::string& status, int dim, int n_levels);
Json exchange_summary(const ExchangeStats& stats, const std::vector<double>& true_weights,
                      const std::vector<double>& sampled);

/// { NAME: { value, stderr, stderr_missing, exact, unit } }: null where it is not known.
Json estimates_summary(const std::vector<Estimate>& estimates);

/// Top level for several replicates: means over the replicates and *_sd beside them, `replicates` last.
Json combine_summaries(const std::vector<Json>& replicates);

}  // namespace tempera
