// SPDX-License-Identifier: MIT
#pragma once

#include "figures/canvas.hpp"
#include "figures/plot_spec.hpp"

namespace tempera {

/// Where a plot's data go: the area on the canvas and the axes' ranges.
struct PlotFrame {
    Rect area;
    PlotAxis x, y;

    double to_x(double value) const;
    double to_y(double value) const;
};

inline constexpr double band_alpha = 0.18;

void draw_layers(Canvas& canvas, const PlotSpec& plot, const Palette& palette, const PlotFrame& frame);
/// Colour, width and dashes of a layer's lines; in print, dashes tell the series apart without colour.
Stroke layer_stroke(const PlotLayer& layer, const Palette& palette);

}  // namespace tempera
