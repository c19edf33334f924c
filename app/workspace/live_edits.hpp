// SPDX-License-Identifier: MIT
// Which edits of a preset reach a run in progress, and which wait for the next one.
#pragma once

#include <string>
#include <vector>

#include "run/preset/preset.hpp"
#include "run/record/work_view.hpp"

namespace tempera::app {

struct LiveEdits {
    Edits edits;                       ///< of the running preset: all that need no restart
    std::vector<std::string> pending;  ///< fields that wait for a restart
};

/// Both presets are resolved.
LiveEdits live_edits(const Json& running, const Json& edited);

}  // namespace tempera::app
