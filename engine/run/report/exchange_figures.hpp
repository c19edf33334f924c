// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "run/page/figure_parts.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

/// Swap acceptance, communication barrier and index process of replica exchange; plots without layers do not
/// apply.
std::vector<PlotSpec> exchange_figures(const ExchangeStats& stats, int n_levels);

}  // namespace tempera
