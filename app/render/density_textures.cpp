// SPDX-License-Identifier: MIT
#include "app/render/density_textures.hpp"

#include <epoxy/gl.h>

#include <algorithm>
#include <cmath>

#include "app/render/gl_program.hpp"

namespace tempera::app {
namespace {

/// What drawing into a picture changes of the context, put back at the end.
class SavedState {
public:
    SavedState() {
        glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &frame_);
        glGetIntegerv(GL_CURRENT_PROGRAM, &program_);
        glGetIntegerv(GL_VERTEX_ARRAY_BINDING, &array_);
        glGetIntegerv(GL_VIEWPORT, viewport_);
        scissor_ = glIsEnabled(GL_SCISSOR_TEST);
        blend_ = glIsEnabled(GL_BLEND);
    }
    ~SavedState() {
        glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<unsigned>(frame_));
        glUseProgram(static_cast<unsigned>(program_));
        glBindVertexArray(static_cast<unsigned>(array_));
        glViewport(viewport_[0], viewport_[1], viewport_[2], viewport_[3]);
        (scissor_ ? glEnable : glDisable)(GL_SCISSOR_TEST);
        (blend_ ? glEnable : glDisable)(GL_BLEND);
        glActiveTexture(GL_TEXTURE0);
    }

private:
    int frame_ = 0, program_ = 0, array_ = 0, viewport_[4] = {};
    GLboolean scissor_ = 0, blend_ = 0;
};

}  // namespace

DensityTextures::DensityTextures(bool gl) {
    if (!gl) {
        return;
    }
    program_ = make_gl_program("fullscreen.vert", "density.frag", error_);
    glGenVertexArrays(1, &vertex_array_);
    glGenTextures(1, &table_);
}

DensityTextures::~DensityTextures() {
    for (auto& [name, p] : pictures_) {
        glDeleteTextures(1, &p.grid);
        glDeleteTextures(1, &p.colour);
        glDeleteFramebuffers(1, &p.frame);
    }
    if (vertex_array_) {
        glDeleteVertexArrays(1, &vertex_array_);
        glDeleteTextures(1, &table_);
    }
    if (program_) {
        glDeleteProgram(program_);
    }
}

void DensityTextures::set_palette(const Palette& palette, const std::string& name) {
    if (!program_ || name == palette_name_) {
        return;
    }
    palette_name_ = name;
    ++palette_version_;
    std::vector<unsigned char> rgb;
    for (int i = 0; i < 512; ++i) {
        const double t = (i % 256) / 255.0;
        for (double c : i < 256 ? density_colour(palette, t) : difference_colour(palette, 2 * t - 1)) {
            rgb.push_back(static_cast<unsigned char>(std::clamp(c, 0.0, 1.0) * 255 + 0.5));
        }
    }
    glBindTexture(GL_TEXTURE_2D, table_);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB8, 256, 2, 0, GL_RGB, GL_UNSIGNED_BYTE, rgb.data());
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glBindTexture(GL_TEXTURE_2D, 0);
}

void DensityTextures::upload(Picture& p, const Grid& grid) const {
    if (!p.grid) {
        glGenTextures(1, &p.grid);
        glGenTextures(1, &p.colour);
        glGenFramebuffers(1, &p.frame);
    }
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glBindTexture(GL_TEXTURE_2D, p.grid);
    std::vector<float> marked;
    if (p.transfer.diverging) {  // what a shader makes of NaN is the driver's choice
        marked = grid.value;
        std::replace_if(marked.begin(), marked.end(), [](float v) { return !std::isfinite(v); }, 3e38f);
    }
    glTexImage2D(GL_TEXTURE_2D, 0, GL_R32F, grid.nx, grid.ny, 0, GL_RED, GL_FLOAT,
                 marked.empty() ? grid.value.data() : marked.data());
    for (const GLenum filter : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER}) {
        glTexParameteri(GL_TEXTURE_2D, filter, GL_NEAREST);
    }
    const int width = grid.nx * p.magnify, height = grid.ny * p.magnify;
    if (width != p.width || height != p.height) {
        p.width = width;
        p.height = height;
        glBindTexture(GL_TEXTURE_2D, p.colour);
        glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    }
    glBindTexture(GL_TEXTURE_2D, 0);
}

void DensityTextures::draw(Picture& p, const Grid& grid) const {
    const SavedState saved;
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, p.frame);
    glFramebufferTexture2D(GL_DRAW_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, p.colour, 0);
    glViewport(0, 0, p.width, p.height);
    glDisable(GL_SCISSOR_TEST);
    glDisable(GL_BLEND);
    glUseProgram(program_);
    glBindVertexArray(vertex_array_);
    glActiveTexture(GL_TEXTURE1);
    glBindTexture(GL_TEXTURE_2D, table_);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, p.grid);
    glUniform1i(glGetUniformLocation(program_, "grid"), 0);
    glUniform1i(glGetUniformLocation(program_, "table"), 1);
    glUniform1f(glGetUniformLocation(program_, "maximum"),
                p.transfer.limit > 0 ? static_cast<float>(p.transfer.limit) : grid.max);
    glUniform1i(glGetUniformLocation(program_, "diverging"), p.transfer.diverging);
    glUniform1f(glGetUniformLocation(program_, "decades"), 2.6f);
    // Samplers of an earlier frame would override the textures' own filters.
    glBindSampler(0, 0);
    glBindSampler(1, 0);
    glDrawArrays(GL_TRIANGLES, 0, 3);
    glActiveTexture(GL_TEXTURE1);
    glBindTexture(GL_TEXTURE_2D, 0);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, 0);
}

ImTextureRef DensityTextures::picture(const std::string& slot, const std::shared_ptr<const Grid>& grid,
                                      int magnify, const Transfer& transfer) {
    if (!program_ || !grid || grid->nx <= 0 ||
        grid->value.size() != static_cast<std::size_t>(grid->nx) * grid->ny) {
        return {};
    }
    Picture& p = pictures_[slot];
    const bool fresh = p.source.lock() != grid || p.magnify != magnify ||
                       p.transfer.diverging != transfer.diverging || p.transfer.cells != transfer.cells;
    const bool recolour = fresh || p.palette != palette_version_ || p.transfer != transfer;
    p.transfer = transfer;
    if (fresh) {
        p.magnify = magnify;
        upload(p, transfer.cells ? repeated(*grid, cell_pixels(*grid)) : *grid);
        p.source = grid;
    }
    if (recolour) {
        draw(p, *grid);
        p.palette = palette_version_;
    }
    return ImTextureRef(static_cast<ImTextureID>(p.colour));
}

}  // namespace tempera::app
