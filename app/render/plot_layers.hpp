// SPDX-License-Identifier: MIT
// The layers of a PlotSpec in the ImPlot plot that is open.
#pragma once

#include "app/render/plot_implot.hpp"

namespace tempera::app {

ImVec4 layer_colour(const Theme& theme, const PlotLayer& layer);
void draw_layer(const PlotLayer& layer, std::size_t index, const PlotSpec& plot, const Theme& theme,
                DensityTextures& textures, const PlotOptions& options);

}  // namespace tempera::app
