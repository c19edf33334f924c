// SPDX-License-Identifier: MIT
// Where a desktop keeps what belongs to a person (XDG base directories). Empty when there is no home.
#pragma once

#include <filesystem>

namespace tempera::app {

/// What the program remembers: $XDG_STATE_HOME/tempera, or ~/.local/state/tempera.
std::filesystem::path state_folder();
/// What a person chose: $XDG_CONFIG_HOME/tempera, or ~/.config/tempera.
std::filesystem::path config_folder();

}  // namespace tempera::app
