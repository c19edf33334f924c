// SPDX-License-Identifier: MIT
// The rules by which runs and trainings are judged, as `tempera list` and `tempera describe` tell them.
#pragma once

#include <string>

#include "core/settings.hpp"

namespace tempera::cli {

/// Their family: the one that is no section of presets.
inline constexpr const char* health_family = "health";

/// A line of a list.
void print_entry(const std::string& name, const std::string& summary);
/// Prints every rule, or adds it to out["health"].
void list_health(bool json, Json& out);
/// Prints the rule of that name, also written "health.weight_collapse", and adds it to `out`; false when there
/// is none.
bool describe_rule(const std::string& name, bool json, Json& out);

}  // namespace tempera::cli
