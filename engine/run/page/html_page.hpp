// SPDX-License-Identifier: MIT
// What every HTML page has in common: one file without loads from elsewhere, for light and for dark screens.
#pragma once

#include <string>
#include <vector>

#include "figures/plot_spec.hpp"

namespace tempera {

/// Head of the page up to <main>.
std::string page_begin(const std::string& title);
std::string page_end();
/// Figures inline in a grid, once for light and once for dark.
std::string page_figures(const std::vector<PlotSpec>& figures, FigureSize size = {116, 74});
/// Header row and rows; the first `n_names` columns are names, the others numbers.
std::string page_table(const std::vector<std::vector<std::string>>& rows, std::size_t n_names);

}  // namespace tempera
