// SPDX-License-Identifier: MIT
#include "figures/cairo_canvas.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace tempera {
namespace {

CairoSurface surface_of(const Picture& picture) {
    CairoSurface surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, picture.width, picture.height));
    check_cairo(cairo_surface_status(surface.get()), "making a picture");
    unsigned char* pixels = cairo_image_surface_get_data(surface.get());
    const int stride = cairo_image_surface_get_stride(surface.get());
    for (int y = 0; y < picture.height; ++y) {
        auto* row = reinterpret_cast<std::uint32_t*>(pixels + static_cast<std::ptrdiff_t>(y) * stride);
        const unsigned char* from = picture.rgba.data() + static_cast<std::ptrdiff_t>(y) * picture.width * 4;
        for (int x = 0; x < picture.width; ++x) {  // cairo's colours are multiplied by alpha
            const std::uint32_t a = from[4 * x + 3];
            const auto scaled = [&](int k) { return (from[4 * x + k] * a + 127u) / 255u; };
            row[x] = a << 24 | scaled(0) << 16 | scaled(1) << 8 | scaled(2);
        }
    }
    cairo_surface_mark_dirty(surface.get());
    return surface;
}

bool is_opaque(const Picture& picture) {
    for (std::size_t i = 3; i < picture.rgba.size(); i += 4) {
        if (picture.rgba[i] != 255) {
            return false;
        }
    }
    return true;
}

/// Opaque colours: pixels that are not seen take the mean colour of their neighbours that are, from the
/// border of what is seen outwards.
Picture without_alpha(const Picture& picture) {
    Picture out = picture;
    std::vector<char> known(picture.rgba.size() / 4);
    for (std::size_t i = 0; i < known.size(); ++i) {
        known[i] = picture.rgba[4 * i + 3] > 0;
        out.rgba[4 * i + 3] = 255;
    }
    for (bool grows = true; grows;) {
        grows = false;
        const std::vector<char> before = known;
        for (int y = 0; y < picture.height; ++y) {
            for (int x = 0; x < picture.width; ++x) {
                const std::size_t at = static_cast<std::size_t>(y) * picture.width + x;
                if (before[at]) {
                    continue;
                }
                unsigned sum[3] = {}, n = 0;
                for (int v = std::max(0, y - 1); v <= std::min(picture.height - 1, y + 1); ++v) {
                    for (int u = std::max(0, x - 1); u <= std::min(picture.width - 1, x + 1); ++u) {
                        const std::size_t near = static_cast<std::size_t>(v) * picture.width + u;
                        n += before[near];
                        for (std::size_t k = 0; k < 3 && before[near]; ++k) {
                            sum[k] += out.rgba[4 * near + k];
                        }
                    }
                }
                for (std::size_t k = 0; k < 3 && n > 0; ++k) {
                    out.rgba[4 * at + k] = static_cast<unsigned char>(sum[k] / n);
                }
                known[at] = n > 0;
                grows = grows || n > 0;
            }
        }
    }
    return out;
}

CairoSurface mask_of(const Picture& picture) {
    CairoSurface surface(cairo_image_surface_create(CAIRO_FORMAT_A8, picture.width, picture.height));
    check_cairo(cairo_surface_status(surface.get()), "making a mask");
    unsigned char* pixels = cairo_image_surface_get_data(surface.get());
    const std::ptrdiff_t stride = cairo_image_surface_get_stride(surface.get());
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            pixels[y * stride + x] = picture.rgba[(static_cast<std::size_t>(y) * picture.width + x) * 4 + 3];
        }
    }
    cairo_surface_mark_dirty(surface.get());
    return surface;
}

}  // namespace

std::string encode_picture(const Picture& picture) { return png_bytes(surface_of(picture).get()); }

Picture rasterise_dots(const Rect& area, const std::vector<Points>& groups, const std::vector<Fill>& fills,
                       double radius, double dpi) {
    const double scale = dpi / 72;
    Picture out;
    out.width = std::max(1, static_cast<int>(std::ceil(area.width * scale)));
    out.height = std::max(1, static_cast<int>(std::ceil(area.height * scale)));
    const CairoSurface surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, out.width, out.height));
    check_cairo(cairo_surface_status(surface.get()), "drawing points");
    const CairoContext context(cairo_create(surface.get()));
    cairo_scale(context.get(), out.width / area.width, out.height / area.height);
    cairo_translate(context.get(), -area.x, -area.y);
    CairoCanvas canvas(context.get());
    for (std::size_t g = 0; g < groups.size(); ++g) {
        canvas.dots(groups[g], radius, fills[g]);
    }
    cairo_surface_flush(surface.get());
    out.rgba.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height) * 4);
    const unsigned char* pixels = cairo_image_surface_get_data(surface.get());
    const int stride = cairo_image_surface_get_stride(surface.get());
    for (int y = 0; y < out.height; ++y) {
        const auto* row =
            reinterpret_cast<const std::uint32_t*>(pixels + static_cast<std::ptrdiff_t>(y) * stride);
        for (int x = 0; x < out.width; ++x) {
            unsigned char* to = out.rgba.data() + (static_cast<std::ptrdiff_t>(y) * out.width + x) * 4;
            const std::uint32_t a = row[x] >> 24;
            for (int k = 0; k < 3; ++k) {
                const std::uint32_t c = row[x] >> (16 - 8 * k) & 255u;
                to[k] =
                    static_cast<unsigned char>(a ? std::min<std::uint32_t>(255, (c * 255 + a / 2) / a) : 0);
            }
            to[3] = static_cast<unsigned char>(a);
        }
    }
    return out;
}

void CairoCanvas::colour(unsigned rgb, double alpha) {
    cairo_set_source_rgba(context_, (rgb >> 16 & 255u) / 255.0, (rgb >> 8 & 255u) / 255.0,
                          (rgb & 255u) / 255.0, alpha);
}

void CairoCanvas::font(double size, bool bold) {
    cairo_select_font_face(context_, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(context_, size);
}

double CairoCanvas::text_width(const std::string& text, double size, bool bold) {
    font(size, bold);
    cairo_text_extents_t extents;
    cairo_text_extents(context_, text.c_str(), &extents);
    return extents.x_advance;
}

void CairoCanvas::text(double x, double y, const std::string& text, const TextStyle& style) {
    const double width = style.anchor == Anchor::start ? 0 : text_width(text, style.size, style.bold);
    cairo_save(context_);
    cairo_move_to(context_, x, y);
    if (style.vertical) {
        cairo_rotate(context_, -std::numbers::pi / 2);
    }
    cairo_rel_move_to(context_, style.anchor == Anchor::end ? -width : -width / 2, 0);
    font(style.size, style.bold);
    colour(style.rgb, 1);
    cairo_show_text(context_, text.c_str());
    cairo_restore(context_);
}

void CairoCanvas::trace(const Points& points) {
    for (std::size_t i = 0; i < points.size(); ++i) {
        (i ? cairo_line_to : cairo_move_to)(context_, points[i][0], points[i][1]);
    }
}

void CairoCanvas::stroke(const Stroke& s) {
    colour(s.rgb, s.alpha);
    cairo_set_line_width(context_, s.width);
    cairo_set_line_join(context_, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(context_, CAIRO_LINE_CAP_BUTT);
    cairo_set_dash(context_, s.dash.data(), static_cast<int>(s.dash.size()), 0);
    cairo_stroke(context_);
}

void CairoCanvas::polyline(const Points& points, const Stroke& s) {
    trace(points);
    stroke(s);
}

void CairoCanvas::polygon(const Points& points, const Fill& fill) {
    trace(points);
    cairo_close_path(context_);
    colour(fill.rgb, fill.alpha);
    cairo_fill(context_);
}

void CairoCanvas::rect(const Rect& r, const Fill& fill) {
    cairo_rectangle(context_, r.x, r.y, r.width, r.height);
    colour(fill.rgb, fill.alpha);
    cairo_fill(context_);
}

void CairoCanvas::frame(const Rect& r, const Stroke& s) {
    cairo_rectangle(context_, r.x, r.y, r.width, r.height);
    stroke(s);
}

void CairoCanvas::dots(const Points& points, double radius, const Fill& fill) {
    colour(fill.rgb, fill.alpha);
    cairo_set_line_width(context_, 2 * radius);
    cairo_set_line_cap(context_, CAIRO_LINE_CAP_ROUND);
    cairo_set_dash(context_, nullptr, 0, 0);
    for (const auto& p : points) {
        cairo_move_to(context_, p[0], p[1]);
        cairo_line_to(context_, p[0], p[1]);
        cairo_stroke(context_);
    }
}

void CairoCanvas::picture(const Rect& r, const Picture& picture) {
    // Viewers of PDF smooth colours and transparency apart from each other: a border would take in the black
    // that stands where nothing is seen.
    const bool apart =
        cairo_surface_get_type(cairo_get_target(context_)) == CAIRO_SURFACE_TYPE_PDF && !is_opaque(picture);
    const CairoSurface surface = surface_of(apart ? without_alpha(picture) : picture);
    cairo_save(context_);
    cairo_translate(context_, r.x, r.y);
    cairo_scale(context_, r.width / picture.width, r.height / picture.height);
    cairo_set_source_surface(context_, surface.get(), 0, 0);
    cairo_pattern_set_filter(cairo_get_source(context_), CAIRO_FILTER_BILINEAR);
    cairo_pattern_set_extend(cairo_get_source(context_), CAIRO_EXTEND_PAD);
    if (apart) {
        const CairoSurface mask = mask_of(picture);
        cairo_mask_surface(context_, mask.get(), 0, 0);
    } else {
        cairo_rectangle(context_, 0, 0, picture.width, picture.height);
        cairo_fill(context_);
    }
    cairo_restore(context_);
}

void CairoCanvas::begin_clip(const Rect& r) {
    cairo_save(context_);
    cairo_rectangle(context_, r.x, r.y, r.width, r.height);
    cairo_clip(context_);
}

void CairoCanvas::end_clip() { cairo_restore(context_); }

}  // namespace tempera
