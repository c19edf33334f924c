// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "figures/plot_spec.hpp"
#include "run/sweep/sweep_table.hpp"

namespace tempera {

/// A metric over the two numeric columns of a sweep: a cell for every combination with its mean, darker where
/// that is larger. Nothing for other sweeps.
std::optional<PlotSpec> sweep_heat_map(const SweepPlan& plan, const std::vector<Json>& summaries,
                                       const SweepMetric& metric);

}  // namespace tempera
