// SPDX-License-Identifier: MIT
// The keys of summary.json for `tempera list` and `tempera describe`.
#pragma once

#include <string>
#include <vector>

#include "core/json.hpp"
#include "run/record/summary_keys.hpp"

namespace tempera::cli {

/// The keys that a name means: all for "summary", a group with what is in it, one key; none for other names.
std::vector<const SummaryKey*> summary_keys_of(const std::string& name);

/// As `tempera list summary` shows them.
void list_summary(bool json);
/// As `tempera describe` shows them: {"section": "summary", ..., "fields": [...]}, printed unless `json`.
Json describe_summary(const std::vector<const SummaryKey*>& keys, bool json);

}  // namespace tempera::cli
