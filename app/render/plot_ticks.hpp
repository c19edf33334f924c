// SPDX-License-Identifier: MIT
// Where the ticks of the window's plots stand.
#pragma once

#include <string>
#include <vector>

namespace tempera::app {

struct Tick {
    double value;
    std::string text;  ///< with as many digits as tell it from its neighbours
};
/// Multiples of a round step (1, 2, 5 times a power of ten) within [low, high], `step` apart at least. Empty
/// where neighbouring multiples are no different numbers any more, and where the range is not finite.
std::vector<Tick> round_ticks(double low, double high, double step);

/// Round steps (1, 2, 5) as far apart as their texts ask for at the window's scale; for the axes of the plot
/// that is being set up which are linear and have no ticks of their own.
void space_ticks(bool x, bool y);

}  // namespace tempera::app
