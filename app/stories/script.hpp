// SPDX-License-Identifier: MIT
// The command log's lines, performed: what a story does in the window.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tempera::app {

struct Workbench;

/// A place on the path: a level, a noise level in the target's coordinates, or an inverse temperature.
struct PathPlace {
    enum class Kind { level, noise, beta } kind = Kind::level;
    double value = 0;
};
/// The level nearest to a place; empty while the path's levels are not known or have no such coordinate.
std::optional<int> level_at(const Workbench& bench, const PathPlace& place);

enum class Performed { done, later };
/// Performs one line, or says that it must wait (for the run, the maps, the training) and be tried again:
///   open FILE | set KEY = VALUE | run | train | wait run | wait maps | wait training | wait curves
///   use training (the network that the story trained, where it did) | use shipped (no longer)
///   look level N | look noise S | look beta B | layout NAME | show PANEL [PART] | assume MASS | pace LEVELS
///   or the id of a command. Throws ConfigError for lines it does not know and for what cannot be done.
Performed perform(Workbench& bench, const std::string& line);

}  // namespace tempera::app
