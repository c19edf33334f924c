// SPDX-License-Identifier: MIT
// A small drawing surface in points (1/72 inch), y downwards: what draw_plot() needs and every file format
// can do.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace tempera {

struct Rect {
    double x = 0, y = 0, width = 0, height = 0;
};
struct Fill {
    unsigned rgb = 0;
    double alpha = 1;
};
struct Stroke {
    unsigned rgb = 0;
    double width = 1, alpha = 1;
    std::vector<double> dash = {};
};
enum class Anchor { start, middle, end };
struct TextStyle {
    double size = 8.5;
    unsigned rgb = 0;
    bool bold = false;
    Anchor anchor = Anchor::start;
    bool vertical = false;  ///< reads upwards
};
/// 8-bit red, green, blue, alpha; top row first.
struct Picture {
    int width = 0, height = 0;
    std::vector<unsigned char> rgba;
};
using Points = std::vector<std::array<double, 2>>;

class Canvas {
public:
    virtual ~Canvas() = default;
    /// Advance width of a line of text; SVG has no metrics and uses those of Helvetica.
    virtual double text_width(const std::string& text, double size, bool bold) = 0;
    virtual void text(double x, double y, const std::string& text, const TextStyle& style) = 0;
    virtual void polyline(const Points& points, const Stroke& stroke) = 0;
    virtual void polygon(const Points& points, const Fill& fill) = 0;
    virtual void rect(const Rect& r, const Fill& fill) = 0;
    virtual void frame(const Rect& r, const Stroke& stroke) = 0;
    /// Round dots.
    virtual void dots(const Points& points, double radius, const Fill& fill) = 0;
    virtual void picture(const Rect& r, const Picture& picture) = 0;
    /// Everything until end_clip() is cut at r.
    virtual void begin_clip(const Rect& r) = 0;
    virtual void end_clip() = 0;
    /// Names what follows (class of an SVG group).
    virtual void begin_group(const std::string& name) = 0;
    virtual void end_group() = 0;
};

/// Picture of dots at `dpi` for point clouds too large to be vectors; transparent elsewhere.
Picture rasterise_dots(const Rect& area, const std::vector<Points>& groups, const std::vector<Fill>& fills,
                       double radius, double dpi);
/// PNG with transparency.
std::string encode_picture(const Picture& picture);

struct PlotSpec;
struct Palette;
/// Draws title, legend, axes, layers and note. One routine for every format.
void draw_plot(Canvas& canvas, const PlotSpec& plot, const Palette& palette, double width, double height);

/// SVG document of what is drawn on it.
class SvgCanvas : public Canvas {
public:
    SvgCanvas(double width, double height, std::string id, std::string title, std::string description);
    std::string finish();

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
    void begin_group(const std::string& name) override;
    void end_group() override;

private:
    void stroke_attributes(const Stroke& stroke);
    void path_of(const Points& points);

    std::string id_, out_;
    int n_clips_ = 0;
};

/// Text of a number in a document: at most `decimals` decimals, no trailing zeros, whatever the locale.
std::string fixed_number(double value, int decimals = 2);

/// Text with &, <, > and quotes as entities, for SVG and HTML.
std::string escape_markup(const std::string& text);

}  // namespace tempera
