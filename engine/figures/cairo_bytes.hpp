// SPDX-License-Identifier: MIT
#pragma once

#include <cairo.h>

#include <memory>
#include <string>

namespace tempera {

struct CairoFree {
    void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
    void operator()(cairo_t* c) const { cairo_destroy(c); }
};
using CairoSurface = std::unique_ptr<cairo_surface_t, CairoFree>;
using CairoContext = std::unique_ptr<cairo_t, CairoFree>;

/// PNG bytes of an image surface (with alpha when the surface has it). Throws std::runtime_error with cairo's
/// reason.
std::string png_bytes(cairo_surface_t* surface);
/// Throws std::runtime_error when the status is not success.
void check_cairo(cairo_status_t status, const char* what);
/// cairo stream writer that appends to a std::string.
cairo_status_t append_bytes(void* to, const unsigned char* data, unsigned length);

}  // namespace tempera
