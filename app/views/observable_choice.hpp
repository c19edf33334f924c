// SPDX-License-Identifier: MIT
// Which observable a panel shows.
#pragma once

#include <string>

#include "app/shell/workbench.hpp"

namespace tempera::app {

/// The observable of that name; `otherwise` where there is none.
std::size_t observable_index(const Snapshot& s, const std::string& name, std::size_t otherwise);
/// A list of the observables, at most `width` at scale 1 wide; the chosen one's name goes to `name`.
void observable_choice(Workbench& bench, const char* id, std::size_t shown, std::string& name,
                       float width = 180);

}  // namespace tempera::app
