// SPDX-License-Identifier: MIT
// The rules of health as `tempera list` and `tempera describe` tell them.
#pragma once

#include <string>

#include "run/record/health.hpp"

namespace tempera::cli {

void list_health(bool json);
/// Prints the rule of that name, also written "health.weight_collapse", and adds it to `out`; false when
/// there is none.
bool describe_rule(const std::string& name, bool json, Json& out);

}  // namespace tempera::cli
