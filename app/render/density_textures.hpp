// SPDX-License-Identifier: MIT
// Density grids as pictures on the graphics card: an R32F upload when a grid is new, coloured by
// shaders/density.frag into an RGBA texture that Dear ImGui draws.
#pragma once

#include <imgui.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "figures/plot_spec.hpp"

namespace tempera::app {

/// From values to colours, as in PlotLayer.
struct Transfer {
    double limit = 0;        ///< value of the strongest colour; 0: the grid's maximum
    bool diverging = false;  ///< around zero; cells that are NaN are left out
    bool cells = false;      ///< with edges between them
    bool operator==(const Transfer&) const = default;
};

class DensityTextures {
public:
    /// `gl`: a current OpenGL 3.3 context exists. Without one every picture is empty.
    explicit DensityTextures(bool gl);
    ~DensityTextures();
    DensityTextures(const DensityTextures&) = delete;
    DensityTextures& operator=(const DensityTextures&) = delete;

    /// Colours from now on (rebuilds what is drawn).
    void set_palette(const Palette& palette, const std::string& name);
    /// Picture of a grid; `slot` names its place ("thumb 3"), so that a new grid there reuses the texture.
    /// Row 0 of the grid is at v = 0 (bottom): draw with uv0 = (0, 1), uv1 = (1, 0).
    ImTextureRef picture(const std::string& slot, const std::shared_ptr<const Grid>& grid, int magnify = 3,
                         const Transfer& transfer = {});
    bool available() const { return program_ != 0; }
    /// What went wrong while compiling shaders; empty = nothing.
    const std::string& error() const { return error_; }

private:
    struct Picture {
        unsigned grid = 0, colour = 0, frame = 0;
        int width = 0, height = 0, magnify = 0;
        std::weak_ptr<const Grid> source;
        Transfer transfer;
        int palette = -1;
    };
    void upload(Picture& picture, const Grid& grid) const;
    void draw(Picture& picture, const Grid& grid) const;

    unsigned program_ = 0, table_ = 0, vertex_array_ = 0;
    int palette_version_ = 0;
    std::string palette_name_, error_;
    std::map<std::string, Picture> pictures_;
};

}  // namespace tempera::app
