// SPDX-License-Identifier: MIT
#pragma once

#include "run/page/figure_parts.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

/// Masses of the modes by level and at the target. `rows` go from the reference to the target; `names` has
/// one of every mode. What does not apply is left out.
std::vector<PlotSpec> mode_figures(const std::vector<ModeRow>& rows, const std::vector<std::string>& names,
                                   int n_levels);

}  // namespace tempera
