// SPDX-License-Identifier: MIT
// Layout and drawing of a plot on a canvas: title row, legend row, axes, layers, note. The window has its own
// drawing (ImPlot) of the same PlotSpec.
#include <algorithm>
#include <cmath>
#include <map>

#include "figures/canvas.hpp"
#include "figures/draw_layers.hpp"
#include "figures/ticks.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

constexpr double margin = 9, title_size = 10, small_size = 8.5, legend_swatch = 13, bar_width = 8;

std::string shortened(Canvas& canvas, std::string text, double size, bool bold, double room) {
    if (canvas.text_width(text, size, bold) <= room) {
        return text;
    }
    while (!text.empty() && canvas.text_width(text + "\u2026", size, bold) > room) {
        do {  // whole characters of UTF-8
            const bool continuation = (static_cast<unsigned char>(text.back()) & 0xC0u) == 0x80u;
            text.pop_back();
            if (!continuation) {
                break;
            }
        } while (!text.empty());
    }
    return text + "\u2026";
}

std::vector<std::string> wrapped(Canvas& canvas, const std::string& text, double size, double room) {
    std::vector<std::string> lines;
    std::string line;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.size(), text.find(' ', at));
        const std::string word = text.substr(at, end - at), longer = line.empty() ? word : line + " " + word;
        if (!line.empty() && canvas.text_width(longer, size, false) > room) {
            lines.push_back(line);
            line = word;
        } else {
            line = longer;
        }
        at = end + 1;
    }
    if (!line.empty()) {
        lines.push_back(line);
    }
    if (lines.size() > 2) {
        lines.resize(2);
        lines.back() = shortened(canvas, lines.back() + " \u2026", size, false, room);
    }
    return lines;
}

/// Over a density picture a grid would cut the ground into boxes.
bool has_grid(const PlotSpec& plot) {
    return std::none_of(plot.layers.begin(), plot.layers.end(),
                        [](const PlotLayer& l) { return l.kind == Kind::image; });
}

bool has_axes(const PlotSpec& plot) { return !plot.layers.empty(); }

class Drawing {
public:
    Drawing(Canvas& canvas, const PlotSpec& plot, const Palette& palette, double width, double height)
        : canvas_(canvas), plot_(plot), palette_(palette), width_(width), height_(height) {}

    void draw() {
        canvas_.rect({0, 0, width_, height_}, {palette_.panel, 1});
        title();
        legend();
        note();
        if (!has_axes(plot_)) {
            canvas_.text(width_ / 2, (top_ + bottom_) / 2,
                         plot_.empty.empty() ? "Nothing to draw." : plot_.empty,
                         {small_size, palette_.dim, false, Anchor::middle, false});
            return;
        }
        place();
        axes();
        canvas_.begin_clip(frame_.area);
        draw_layers(canvas_, plot_, palette_, frame_);
        canvas_.end_clip();
        canvas_.frame(frame_.area, {palette_.border, 0.75, 1, {}});
        colour_bar();
    }

private:
    void title() {
        const double y = margin + title_size * 0.8;
        const double room = width_ - 2 * margin;
        const std::string state = shortened(canvas_, plot_.state, small_size, false, 0.55 * room);
        const double taken = state.empty() ? 0 : canvas_.text_width(state, small_size, false) + 12;
        canvas_.begin_group("title");
        canvas_.text(margin, y, shortened(canvas_, plot_.title, title_size, true, room - taken),
                     {title_size, palette_.text, true, Anchor::start, false});
        if (!state.empty()) {
            canvas_.text(width_ - margin, y, state, {small_size, palette_.dim, false, Anchor::end, false});
        }
        canvas_.end_group();
        top_ = y + 9;
    }

    void legend() {
        const auto entries = legend_entries(plot_);
        if (!plot_.legend || entries.size() < 2) {  // the title names a lone series
            return;
        }
        canvas_.begin_group("legend");
        const double y = top_ + 7;
        double x = margin;
        for (const PlotLayer* layer : entries) {
            const double width = legend_swatch + 4 + canvas_.text_width(layer->name, small_size, false);
            if (x > margin && x + width > width_ - margin) {
                canvas_.text(x, y, "\u2026", {small_size, palette_.dim, false, Anchor::start, false});
                break;
            }
            swatch(*layer, x, y - 3);
            canvas_.text(x + legend_swatch + 4, y, layer->name,
                         {small_size, palette_.text, false, Anchor::start, false});
            x += width + 13;
        }
        canvas_.end_group();
        top_ = y + 8;
    }

    void swatch(const PlotLayer& layer, double x, double y) {
        const unsigned rgb = palette_.role(layer.role, layer.index);
        switch (layer.kind) {
        case Kind::points:
            canvas_.dots({{x + legend_swatch / 2, y}}, 2.6, {rgb, 1});
            break;
        case Kind::band:
            canvas_.rect({x, y - 4, legend_swatch, 8}, {rgb, band_alpha});
            break;
        case Kind::bars:
        case Kind::area:
            canvas_.rect({x + 2, y - 4, legend_swatch - 4, 8}, {rgb, layer.kind == Kind::area ? 0.85 : 0.9});
            break;
        default:
            canvas_.polyline({{x, y}, {x + legend_swatch, y}}, layer_stroke(layer, palette_));
        }
    }

    void note() {
        bottom_ = height_ - margin;
        const auto lines = wrapped(canvas_, plot_.note, small_size, width_ - 2 * margin);
        if (lines.empty()) {
            return;
        }
        canvas_.begin_group("note");
        double y = bottom_ - 2 - 11 * static_cast<double>(lines.size() - 1);
        bottom_ = y - 14;
        for (const std::string& line : lines) {
            canvas_.text(margin, y, line, {small_size, palette_.text, false, Anchor::start, false});
            y += 11;
        }
        canvas_.end_group();
    }

    /// Plot area and scales.
    void place() {
        frame_.x = plot_.x, frame_.y = plot_.y;
        const double below = 12 + (plot_.x.label.empty() ? 0 : 13);
        Rect& area = frame_.area;
        area.y = top_ + 3;
        area.height = std::max(20.0, bottom_ - below - area.y);
        y_ticks_ = axis_ticks(plot_.y, std::max(2, static_cast<int>(area.height / 30)));
        double widest = 0;
        for (const auto& [at, text] : y_ticks_) {
            widest = std::max(widest, canvas_.text_width(text, small_size, false));
        }
        area.x = margin + (plot_.y.label.empty() ? 0 : 13) + widest + 5;
        double beside = 6;
        if (plot_.right) {
            right_ticks_ = axis_ticks(*plot_.right, std::max(2, static_cast<int>(area.height / 30)));
            for (const auto& [at, text] : right_ticks_) {
                beside = std::max(beside, 5 + canvas_.text_width(text, small_size, false));
            }
            beside += plot_.right->label.empty() ? 0 : 13;
        } else if (plot_.colours) {
            right_ticks_ = axis_ticks(*plot_.colours, std::max(2, static_cast<int>(area.height / 30)));
            for (const auto& [at, text] : right_ticks_) {
                beside = std::max(beside, 5 + canvas_.text_width(text, small_size, false));
            }
            beside += 2 * bar_width + 13;
        }
        area.width = std::max(20.0, width_ - margin - beside - area.x);
        if (plot_.equal_aspect && !plot_.x.log && !plot_.y.log) {
            equalise();
            y_ticks_ = axis_ticks(frame_.y, std::max(2, static_cast<int>(area.height / 30)));
        }
        x_ticks_ = axis_ticks(frame_.x, std::max(2, static_cast<int>(area.width / 55)));
    }

    /// One unit takes as much room across as up: the shorter range is extended, so that the area stays
    /// filled.
    void equalise() {
        const double unit_x = (frame_.x.max - frame_.x.min) / frame_.area.width;
        const double unit_y = (frame_.y.max - frame_.y.min) / frame_.area.height;
        PlotAxis& axis = unit_x < unit_y ? frame_.x : frame_.y;
        const double length = unit_x < unit_y ? unit_y * frame_.area.width : unit_x * frame_.area.height;
        const double middle = 0.5 * (axis.min + axis.max);
        axis.min = middle - 0.5 * length;
        axis.max = middle + 0.5 * length;
    }

    void axes() {
        const Rect& area = frame_.area;
        const TextStyle small{small_size, palette_.dim, false, Anchor::middle, false};
        canvas_.begin_group("axes");
        const double tolerance = 0.01;
        double last_end = -1e9;
        for (const auto& [at, text] : x_ticks_) {
            const double x = frame_.to_x(at);
            if (x < area.x - tolerance || x > area.x + area.width + tolerance) {
                continue;
            }
            if (has_grid(plot_)) {
                canvas_.polyline({{x, area.y}, {x, area.y + area.height}}, {palette_.grid, 0.6, 1, {}});
            }
            const double half = canvas_.text_width(text, small_size, false) / 2;
            // Labels that would touch the one before are left out, their grid line stays.
            if (std::abs(x - last_end) > half + 4 || last_end < -1e8) {
                canvas_.text(x, area.y + area.height + 11, text, small);
                last_end = plot_.x.reversed ? x - half : x + half;
            }
        }
        for (const auto& [at, text] : y_ticks_) {
            const double y = frame_.to_y(at);
            if (y < area.y - tolerance || y > area.y + area.height + tolerance) {
                continue;
            }
            if (has_grid(plot_)) {
                canvas_.polyline({{area.x, y}, {area.x + area.width, y}}, {palette_.grid, 0.6, 1, {}});
            }
            canvas_.text(area.x - 5, y + 3, text, {small_size, palette_.dim, false, Anchor::end, false});
        }
        right_labels();
        if (!plot_.x.label.empty()) {
            canvas_.text(area.x + area.width / 2, area.y + area.height + 24, with_unit(plot_.x), small);
        }
        if (!plot_.y.label.empty()) {
            canvas_.text(margin + 7, area.y + area.height / 2, with_unit(plot_.y),
                         {small_size, palette_.dim, false, Anchor::middle, true});
        }
        canvas_.end_group();
    }

    static std::string with_unit(const PlotAxis& a) {
        return a.unit.empty() ? a.label : a.label + " (" + a.unit + ")";
    }

    /// What the points' colours stand for, beside the plot.
    void colour_bar() {
        if (!plot_.colours) {
            return;
        }
        constexpr int steps = 64;
        canvas_.begin_group("colours");
        PlotFrame frame{frame_.area, {}, *plot_.colours};
        frame.area.x += frame.area.width + bar_width;
        frame.area.width = bar_width;
        const Rect& bar = frame.area;
        for (int i = steps - 1; i >= 0; --i) {  // each down to the foot, so that no seam is seen
            const double top = bar.y + bar.height * (steps - 1 - i) / steps;
            canvas_.rect({bar.x, top, bar.width, bar.y + bar.height - top},
                         {packed_rgb(value_colour(palette_, (i + 0.5) / steps)), 1});
        }
        right_labels(frame, with_unit(*plot_.colours));
        canvas_.end_group();
    }

    void right_labels() {
        if (!plot_.right) {
            return;
        }
        PlotFrame frame = frame_;
        frame.y = *plot_.right;
        right_labels(frame, plot_.right->label);
    }

    /// Numbers of a vertical scale at the right end of its place, and its name.
    void right_labels(const PlotFrame& frame, const std::string& label) {
        const Rect& area = frame.area;
        for (const auto& [at, text] : right_ticks_) {
            const double y = frame.to_y(at);
            if (y > area.y - 0.01 && y < area.y + area.height + 0.01) {
                canvas_.text(area.x + area.width + 5, y + 3, text,
                             {small_size, palette_.dim, false, Anchor::start, false});
            }
        }
        canvas_.text(width_ - margin, area.y + area.height / 2, label,
                     {small_size, palette_.dim, false, Anchor::middle, true});
    }

    Canvas& canvas_;
    const PlotSpec& plot_;
    const Palette& palette_;
    double width_, height_, top_ = 0, bottom_ = 0;
    PlotFrame frame_;
    std::vector<std::pair<double, std::string>> x_ticks_, y_ticks_, right_ticks_;
};

}  // namespace

void draw_plot(Canvas& canvas, const PlotSpec& plot, const Palette& palette, double width, double height) {
    Drawing(canvas, plot, palette, width, height).draw();
}

}  // namespace tempera
