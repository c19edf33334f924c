// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "figures/plot_spec.hpp"

namespace tempera {

/// What figures are offered as: svg, pdf, png, csv.
const std::vector<std::string>& figure_formats();
/// Bytes of a figure in one of these formats, or as json; `dpi` is that of png.
std::string figure_bytes(const PlotSpec& plot, const std::string& format, const Palette& palette,
                         FigureSize size = {}, double dpi = 200);
/// folder/figures/ID.FORMAT for each of `exports` that is a format of figures (html and npz are none).
void write_figures(const std::vector<PlotSpec>& figures, const std::vector<std::string>& exports,
                   const Palette& palette, const std::filesystem::path& folder,
                   FigureSize (*size)(const PlotSpec&) = nullptr);

}  // namespace tempera
