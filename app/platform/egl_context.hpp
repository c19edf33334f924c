// SPDX-License-Identifier: MIT
// An OpenGL 3.3 context without any display (EGL surfaceless) and a frame buffer to draw into.
#pragma once

#include <string>
#include <vector>

namespace tempera::app {

class EglContext {
public:
    /// Throws std::runtime_error with one clear line when there is no EGL or no OpenGL 3.3.
    EglContext(int width, int height);
    ~EglContext();
    EglContext(const EglContext&) = delete;
    EglContext& operator=(const EglContext&) = delete;
    void bind() const;
    /// RGB rows, top first.
    std::vector<unsigned char> read_pixels() const;
    int width() const { return width_; }
    int height() const { return height_; }

private:
    void *display_ = nullptr, *context_ = nullptr;
    int width_, height_;
    unsigned frame_ = 0, colour_ = 0;
};

}  // namespace tempera::app
