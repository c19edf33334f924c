// SPDX-License-Identifier: MIT
#include "figures/draw_layers.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "figures/hatching.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

constexpr std::size_t most_vector_points = 5000;
constexpr double raster_dpi = 300;

double along(const PlotAxis& axis, double value) {
    const auto scale = [&](double v) { return axis.log ? std::log10(std::max(v, 1e-300)) : v; };
    const double t = (scale(value) - scale(axis.min)) / (scale(axis.max) - scale(axis.min));
    // Far outside values stay drawable numbers; the clip cuts them.
    return std::clamp(axis.reversed ? 1 - t : t, -50.0, 50.0);
}

class Layers {
public:
    Layers(Canvas& canvas, const PlotSpec& plot, const Palette& palette, const PlotFrame& frame)
        : canvas_(canvas), plot_(plot), palette_(palette), frame_(frame) {}

    void draw(const PlotLayer& layer) {
        colour_ = palette_.role(layer.role, layer.index);
        stroke_ = layer_stroke(layer, palette_);
        switch (layer.kind) {
        case Kind::line:
            canvas_.polyline(points(layer), stroke_);
            break;
        case Kind::stairs:
            stairs(layer);
            break;
        case Kind::band:
            canvas_.polygon(between(layer), {colour_, band_alpha});
            break;
        case Kind::area:
            canvas_.polygon(between(layer), {colour_, 0.85});
            break;
        case Kind::bars:
            bars(layer);
            break;
        case Kind::points:
            dots(layer);
            break;
        case Kind::segments:
            segments(layer);
            break;
        case Kind::image:
            image(layer);
            break;
        case Kind::vline:
            lines_across(layer.x, true);
            break;
        case Kind::hline:
            lines_across(layer.y, false);
            break;
        case Kind::text:
            text(layer);
            break;
        case Kind::quiver:
            quiver(layer);
            break;
        }
    }

private:
    double x(double v) const { return frame_.to_x(v); }
    double y(double v) const { return frame_.to_y(v); }

    Points points(const PlotLayer& layer) const {
        Points out;
        for (std::size_t i = 0; i < std::min(layer.x.size(), layer.y.size()); ++i) {
            out.push_back({x(layer.x[i]), y(layer.y[i])});
        }
        return out;
    }

    Points between(const PlotLayer& layer) const {
        Points out = points(layer);
        for (std::size_t i = std::min(out.size(), layer.y2.size()); i-- > 0;) {
            out.push_back({x(layer.x[i]), y(layer.y2[i])});
        }
        return out;
    }

    void stairs(const PlotLayer& layer) {
        Points out;
        const Points corners = points(layer);
        for (std::size_t i = 0; i < corners.size(); ++i) {
            if (i > 0) {
                out.push_back({corners[i][0], corners[i - 1][1]});
            }
            out.push_back(corners[i]);
        }
        canvas_.polyline(out, stroke_);
    }

    void bars(const PlotLayer& layer) {
        const double half = 0.5 * static_cast<double>(layer.width), floor = frame_.y.log ? frame_.y.min : 0;
        for (std::size_t i = 0; i < std::min(layer.x.size(), layer.y.size()); ++i) {
            const double x0 = x(layer.x[i] - half), x1 = x(layer.x[i] + half), y0 = y(layer.y[i]),
                         y1 = y(floor);
            if (layer.y[i] != floor) {
                canvas_.rect({std::min(x0, x1), std::min(y0, y1), std::abs(x1 - x0), std::abs(y1 - y0)},
                             {colour_, 0.9});
            }
        }
    }

    /// Dots that look alike.
    struct Alike {
        Fill fill;
        Points at;
    };

    /// Points by their look, in the order of groups, or of values.
    std::vector<Alike> alike(const PlotLayer& layer, const Points& all, double alpha) const {
        constexpr double steps = 63;
        std::map<std::array<long, 2>, Alike> found;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool valued = plot_.colours && i < layer.value.size(), grouped = i < layer.group.size();
            const double place = valued ? colour_place(*plot_.colours, layer.value[i]) : 0;
            const long look = valued ? std::lround(steps * place) : grouped ? layer.group[i] : layer.index;
            const long shade = i < layer.shade.size() ? std::lround(steps * layer.shade[i]) : -1;
            Alike& one = found[{look, shade}];
            if (one.at.empty()) {
                const double quantised = static_cast<double>(look) / steps;
                one.fill = {valued    ? packed_rgb(value_colour(palette_, quantised))
                            : grouped ? palette_.role(Role::mode, static_cast<int>(look))
                                      : colour_,
                            shade < 0 ? alpha : static_cast<double>(shade) / steps};
            }
            one.at.push_back(all[i]);
        }
        std::vector<Alike> out;
        for (auto& [look, one] : found) {
            out.push_back(std::move(one));
        }
        return out;
    }

    void dots(const PlotLayer& layer) {
        const Points all = points(layer);
        const double radius = std::max(0.3, static_cast<double>(layer.width) / 2);
        if (layer.ring) {
            rings(all, radius);
            return;
        }
        if (layer.width >= ball_width) {
            balls(alike(layer, all, 1), radius);
            return;
        }
        const bool over_picture =
            std::any_of(plot_.layers.begin(), plot_.layers.end(), [](const PlotLayer& l) { return l.image; });
        std::vector<Points> parts;
        std::vector<Fill> fills;
        if (over_picture && layer.shade.empty()) {  // a thin rim of the ground keeps dots apart from it
            parts.push_back(all);
            fills.push_back({palette_.panel, 0.55});
        }
        const std::size_t rims = parts.size();
        for (Alike& one : alike(layer, all, all.size() > 500 ? 0.8 : 1)) {
            parts.push_back(std::move(one.at));
            fills.push_back(one.fill);
        }
        if (all.size() > most_vector_points) {
            canvas_.picture(frame_.area, rasterise_dots(frame_.area, parts, fills, radius, raster_dpi));
            return;
        }
        for (std::size_t g = 0; g < parts.size(); ++g) {
            canvas_.dots(parts[g], radius + (g < rims ? 0.45 : 0), fills[g]);
        }
    }

    void balls(const std::vector<Alike>& looks, double radius) {
        for (const Alike& look : looks) {
            for (const std::array<double, 2>& at : look.at) {
                canvas_.dots({at}, radius, {palette_.panel, 1});
                canvas_.dots({at}, radius - 0.5, look.fill);
            }
        }
    }

    void rings(const Points& centres, double radius) {
        constexpr int corners = 36;
        for (const std::array<double, 2>& centre : centres) {
            Points circle;
            for (int i = 0; i <= corners; ++i) {
                const double angle = 2 * std::numbers::pi * i / corners;
                circle.push_back(
                    {centre[0] + radius * std::cos(angle), centre[1] + radius * std::sin(angle)});
            }
            canvas_.polyline(circle, {palette_.panel, 3, 0.8, {}});
            canvas_.polyline(circle, {colour_, 1.4, 1, {}});
        }
    }

    void segments(const PlotLayer& layer) {
        const Points ends = points(layer);
        for (std::size_t i = 0; i + 1 < ends.size(); i += 2) {
            canvas_.polyline({ends[i], ends[i + 1]}, stroke_);
        }
    }

    void quiver(const PlotLayer& layer) {
        for (std::size_t i = 0; i < layer.x.size(); ++i) {
            const std::array<double, 2> way = arrow(layer, i);
            const std::array<double, 2> from{x(layer.x[i]), y(layer.y[i])},
                to{x(layer.x[i] + way[0]), y(layer.y[i] + way[1])};
            const double dx = to[0] - from[0], dy = to[1] - from[1], length = std::hypot(dx, dy);
            if (length < 0.3) {
                continue;
            }
            const double head = std::min(2.6, 0.45 * length), bx = head * dx / length,
                         by = head * dy / length;
            Stroke stroke = stroke_;
            stroke.alpha = i < layer.shade.size() ? layer.shade[i] : 1;
            canvas_.polyline({from, to}, stroke);
            canvas_.polygon({to,
                             {to[0] - bx - 0.5 * by, to[1] - by + 0.5 * bx},
                             {to[0] - bx + 0.5 * by, to[1] - by - 0.5 * bx}},
                            {colour_, stroke.alpha});
        }
    }

    void image(const PlotLayer& layer) {
        if (!layer.image || layer.image->nx <= 0 || layer.image->ny <= 0) {
            return;
        }
        const Grid g = layer.cells ? repeated(*layer.image, cell_pixels(*layer.image)) : *layer.image;
        const double top = layer.limit > 0 ? layer.limit : std::max(1e-30, static_cast<double>(g.max));
        Picture picture{g.nx, g.ny, {}};
        picture.rgba.reserve(g.value.size() * 4);
        for (int row = g.ny - 1; row >= 0; --row) {
            for (int column = 0; column < g.nx; ++column) {
                const float value = g.value[static_cast<std::size_t>(row) * static_cast<std::size_t>(g.nx) +
                                            static_cast<std::size_t>(column)];
                const bool hidden = !std::isfinite(value);
                const std::array<double, 3> rgb =
                    layer.diverging
                        ? difference_colour(palette_, hidden ? 0 : static_cast<double>(value) / top)
                        : density_colour(palette_, density_transfer(static_cast<double>(value), top));
                for (double c : rgb) {
                    picture.rgba.push_back(static_cast<unsigned char>(std::lround(255 * c)));
                }
                picture.rgba.push_back(hidden ? 0 : 255);
            }
        }
        const double x0 = x(g.box.x_min), x1 = x(g.box.x_max), y0 = y(g.box.y_max), y1 = y(g.box.y_min);
        const Rect where{std::min(x0, x1), std::min(y0, y1), std::abs(x1 - x0), std::abs(y1 - y0)};
        canvas_.picture(where, picture);
        if (layer.hatched) {
            constexpr double spacing = 5;
            for (const auto& [ax, ay, bx, by] : hatching(g, where, frame_.area, spacing)) {
                canvas_.polyline({{ax, ay}, {bx, by}}, {palette_.dim, 0.5, 0.5, {}});
            }
        }
    }

    void lines_across(const std::vector<double>& at, bool vertical) {
        const Rect& a = frame_.area;
        for (double v : at) {
            if (vertical) {
                canvas_.polyline({{x(v), a.y}, {x(v), a.y + a.height}}, stroke_);
            } else {
                canvas_.polyline({{a.x, y(v)}, {a.x + a.width, y(v)}}, stroke_);
            }
        }
    }

    void text(const PlotLayer& layer) {
        if (layer.x.empty() || layer.y.empty()) {
            return;
        }
        // Kept inside the area: the anchor changes near the right edge.
        const double px = x(layer.x[0]), width = canvas_.text_width(layer.text, 8.5, false);
        const bool late = px + width > frame_.area.x + frame_.area.width - 2;
        canvas_.text(px + (late ? -3 : 3), y(layer.y[0]) - 3, layer.text,
                     {8.5, colour_, false, late ? Anchor::end : Anchor::start, false});
    }

    Canvas& canvas_;
    const PlotSpec& plot_;
    const Palette& palette_;
    const PlotFrame& frame_;
    unsigned colour_ = 0;
    Stroke stroke_;
};

}  // namespace

double PlotFrame::to_x(double value) const { return area.x + along(x, value) * area.width; }

double PlotFrame::to_y(double value) const { return area.y + (1 - along(y, value)) * area.height; }

Stroke layer_stroke(const PlotLayer& layer, const Palette& palette) {
    Stroke stroke{palette.role(layer.role, layer.index), 0.7 * static_cast<double>(layer.width), 1, {}};
    if (layer.dashed) {
        stroke.dash = {4, 2.5};
    } else if (&palette == &tempera::palette("print") &&
               (layer.kind == Kind::line || layer.kind == Kind::stairs)) {
        switch (layer.role) {
        case Role::sampled:
            stroke.dash = {6, 2};
            break;
        case Role::learned:
            stroke.dash = {1.5, 1.5};
            break;
        default:
            break;
        }
    }
    return stroke;
}

void draw_layers(Canvas& canvas, const PlotSpec& plot, const Palette& palette, const PlotFrame& frame) {
    PlotFrame at_right = frame;
    at_right.y = plot.right.value_or(frame.y);
    Layers left(canvas, plot, palette, frame), right(canvas, plot, palette, at_right);
    for (const PlotLayer& layer : plot.layers) {
        std::string group = "layer";
        for (char c : layer.name.empty() ? std::string() : " " + layer.name) {
            group += c == '/' ? ' ' : c;
        }
        canvas.begin_group(group);
        (layer.right ? right : left).draw(layer);
        canvas.end_group();
    }
}

}  // namespace tempera
