// SPDX-License-Identifier: MIT
// What panels of one or two plots share.
#pragma once

#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {

/// A plot whose x axis is the level, in what is left of the panel below its header: a line marks the level in
/// view, clicks choose one.
void level_plot(Workbench& bench, const char* id, const PlotSpec& plot);
/// A plot in what is left of the panel that always shows what its builder chose.
void whole_plot(Workbench& bench, const PlotSpec& plot);
/// What a plot's note says, in small lines above it, where there is room.
void plot_note(const Theme& theme, const PlotSpec& plot);
/// Two plots below one header, side by side where there is room, otherwise one above the other. They show the
/// whole again when the levels' plots do (`fit`), if they are plots over the levels.
void pair_of_plots(Workbench& bench, const char* id, const char* title, const PlotSpec& a, const PlotSpec& b,
                   bool over_levels);

}  // namespace tempera::app
