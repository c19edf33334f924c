// SPDX-License-Identifier: MIT
#pragma once

namespace tempera::app {

struct Workbench;

/// A bar from the first level, at screen coordinate `left`, to level 0 at `right`: plays the path, holds a
/// level and lets it go.
void scrub_bar(Workbench& bench, float left, float right);

}  // namespace tempera::app
