// SPDX-License-Identifier: MIT
// Draws a PlotSpec with ImPlot. Only this and plot_layers know ImPlot.
#pragma once

#include <functional>
#include <optional>

#include "app/kit/theme.hpp"
#include "app/render/density_textures.hpp"
#include "app/render/sprites.hpp"
#include "figures/plot_spec.hpp"

namespace tempera::app {

struct PlotOptions {
    double cursor_x = -1e300;    ///< a thin accent line at this x (the level that views look at)
    int max_points = 20000;      ///< sprites; evenly thinned above
    Sprites* sprites = nullptr;  ///< draws the points, where the graphics card is worth it
    bool linked_levels = false;  ///< clicks and drags on the plot choose a level
    const char* x_name = "";     ///< for the hover card: "level"
    /// Lines of the hover card for the point nearest to the mouse, by its id.
    std::function<void(int id)> hover_point;
    /// Ids in ascending order, which alone can be picked: a click on another one picks the nearest of these.
    /// Null: no point is picked by a click.
    const std::vector<int>* pickable = nullptr;
    bool fit = false;  ///< go back to the builder's limits
};

struct PlotInput {
    std::optional<double> chosen_x;  ///< clicked or dragged to
    bool hovered = false;
    bool clicked = false;       ///< without a drag
    std::optional<int> picked;  ///< the id of what was clicked on; none: empty space
    double x = 0, y = 0;        ///< where the mouse is, when hovered
};

void setup_implot(const Theme& theme);
PlotInput draw_plot(const PlotSpec& plot, const Theme& theme, DensityTextures& textures, ImVec2 size,
                    const PlotOptions& options = {});
/// Legend entries in one row from the current position; returns their width.
float draw_legend(const PlotSpec& plot, const Theme& theme, bool measure_only = false);
void create_implot();
void destroy_implot();

}  // namespace tempera::app
