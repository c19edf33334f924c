// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "figures/plot_spec.hpp"

namespace tempera {

/// Bytes of a figure as csv, json, svg, pdf or png (at `dpi`).
std::string figure_bytes(const PlotSpec& plot, const std::string& kind, const Palette& palette,
                         FigureSize size = {}, double dpi = 200);
/// folder/figures/ID.KIND for each of `kinds` that is a kind of figure (html and npz are none).
void write_figures(const std::vector<PlotSpec>& figures, const std::vector<std::string>& kinds,
                   const Palette& palette, const std::filesystem::path& folder,
                   FigureSize (*size)(const PlotSpec&) = nullptr);

}  // namespace tempera
