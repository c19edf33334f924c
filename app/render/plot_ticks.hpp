// SPDX-License-Identifier: MIT
// Where the ticks of the window's plots stand.
#pragma once

namespace tempera::app {

/// Round steps (1, 2, 5) as far apart as their texts ask for at the window's scale; for the axes of the plot
/// that is being set up which are linear and have no ticks of their own.
void space_ticks(bool x, bool y);

}  // namespace tempera::app
