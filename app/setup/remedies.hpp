// SPDX-License-Identifier: MIT
// One-click edits for a run's warnings.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/settings.hpp"

namespace tempera::app {

struct Workbench;

/// What a button does, said on it, as edits of the preset.
struct Remedy {
    std::string label;
    std::vector<std::pair<std::string, Json>> values;
};

/// At most two for a warning of this id, the more promising first: those that change something and leave the
/// preset without problems. `document` is the preset as written, `resolved` with all defaults.
std::vector<Remedy> remedies(const std::string& warning, const Json& document, const Json& resolved);

/// The buttons of a warning; a pressed one edits the preset in one undo step.
void draw_remedies(Workbench& bench, const std::string& warning);

}  // namespace tempera::app
