// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "figures/plot_spec.hpp"

namespace tempera {

/// Tick positions and labels of an axis: its own, or about n_wanted round ones (decades on log axes).
std::vector<std::pair<double, std::string>> axis_ticks(const PlotAxis& axis, int n_wanted);
/// Multiples of `step` from low to high with texts of as many digits as tell neighbours apart. A step that
/// numbers of this size cannot follow is widened; at most 200 ticks.
std::vector<std::pair<double, std::string>> ticks_of_step(double low, double high, double step);
/// Number with a true minus sign and thin spaces between thousands, `decimals` fixed decimals.
std::string typeset(double value, int decimals);
/// 10 to a power with superscript digits.
std::string typeset_power_of_ten(int exponent);
/// Level ticks from 0 to n_levels, both ends included.
std::vector<std::pair<double, std::string>> level_ticks(int n_levels);

}  // namespace tempera
