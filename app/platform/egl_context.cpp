// SPDX-License-Identifier: MIT
#include "app/platform/egl_context.hpp"

#include <epoxy/gl.h>

#include <epoxy/egl.h>

#include <algorithm>
#include <stdexcept>

namespace tempera::app {

EglContext::EglContext(int width, int height) : width_(width), height_(height) {
    const auto fail = [](const std::string& what) {
        throw std::runtime_error(
            "drawing off screen needs EGL with OpenGL 3.3 (packages libegl1, libgl1-mesa-dri): " + what);
    };
    EGLDisplay display = EGL_NO_DISPLAY;
    const char* extensions = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
    if (extensions && std::string(extensions).find("EGL_MESA_platform_surfaceless") != std::string::npos) {
        display = eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    }
    if (display == EGL_NO_DISPLAY) {
        display = eglGetDisplay(EGL_DEFAULT_DISPLAY);
    }
    if (display == EGL_NO_DISPLAY || !eglInitialize(display, nullptr, nullptr)) {
        fail("no EGL display could be opened");
    }
    display_ = display;
    eglBindAPI(EGL_OPENGL_API);
    const EGLint config_wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
                                    EGL_NONE};
    EGLConfig config = nullptr;
    EGLint n = 0;
    eglChooseConfig(display, config_wanted, &config, 1, &n);
    const EGLint context_wanted[] = {EGL_CONTEXT_MAJOR_VERSION,
                                     3,
                                     EGL_CONTEXT_MINOR_VERSION,
                                     3,
                                     EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                     EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                     EGL_NONE};
    const EGLContext context =
        eglCreateContext(display, n > 0 ? config : nullptr, EGL_NO_CONTEXT, context_wanted);
    if (context == EGL_NO_CONTEXT || !eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context)) {
        fail("no OpenGL 3.3 context could be made");
    }
    context_ = context;
    glGenFramebuffers(1, &frame_);
    glGenTextures(1, &colour_);
    glBindTexture(GL_TEXTURE_2D, colour_);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glBindTexture(GL_TEXTURE_2D, 0);
    glBindFramebuffer(GL_FRAMEBUFFER, frame_);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, colour_, 0);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
        fail("a picture of " + std::to_string(width) + " x " + std::to_string(height) +
             " pixels is not possible");
    }
    bind();
}

EglContext::~EglContext() {
    glDeleteFramebuffers(1, &frame_);
    glDeleteTextures(1, &colour_);
    eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglDestroyContext(display_, context_);
    eglTerminate(display_);
}

void EglContext::bind() const {
    glBindFramebuffer(GL_FRAMEBUFFER, frame_);
    glViewport(0, 0, width_, height_);
}

std::vector<unsigned char> EglContext::read_pixels() const {
    const auto row = static_cast<std::size_t>(width_) * 3;
    std::vector<unsigned char> bottom_up(row * static_cast<std::size_t>(height_)), pixels(bottom_up.size());
    glBindFramebuffer(GL_FRAMEBUFFER, frame_);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width_, height_, GL_RGB, GL_UNSIGNED_BYTE, bottom_up.data());
    for (std::size_t y = 0; y < static_cast<std::size_t>(height_); ++y) {
        std::copy_n(bottom_up.begin() +
                        static_cast<std::ptrdiff_t>((static_cast<std::size_t>(height_) - 1 - y) * row),
                    row, pixels.begin() + static_cast<std::ptrdiff_t>(y * row));
    }
    return pixels;
}

}  // namespace tempera::app
