// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/text.hpp"
#include "figures/canvas.hpp"
#include "figures/png.hpp"

namespace tempera {

std::string escape_markup(const std::string& text) {
    std::string out;
    for (char c : printable(text)) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += c;
        }
    }
    return out;
}
namespace {

/// Advance widths of Helvetica, characters 32 to 126, in thousandths of the size (Adobe's published metrics).
constexpr short helvetica[95] = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584};

std::string hex(unsigned rgb) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out = "#";
    for (int shift = 20; shift >= 0; shift -= 4) {
        out += digits[rgb >> shift & 15u];
    }
    return out;
}

/// Control characters are not allowed in XML at all.
std::string escaped(std::string text) {
    std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 32; }, ' ');
    return escape_markup(text);
}

std::string attribute(const char* name, double value, int decimals = 2) {
    return std::string(" ") + name + "=\"" + fixed_number(value, decimals) + "\"";
}

std::string fill_attributes(const Fill& fill) {
    return " fill=\"" + hex(fill.rgb) + "\"" + (fill.alpha < 1 ? attribute("fill-opacity", fill.alpha) : "");
}

}  // namespace

std::string fixed_number(double value, int decimals) {
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::isfinite(value) ? value : 0.0,
                                   std::chars_format::fixed, decimals)
                         .ptr;
    std::string out(buffer, end);
    if (out.find('.') != std::string::npos) {
        out.erase(out.find_last_not_of('0') + 1);
        if (out.back() == '.') {
            out.pop_back();
        }
    }
    return out == "-0" ? "0" : out;
}

SvgCanvas::SvgCanvas(double width, double height, std::string id, std::string title, std::string description)
    : id_(std::move(id)) {
    const double mm = 25.4 / 72;
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + fixed_number(width * mm) +
           "mm\" height=\"" + fixed_number(height * mm) + "mm\" viewBox=\"0 0 " + fixed_number(width) + " " +
           fixed_number(height) +
           "\" role=\"img\" font-family=\"Roboto, Helvetica, Arial, sans-serif\">\n<title>" + escaped(title) +
           "</title>\n<desc>" + escaped(description) + "</desc>\n";
}

std::string SvgCanvas::finish() { return out_ + "</svg>\n"; }

double SvgCanvas::text_width(const std::string& text, double size, bool bold) {
    double sum = 0;
    for (char c : text) {
        const unsigned char u = static_cast<unsigned char>(c);
        // Continuation bytes of UTF-8 take no room; other characters beyond ASCII are as wide as a digit.
        sum += u < 32 || (u & 0xC0u) == 0x80u ? 0 : u < 127 ? helvetica[u - 32] : 556;
    }
    return sum * size / 1000 * (bold ? 1.07 : 1.0);
}

void SvgCanvas::text(double x, double y, const std::string& text, const TextStyle& style) {
    constexpr const char* anchors[] = {"start", "middle", "end"};
    out_ +=
        "<text" + attribute("x", x) + attribute("y", y) + attribute("font-size", style.size) +
        (style.bold ? " font-weight=\"bold\"" : "") +
        (style.anchor == Anchor::start
             ? ""
             : std::string(" text-anchor=\"") + anchors[static_cast<int>(style.anchor)] + "\"") +
        fill_attributes({style.rgb, 1}) +
        (style.vertical ? " transform=\"rotate(-90 " + fixed_number(x) + " " + fixed_number(y) + ")\"" : "") +
        ">" + escaped(text) + "</text>\n";
}

void SvgCanvas::stroke_attributes(const Stroke& stroke) {
    out_ += " fill=\"none\" stroke=\"" + hex(stroke.rgb) + "\"" + attribute("stroke-width", stroke.width);
    if (stroke.alpha < 1) {
        out_ += attribute("stroke-opacity", stroke.alpha);
    }
    if (!stroke.dash.empty()) {
        out_ += " stroke-dasharray=\"";
        for (std::size_t i = 0; i < stroke.dash.size(); ++i) {
            out_ += (i ? " " : "") + fixed_number(stroke.dash[i]);
        }
        out_ += "\"";
    }
}

void SvgCanvas::path_of(const Points& points) {
    for (std::size_t i = 0; i < points.size(); ++i) {
        out_ += (i == 0   ? "M"
                 : i == 1 ? "L"
                          : " ") +
                fixed_number(points[i][0]) + " " + fixed_number(points[i][1]);
    }
}

void SvgCanvas::polyline(const Points& points, const Stroke& stroke) {
    if (points.size() < 2) {
        return;
    }
    out_ += "<path d=\"";
    path_of(points);
    out_ += "\"";
    stroke_attributes(stroke);
    out_ += " stroke-linejoin=\"round\"/>\n";
}

void SvgCanvas::polygon(const Points& points, const Fill& fill) {
    if (points.size() < 3) {
        return;
    }
    out_ += "<path d=\"";
    path_of(points);
    out_ += "Z\"" + fill_attributes(fill) + "/>\n";
}

void SvgCanvas::rect(const Rect& r, const Fill& fill) {
    out_ += "<rect" + attribute("x", r.x) + attribute("y", r.y) + attribute("width", r.width) +
            attribute("height", r.height) + fill_attributes(fill) + "/>\n";
}

void SvgCanvas::frame(const Rect& r, const Stroke& stroke) {
    out_ += "<rect" + attribute("x", r.x) + attribute("y", r.y) + attribute("width", r.width) +
            attribute("height", r.height);
    stroke_attributes(stroke);
    out_ += "/>\n";
}

void SvgCanvas::dots(const Points& points, double radius, const Fill& fill) {
    // Zero-length strokes with round caps: a dozen bytes a dot instead of an element each.
    if (points.empty()) {
        return;
    }
    out_ += "<path d=\"";
    for (const auto& p : points) {
        out_ += "M" + fixed_number(p[0]) + " " + fixed_number(p[1]) + "h0";
    }
    out_ += "\"";
    stroke_attributes({fill.rgb, 2 * radius, fill.alpha, {}});
    out_ += " stroke-linecap=\"round\"/>\n";
}

void SvgCanvas::picture(const Rect& r, const Picture& picture) {
    out_ += "<image" + attribute("x", r.x) + attribute("y", r.y) + attribute("width", r.width) +
            attribute("height", r.height) + " preserveAspectRatio=\"none\" href=\"data:image/png;base64," +
            base64(encode_picture(picture)) + "\"/>\n";
}

void SvgCanvas::begin_clip(const Rect& r) {
    const std::string name = "clip-" + escaped(id_) + "-" + std::to_string(n_clips_++);
    out_ += "<clipPath id=\"" + name + "\"><rect" + attribute("x", r.x) + attribute("y", r.y) +
            attribute("width", r.width) + attribute("height", r.height) +
            "/></clipPath>\n<g clip-path=\"url(#" + name + ")\">\n";
}

void SvgCanvas::end_clip() { out_ += "</g>\n"; }

void SvgCanvas::begin_group(const std::string& name) { out_ += "<g class=\"" + escaped(name) + "\">\n"; }

void SvgCanvas::end_group() { out_ += "</g>\n"; }

}  // namespace tempera
