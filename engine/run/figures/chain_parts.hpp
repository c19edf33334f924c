// SPDX-License-Identifier: MIT
// What the figures of chains and of levels in time share.
#pragma once

#include <functional>
#include <string>

#include "diagnostics/autocorrelation.hpp"
#include "figures/plot_spec.hpp"

namespace tempera {

inline constexpr int most_columns = 512;  ///< of a thinned line, of two points each

/// A series of n values as a line: all of them, or of many the least and the greatest of each column, in
/// their order.
PlotLayer thinned(int n, const std::function<double(int)>& value, const std::function<double(int)>& time,
                  PlotLayer line);
/// Limits that leave a twentieth of room on either side of the finite values.
void fit_closely(PlotAxis& axis, std::vector<double> values);
/// Axes, line and state of an autocorrelation: lags up to three windows with the window marked; `per_lag`
/// steps of the sampler, which `unit` names, lie between lags.
void draw_correlation(PlotSpec& plot, const Autocorrelation& found, double per_lag, const std::string& unit);

}  // namespace tempera
