// SPDX-License-Identifier: MIT
// What the figures of results share.
#pragma once

#include <string>
#include <vector>

#include "figures/plot_spec.hpp"

namespace tempera {

/// A figure without layers whose horizontal axis goes from the reference down to the target.
PlotSpec level_figure(const std::string& id, std::string title, int n_levels);

}  // namespace tempera
