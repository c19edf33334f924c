// SPDX-License-Identifier: MIT
#include "app/render/plot_layers.hpp"

#include <implot.h>
#include <implot_internal.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "figures/hatching.hpp"

namespace tempera::app {
namespace {

using Kind = PlotLayer::Kind;

std::string item_label(const PlotLayer& layer, std::size_t index) {
    return layer.name + "##" + std::to_string(index);
}

void draw_dashed(const PlotLayer& layer, const Theme& theme) {
    ImDrawList* list = ImPlot::GetPlotDrawList();
    const ImU32 ink = ImGui::ColorConvertFloat4ToU32(layer_colour(theme, layer));
    const float dash = theme.px(6), gap = theme.px(4), width = theme.px(layer.width);
    float at = 0;
    for (std::size_t i = 1; i < layer.x.size(); ++i) {
        const ImVec2 a = ImPlot::PlotToPixels(layer.x[i - 1], layer.y[i - 1]),
                     b = ImPlot::PlotToPixels(layer.x[i], layer.y[i]);
        const float length = std::hypot(b.x - a.x, b.y - a.y);
        if (!(length > 0) || length > 1e5f) {
            continue;
        }
        for (float t = 0; t < length;) {
            const float phase = std::fmod(at + t, dash + gap);
            const float run = phase < dash ? dash - phase : dash + gap - phase;
            const float end = std::min(length, t + run);
            if (phase < dash) {
                const auto point = [&](float s) {
                    return ImVec2(a.x + (b.x - a.x) * s / length, a.y + (b.y - a.y) * s / length);
                };
                list->AddLine(point(t), point(end), ink, width);
            }
            t = end + 1e-3f;
        }
        at += length;
    }
}

/// A circle around each, on a wider one of the ground, so that it is seen on any picture.
void draw_rings(const PlotLayer& layer, const Theme& theme) {
    ImDrawList* list = ImPlot::GetPlotDrawList();
    for (std::size_t i = 0; i < layer.x.size(); ++i) {
        const ImVec2 at = ImPlot::PlotToPixels(layer.x[i], layer.y[i]);
        const float radius = 0.5f * theme.px(layer.width);
        list->AddCircle(at, radius, Theme::packed(theme.colours().panel, 0.8f), 0, theme.px(4));
        list->AddCircle(at, radius, theme.role(layer.role, layer.index), 0, theme.px(2));
    }
}

/// Squares, on the graphics card or straight into the draw list: an order of magnitude cheaper than markers.
void draw_points(const PlotLayer& layer, const PlotSpec& plot, const Theme& theme,
                 const PlotOptions& options) {
    ImDrawList* list = ImPlot::GetPlotDrawList();
    const ImPlotRect limits = ImPlot::GetPlotLimits();
    // In double precision to the last: far from zero the pixels of zero and one say nothing.
    const ImPlotPlot* current = ImPlot::GetCurrentPlot();
    const ImPlotAxis &across = current->Axes[ImAxis_X1], &up = current->Axes[current->CurrentY];
    const std::size_t n = layer.x.size(), limit = static_cast<std::size_t>(std::max(1, options.max_points));
    const std::size_t stride = (n + limit - 1) / limit;
    const float half = std::max(0.5f, theme.px(layer.width) * 0.5f);
    const float alpha = n > 6000 ? 0.4f : n > 1500 ? 0.55f : 0.85f;
    std::vector<ImU32> inks;
    for (int m = 0; m < 64; ++m) {
        inks.push_back(theme.role(layer.role, layer.role == Role::mode ? m : layer.index,
                                  layer.width > 5 ? 1.0f : alpha));
    }
    std::vector<Sprites::Square> squares;
    ImPlot::PushPlotClipRect();
    for (std::size_t i = 0; i < n; i += std::max<std::size_t>(1, stride)) {
        const double x = layer.x[i], y = layer.y[i];
        if (x < limits.X.Min || x > limits.X.Max || y < limits.Y.Min || y > limits.Y.Max) {
            continue;
        }
        const ImVec2 p(across.PlotToPixels(x), up.PlotToPixels(y));
        ImU32 ink =
            inks[i < layer.group.size() ? static_cast<std::size_t>(std::max(0, layer.group[i])) % inks.size()
                                        : 0];
        if (i < layer.shade.size()) {
            ink = theme.role(layer.role, layer.index, static_cast<float>(layer.shade[i]));
        }
        if (plot.colours && i < layer.value.size()) {
            const double place = colour_place(*plot.colours, layer.value[i]);
            ink = Theme::packed(packed_rgb(value_colour(theme.colours(), place)));
        }
        if (layer.width >= ball_width) {  // few and large: round, with a rim that parts those that overlap
            list->AddCircleFilled(p, half, ink);
            list->AddCircle(p, half, Theme::packed(theme.colours().panel), 0, std::max(1.0f, theme.px(1)));
        } else if (options.sprites) {
            squares.push_back({p, ink});
        } else {
            list->PrimReserve(6, 4);
            list->PrimRect({p.x - half, p.y - half}, {p.x + half, p.y + half}, ink);
        }
    }
    if (options.sprites) {
        options.sprites->add(list, std::move(squares), 2 * half);
    }
    ImPlot::PopPlotClipRect();
}

/// Over the cells of a picture that are not known.
void draw_hatching(const Grid& picture, const Theme& theme) {
    const ImVec2 low = ImPlot::PlotToPixels(picture.box.x_min, picture.box.y_min),
                 high = ImPlot::PlotToPixels(picture.box.x_max, picture.box.y_max), at = ImPlot::GetPlotPos(),
                 size = ImPlot::GetPlotSize();
    const Rect where{low.x, high.y, static_cast<double>(high.x - low.x), static_cast<double>(low.y - high.y)};
    const ImU32 ink = Theme::packed(theme.colours().dim, 0.45f);
    for (const auto& [ax, ay, bx, by] :
         hatching(picture, where, {at.x, at.y, size.x, size.y}, static_cast<double>(theme.px(7)))) {
        ImPlot::GetPlotDrawList()->AddLine({static_cast<float>(ax), static_cast<float>(ay)},
                                           {static_cast<float>(bx), static_cast<float>(by)}, ink,
                                           theme.px(1));
    }
}

void draw_quiver(const PlotLayer& layer, const Theme& theme) {
    ImDrawList* list = ImPlot::GetPlotDrawList();
    const ImPlotRect limits = ImPlot::GetPlotLimits();
    for (std::size_t i = 0; i < layer.x.size(); ++i) {
        const std::array<double, 2> way = arrow(layer, i);
        if (!limits.Contains(layer.x[i], layer.y[i])) {
            continue;
        }
        const ImVec2 from = ImPlot::PlotToPixels(layer.x[i], layer.y[i]),
                     to = ImPlot::PlotToPixels(layer.x[i] + way[0], layer.y[i] + way[1]);
        const float dx = to.x - from.x, dy = to.y - from.y, length = std::hypot(dx, dy);
        if (length < 0.6f) {
            continue;
        }
        const ImU32 ink = theme.role(layer.role, layer.index,
                                     i < layer.shade.size() ? static_cast<float>(layer.shade[i]) : 1);
        const float head = std::min(theme.px(5), 0.5f * length), bx = head * dx / length,
                    by = head * dy / length;
        list->AddLine(from, {to.x - 0.7f * bx, to.y - 0.7f * by}, ink, theme.px(layer.width));
        list->AddTriangleFilled(to, {to.x - bx - 0.45f * by, to.y - by + 0.45f * bx},
                                {to.x - bx + 0.45f * by, to.y - by - 0.45f * bx}, ink);
    }
}

}  // namespace

ImVec4 layer_colour(const Theme& theme, const PlotLayer& layer) {
    return Theme::vec(theme.colours().role(layer.role, layer.index));
}

void draw_layer(const PlotLayer& layer, std::size_t index, const PlotSpec& plot, const Theme& theme,
                DensityTextures& textures, const PlotOptions& options) {
    const std::string label = item_label(layer, index);
    const int n = static_cast<int>(std::min(layer.x.size(), layer.kind == Kind::hline
                                                                ? layer.x.size()
                                                                : std::max(layer.y.size(), std::size_t{0})));
    ImPlotSpec spec;
    spec.LineColor = layer_colour(theme, layer);
    spec.FillColor = layer_colour(theme, layer);
    spec.LineWeight = theme.px(layer.width);
    switch (layer.kind) {
    case Kind::line:
        if (layer.dashed) {
            draw_dashed(layer, theme);
        } else if (n > 0) {
            ImPlot::PlotLine(label.c_str(), layer.x.data(), layer.y.data(), n, spec);
        }
        break;
    case Kind::stairs:
        if (n > 0) {
            ImPlot::PlotStairs(label.c_str(), layer.x.data(), layer.y.data(), n, spec);
        }
        break;
    case Kind::band:
    case Kind::area:
        if (n > 0 && layer.y2.size() >= layer.x.size()) {
            spec.FillAlpha = layer.kind == Kind::band                              ? 0.22f
                             : layer.role == Role::mode || layer.role == Role::run ? 0.85f
                                                                                   : 0.18f;
            spec.LineWeight = 0;
            ImPlot::PlotShaded(label.c_str(), layer.x.data(), layer.y.data(), layer.y2.data(), n, spec);
        }
        break;
    case Kind::bars:
        if (n > 0) {
            spec.FillAlpha = 0.9f;
            spec.LineWeight = 0;
            ImPlot::PlotBars(label.c_str(), layer.x.data(), layer.y.data(), n,
                             layer.width > 0 ? layer.width : 0.67, spec);
        }
        break;
    case Kind::points:
        if (layer.ring) {
            draw_rings(layer, theme);
        } else {
            draw_points(layer, plot, theme, options);
        }
        break;
    case Kind::segments:
        for (std::size_t i = 0; i + 1 < std::min(layer.x.size(), layer.y.size()); i += 2) {
            const ImVec2 a = ImPlot::PlotToPixels(layer.x[i], layer.y[i]),
                         b = ImPlot::PlotToPixels(layer.x[i + 1], layer.y[i + 1]);
            ImPlot::GetPlotDrawList()->AddLine(a, b, ImGui::ColorConvertFloat4ToU32(spec.LineColor),
                                               spec.LineWeight);
        }
        break;
    case Kind::image:
        if (layer.image) {
            const ImTextureRef texture =
                textures.picture(plot.id + (index > 0 ? " " + std::to_string(index) : ""), layer.image,
                                 layer.cells ? 1 : 4, {layer.limit, layer.diverging, layer.cells});
            if (textures.available() && texture.GetTexID() != 0) {
                const Grid& g = *layer.image;
                ImPlot::PlotImage(label.c_str(), texture, {g.box.x_min, g.box.y_min},
                                  {g.box.x_max, g.box.y_max}, {0, 1}, {1, 0});
            }
            if (layer.hatched) {
                draw_hatching(*layer.image, theme);
            }
        }
        break;
    case Kind::quiver:
        draw_quiver(layer, theme);
        break;
    case Kind::vline:
        ImPlot::PlotInfLines(label.c_str(), layer.x.data(), static_cast<int>(layer.x.size()), spec);
        break;
    case Kind::hline:
        if (layer.dashed) {
            const ImPlotRange across = ImPlot::GetPlotLimits().X;
            for (const double y : layer.y) {
                PlotLayer line = make_layer(Kind::line, "", layer.role, layer.width, layer.index);
                line.x = {across.Min, across.Max};
                line.y = {y, y};
                draw_dashed(line, theme);
            }
            break;
        }
        spec.Flags = ImPlotInfLinesFlags_Horizontal;
        ImPlot::PlotInfLines(label.c_str(), layer.y.data(), static_cast<int>(layer.y.size()), spec);
        break;
    case Kind::text:
        if (!layer.x.empty() && !layer.y.empty()) {
            ImPlot::PushStyleColor(ImPlotCol_InlayText, layer_colour(theme, layer));
            ImPlot::PlotText(layer.text.c_str(), layer.x[0], layer.y[0]);
            ImPlot::PopStyleColor();
        }
        break;
    }
}

}  // namespace tempera::app
