// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/settings.hpp"

namespace tempera {

/// Settings of a resolved preset that are right but do nothing beside others: what a person should know, and
/// no problem.
std::vector<Problem> preset_notes(const Json& resolved);

}  // namespace tempera
