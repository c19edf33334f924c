// SPDX-License-Identifier: MIT
#pragma once

#include "figures/cairo_bytes.hpp"
#include "figures/canvas.hpp"

namespace tempera {

/// Draws on any cairo surface with cairo's toy fonts, which every machine has.
class CairoCanvas : public Canvas {
public:
    explicit CairoCanvas(cairo_t* context) : context_(context) {}

    double text_width(const std::string& text, double size, bool bold) override;
    void text(double x, double y, const std::string& text, const TextStyle& style) override;
    void polyline(const Points& points, const Stroke& stroke) override;
    void polygon(const Points& points, const Fill& fill) override;
    void rect(const Rect& r, const Fill& fill) override;
    void frame(const Rect& r, const Stroke& stroke) override;
    void dots(const Points& points, double radius, const Fill& fill) override;
    void picture(const Rect& r, const Picture& picture) override;
    void begin_clip(const Rect& r) override;
    void end_clip() override;
    void begin_group(const std::string&) override {}
    void end_group() override {}

private:
    void colour(unsigned rgb, double alpha);
    void font(double size, bool bold);
    void trace(const Points& points);
    void stroke(const Stroke& stroke);

    cairo_t* context_;
};

}  // namespace tempera
