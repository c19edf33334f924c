// SPDX-License-Identifier: MIT
// summary.json: its keys and means over replicates.
#pragma once

#include "run/record/result.hpp"

namespace tempera {

/// A value of a summary in a table: four digits, "-" for null.
std::string value_text(const Json& value);

/// The number at a dotted key; NaN where there is none.
double summary_number(const Json& summary, const char* dotted);
/// The same as a whole number; 0 where there is none.
long summary_count(const Json& summary, const char* dotted);
/// What it warns of; a remedy may stand at the end of the text.
std::vector<RunWarning> stored_warnings(const Json& summary);

/// Keys that describe the run rather than its outcome, from the resolved preset.
Json summary_head(const Json& preset, const std::string& status, int dim, int n_levels);
Json exchange_summary(const ExchangeStats& stats, const std::vector<double>& true_weights,
                      const std::vector<double>& sampled);

/// { NAME: { value, stderr, stderr_missing, exact, unit } }: null where it is not known.
Json estimates_summary(const std::vector<Estimate>& estimates);

/// Top level for several replicates: means over the replicates and *_sd beside them, `replicates` last.
Json combine_summaries(const std::vector<Json>& replicates);

}  // namespace tempera
