// SPDX-License-Identifier: MIT
// The scale of a plot's colours, beside it.
#pragma once

#include <imgui.h>

#include "app/kit/theme.hpp"
#include "figures/plot_spec.hpp"

namespace tempera::app {

/// Room that the bar takes beside a plot of a height, with its numbers and its name.
float colour_bar_width(const PlotAxis& scale, const Theme& theme, float height);
/// To the right of `corner`, a plot's upper right one.
void draw_colour_bar(const PlotAxis& scale, const Theme& theme, ImVec2 corner, float height);

}  // namespace tempera::app
