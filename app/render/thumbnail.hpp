// SPDX-License-Identifier: MIT
// Small pictures of densities that share one frame.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "app/kit/theme.hpp"
#include "app/render/density_textures.hpp"

namespace tempera::app {

struct Thumbnail {
    std::string slot;
    std::shared_ptr<const Grid> grid;
    Transfer transfer;
    bool ghost = true;  ///< an empty place is marked
};

/// `box`: what the thumbnail shows, in the grid's coordinates, at least.
void draw_thumbnail(const Theme& theme, DensityTextures& textures, const Thumbnail& t, ImVec2 at, ImVec2 size,
                    bool selected, const Box& box);

}  // namespace tempera::app
