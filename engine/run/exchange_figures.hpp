// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "figures/plot_spec.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

/// Swap acceptance, communication barrier and index process of replica exchange; plots without layers do not
/// apply.
std::vector<PlotSpec> exchange_figures(const ExchangeStats& stats, int n_levels);

/// A layer of a result's figure without its data.
PlotLayer figure_layer(PlotLayer::Kind kind, std::string name, Role role, float width = 2);

}  // namespace tempera
