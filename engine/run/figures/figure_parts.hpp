// SPDX-License-Identifier: MIT
#pragma once

#include "run/figures/run_figures.hpp"

namespace tempera {

/// The level axis: reference (n_levels) on the left, target (0) on the right.
PlotAxis level_axis(int n_levels);
PlotAxis axis(std::string label, double min, double max);
std::string provenance(const Snapshot& s);
PlotLayer layer(PlotLayer::Kind kind, std::string name, Role role, int index = 0);
/// 1, 2 and 5 of each decade within [low, high].
std::vector<std::pair<double, std::string>> one_two_five(double low, double high);
std::string number_text(double value, int decimals);

}  // namespace tempera
