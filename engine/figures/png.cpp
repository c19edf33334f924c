// SPDX-License-Identifier: MIT
#include "figures/png.hpp"

#include <cstdint>
#include <stdexcept>

#include "figures/cairo_bytes.hpp"

namespace tempera {

void check_cairo(cairo_status_t status, const char* what) {
    if (status != CAIRO_STATUS_SUCCESS) {
        throw std::runtime_error(std::string(what) + ": " + cairo_status_to_string(status));
    }
}

cairo_status_t append_bytes(void* to, const unsigned char* data, unsigned length) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
}

std::string png_bytes(cairo_surface_t* surface) {
    std::string out;
    check_cairo(cairo_surface_write_to_png_stream(surface, append_bytes, &out), "writing a PNG");
    return out;
}

std::string encode_png(int width, int height, const std::vector<unsigned char>& rgb) {
    if (width <= 0 || height <= 0 ||
        rgb.size() != static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3) {
        throw std::invalid_argument("encode_png: the size of the pixels does not match width and height");
    }
    const CairoSurface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
    check_cairo(cairo_surface_status(surface.get()), "making a picture");
    unsigned char* pixels = cairo_image_surface_get_data(surface.get());
    const int stride = cairo_image_surface_get_stride(surface.get());
    for (int y = 0; y < height; ++y) {
        auto* row = reinterpret_cast<std::uint32_t*>(pixels + static_cast<std::ptrdiff_t>(y) * stride);
        const unsigned char* from = rgb.data() + static_cast<std::ptrdiff_t>(y) * width * 3;
        for (int x = 0; x < width; ++x) {
            row[x] = static_cast<std::uint32_t>(from[3 * x]) << 16 |
                     static_cast<std::uint32_t>(from[3 * x + 1]) << 8 | from[3 * x + 2];
        }
    }
    cairo_surface_mark_dirty(surface.get());
    return png_bytes(surface.get());
}

std::string base64(const std::string& bytes) {
    constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t word = 0;
        const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t k = 0; k < 3; ++k) {
            word = word << 8 | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out += k <= n ? digits[word >> (18 - 6 * k) & 63u] : '=';
        }
    }
    return out;
}

}  // namespace tempera
