// SPDX-License-Identifier: MIT
// Pictures of what somebody brings, before it is used: a density, points of a file.
#pragma once

#include "figures/plot_spec.hpp"
#include "run/background/first_looks.hpp"

namespace tempera {

/// The density in the plane of its first two coordinates (in more dimensions a slice or a marginal, which its
/// title says), or as a curve in one dimension.
PlotSpec target_look_figure(const TargetLook& look);
/// Rows as points over two columns, or the histogram of one column (across = up).
PlotSpec points_look_figure(const PointsLook& look, std::size_t across, std::size_t up);

}  // namespace tempera
