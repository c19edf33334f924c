// SPDX-License-Identifier: MIT
// Which edits of a preset reach a run in progress, and which wait for the next one.
#pragma once

#include <string>
#include <vector>

#include "run/preset/preset.hpp"

namespace tempera::app {

struct LiveEdits {
    Json wanted;                       ///< the running preset with every edit that needs no restart
    bool any = false;                  ///< it differs from the running one
    std::vector<std::string> pending;  ///< fields that wait for a restart
};

/// Both presets are resolved.
LiveEdits live_edits(const Json& running, const Json& edited);

}  // namespace tempera::app
