// SPDX-License-Identifier: MIT
#include "app/plot_implot.hpp"

#include <implot.h>
#include <implot_internal.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tempera::app {
namespace {

using Kind = PlotLayer::Kind;

ImVec4 colour(const Theme& theme, const PlotLayer& layer, float alpha = 1) {
    return Theme::vec(theme.colours().role(layer.role, layer.index), alpha);
}

std::string item_label(const PlotLayer& layer, std::size_t index) {
    return layer.name + "##" + std::to_string(index);
}

void draw_dashed(const PlotLayer& layer, const Theme& theme) {
    ImDrawList* list = ImPlot::GetPlotDrawList();
    const ImU32 ink = ImGui::ColorConvertFloat4ToU32(colour(theme, layer));
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

/// Squares drawn straight into the draw list: an order of magnitude cheaper than markers.
void draw_points(const PlotLayer& layer, const Theme& theme, int max_points,
                 const std::vector<float>* weight) {
    ImDrawList* list = ImPlot::GetPlotDrawList();
    const ImPlotRect limits = ImPlot::GetPlotLimits();
    const ImVec2 origin = ImPlot::PlotToPixels(0, 0), unit = ImPlot::PlotToPixels(1, 1);
    const ImPlotPlot* current = ImPlot::GetCurrentPlot();
    const bool linear = current->Axes[ImAxis_X1].Scale == ImPlotScale_Linear &&
                        current->Axes[ImAxis_Y1].Scale == ImPlotScale_Linear;
    const std::size_t n = layer.x.size(), limit = static_cast<std::size_t>(std::max(1, max_points));
    const std::size_t stride = (n + limit - 1) / limit;
    const float half = std::max(0.5f, theme.px(layer.width) * 0.5f);
    const float alpha = n > 6000 ? 0.4f : n > 1500 ? 0.55f : 0.85f;
    std::vector<ImU32> inks;
    for (int m = 0; m < 64; ++m) {
        inks.push_back(theme.role(layer.role, layer.role == Role::mode ? m : layer.index,
                                  layer.width > 5 ? 1.0f : alpha));
    }
    for (std::size_t i = 0; i < n; i += std::max<std::size_t>(1, stride)) {
        const double x = layer.x[i], y = layer.y[i];
        if (x < limits.X.Min || x > limits.X.Max || y < limits.Y.Min || y > limits.Y.Max) {
            continue;
        }
        const ImVec2 p = linear ? ImVec2(origin.x + static_cast<float>(x) * (unit.x - origin.x),
                                         origin.y + static_cast<float>(y) * (unit.y - origin.y))
                                : ImPlot::PlotToPixels(x, y);
        ImU32 ink =
            inks[i < layer.group.size() ? static_cast<std::size_t>(std::max(0, layer.group[i])) % inks.size()
                                        : 0];
        if (weight && i < weight->size()) {
            ink = theme.role(layer.role, layer.index, std::clamp((*weight)[i] * 0.6f, 0.04f, 1.0f));
        }
        list->PrimReserve(6, 4);
        list->PrimRect({p.x - half, p.y - half}, {p.x + half, p.y + half}, ink);
    }
}

void draw_layer(const PlotLayer& layer, std::size_t index, const PlotSpec& plot, const Theme& theme,
                DensityTextures& textures, const PlotOptions& options) {
    const std::string label = item_label(layer, index);
    const int n = static_cast<int>(std::min(layer.x.size(), layer.kind == Kind::hline
                                                                ? layer.x.size()
                                                                : std::max(layer.y.size(), std::size_t{0})));
    ImPlotSpec spec;
    spec.LineColor = colour(theme, layer);
    spec.FillColor = colour(theme, layer);
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
            spec.FillAlpha = layer.kind == Kind::band ? 0.22f : layer.role == Role::mode ? 0.85f : 0.18f;
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
        draw_points(layer, theme, options.max_points, options.point_weight);
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
            const ImTextureRef texture = textures.picture(plot.id, layer.image, 4);
            if (textures.available() && texture.GetTexID() != 0) {
                const Grid& g = *layer.image;
                ImPlot::PlotImage(label.c_str(), texture, {g.x_min, g.y_min}, {g.x_max, g.y_max}, {0, 1},
                                  {1, 0});
            }
        }
        break;
    case Kind::vline:
        ImPlot::PlotInfLines(label.c_str(), layer.x.data(), static_cast<int>(layer.x.size()), spec);
        break;
    case Kind::hline:
        spec.Flags = ImPlotInfLinesFlags_Horizontal;
        ImPlot::PlotInfLines(label.c_str(), layer.y.data(), static_cast<int>(layer.y.size()), spec);
        break;
    case Kind::text:
        if (!layer.x.empty() && !layer.y.empty()) {
            ImPlot::PlotText(layer.text.c_str(), layer.x[0], layer.y[0]);
        }
        break;
    }
}

/// Value of a line layer at the drawn point nearest to x; NaN when there is none.
double value_near(const PlotLayer& layer, double x, double& at) {
    double best = std::numeric_limits<double>::infinity(), value = std::nan("");
    for (std::size_t i = 0; i < std::min(layer.x.size(), layer.y.size()); ++i) {
        const double d = std::abs(layer.x[i] - x);
        if (d < best) {
            best = d;
            at = layer.x[i];
            value = layer.y[i];
        }
    }
    return value;
}

void hover_card(const PlotSpec& plot, const Theme& theme, const PlotOptions& options) {
    const ImPlotPoint mouse = ImPlot::GetPlotMousePos();
    for (const PlotLayer& layer : plot.layers) {
        if (layer.kind != Kind::points || !options.hover_point || layer.x.empty()) {
            continue;
        }
        const ImVec2 m = ImGui::GetMousePos();
        float best = theme.px(9) * theme.px(9);
        std::size_t found = layer.x.size();
        for (std::size_t i = 0; i < layer.x.size(); ++i) {
            const ImVec2 p = ImPlot::PlotToPixels(layer.x[i], layer.y[i]);
            const float d = (p.x - m.x) * (p.x - m.x) + (p.y - m.y) * (p.y - m.y);
            if (d < best) {
                best = d;
                found = i;
            }
        }
        if (found < layer.x.size()) {
            ImPlot::GetPlotDrawList()->AddCircle(ImPlot::PlotToPixels(layer.x[found], layer.y[found]),
                                                 theme.px(6), Theme::packed(theme.colours().accent), 0,
                                                 theme.px(1.5f));
            ImGui::BeginTooltip();
            options.hover_point(found);
            ImGui::EndTooltip();
        }
        return;
    }
    bool any = false;
    for (const PlotLayer& layer : plot.layers) {
        any = any || ((layer.kind == Kind::line || layer.kind == Kind::bars) && !layer.x.empty() &&
                      layer.role != Role::dim);
    }
    if (!any) {
        return;
    }
    ImGui::BeginTooltip();
    bool headed = false;
    for (const PlotLayer& layer : plot.layers) {
        if ((layer.kind != Kind::line && layer.kind != Kind::bars) || layer.x.empty() ||
            layer.role == Role::dim) {
            continue;
        }
        double at = mouse.x;
        const double v = value_near(layer, mouse.x, at);
        if (!headed) {
            const std::string name = plot.x.label.empty() ? "x" : plot.x.label;
            ImGui::TextColored(theme.dim(), "%s %.4g", name.c_str(), at);
            headed = true;
        }
        ImGui::TextColored(colour(theme, layer), "%s",
                           layer.name.empty() ? plot.title.c_str() : layer.name.c_str());
        ImGui::SameLine();
        const Face mono(theme.mono, Theme::number_size);
        ImGui::Text("%.4g", v);
    }
    ImGui::EndTooltip();
}

void setup_axes(const PlotSpec& plot, const PlotOptions& options, bool picture) {
    ImPlotAxisFlags common =
        ImPlotAxisFlags_NoMenus | ImPlotAxisFlags_NoHighlight | ImPlotAxisFlags_NoSideSwitch;
    ImPlotAxisFlags fx = common, fy = common;
    if (!picture && options.linked_levels) {
        fx |= ImPlotAxisFlags_Lock;
        fy |= ImPlotAxisFlags_Lock;
    }
    if (plot.x.reversed) {
        fx |= ImPlotAxisFlags_Invert;
    }
    if (picture) {
        fx |= ImPlotAxisFlags_NoGridLines;
        fy |= ImPlotAxisFlags_NoGridLines;
    }
    if (!plot.y.ticks.empty()) {
        fy |= ImPlotAxisFlags_NoGridLines | ImPlotAxisFlags_NoTickMarks;
    }
    const std::string x_label = plot.x.label + (plot.x.unit.empty() ? "" : " [" + plot.x.unit + "]");
    ImPlot::SetupAxis(ImAxis_X1, x_label.empty() ? nullptr : x_label.c_str(), fx);
    ImPlot::SetupAxis(ImAxis_Y1, plot.y.label.empty() ? nullptr : plot.y.label.c_str(), fy);
    // Limits come from the builder; when they change the axis follows, otherwise the person may zoom.
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const std::string text = std::to_string(plot.x.min) + "," + std::to_string(plot.x.max) + "," +
                             std::to_string(plot.y.min) + "," + std::to_string(plot.y.max);
    const ImGuiID key = ImGui::GetID("limits"), now = ImHashStr(text.c_str());
    const bool moved = storage->GetInt(key) != static_cast<int>(now) || options.fit;
    storage->SetInt(key, static_cast<int>(now));
    const ImPlotCond when = moved ? ImPlotCond_Always : ImPlotCond_Once;
    ImPlot::SetupAxisLimits(ImAxis_X1, plot.x.min, plot.x.max, when);
    ImPlot::SetupAxisLimits(ImAxis_Y1, plot.y.min, plot.y.max, when);
    if (plot.x.log) {
        ImPlot::SetupAxisScale(ImAxis_X1, ImPlotScale_Log10);
    }
    if (plot.y.log) {
        ImPlot::SetupAxisScale(ImAxis_Y1, ImPlotScale_Log10);
    }
    for (const auto& [ax, spec] : {std::pair{ImAxis_X1, &plot.x}, std::pair{ImAxis_Y1, &plot.y}}) {
        if (spec->ticks.empty()) {
            continue;
        }
        std::vector<double> at;
        std::vector<const char*> names;
        for (const auto& [value, name] : spec->ticks) {
            at.push_back(value);
            names.push_back(name.c_str());
        }
        ImPlot::SetupAxisTicks(ax, at.data(), static_cast<int>(at.size()), names.data());
    }
}

void draw_empty(const PlotSpec& plot, const Theme& theme, ImVec2 size) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Dummy(size);
    const Face face(theme.body, Theme::small_size);
    const float wrap = std::max(60.0f, std::min(size.x - theme.px(24), theme.px(320)));
    const ImVec2 extent = ImGui::CalcTextSize(plot.empty.c_str(), nullptr, false, wrap);
    const ImVec2 corner(at.x + (size.x - extent.x) / 2, at.y + (size.y - extent.y) / 2);
    ImGui::GetWindowDrawList()->AddText(nullptr, 0, corner, Theme::packed(theme.colours().dim),
                                        plot.empty.c_str(), nullptr, wrap);
}

}  // namespace

void create_implot() { ImPlot::CreateContext(); }
void destroy_implot() { ImPlot::DestroyContext(); }

void setup_implot(const Theme& theme) {
    const Palette& p = theme.colours();
    ImPlotStyle style;
    style.PlotPadding = {theme.px(8), theme.px(6)};
    style.LabelPadding = {theme.px(4), theme.px(3)};
    style.PlotBorderSize = theme.px(1);
    style.MajorTickLen = style.MinorTickLen = {0, 0};
    style.MajorGridSize = {theme.px(1), theme.px(1)};
    style.MinorGridSize = {0, 0};
    style.MinorAlpha = 0;
    style.PlotMinSize = {theme.px(40), theme.px(30)};
    style.MousePosPadding = {theme.px(6), theme.px(6)};
    ImVec4* v = style.Colors;
    v[ImPlotCol_FrameBg] = Theme::vec(p.panel, 0);
    v[ImPlotCol_PlotBg] = Theme::vec(p.panel, 0);
    v[ImPlotCol_PlotBorder] = Theme::vec(p.border);
    v[ImPlotCol_AxisText] = Theme::vec(p.dim);
    v[ImPlotCol_AxisGrid] = Theme::vec(p.grid);
    v[ImPlotCol_AxisTick] = Theme::vec(p.grid);
    v[ImPlotCol_AxisBg] = v[ImPlotCol_AxisBgHovered] = v[ImPlotCol_AxisBgActive] = Theme::vec(p.panel, 0);
    v[ImPlotCol_InlayText] = Theme::vec(p.text);
    v[ImPlotCol_Selection] = Theme::vec(p.accent);
    v[ImPlotCol_Crosshairs] = Theme::vec(p.dim);
    ImPlot::GetStyle() = style;
}

float draw_legend(const PlotSpec& plot, const Theme& theme, bool measure_only) {
    if (!plot.legend) {
        return 0;
    }
    const Face face(theme.body, Theme::small_size);
    const ImVec2 start = ImGui::GetCursorScreenPos();
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float height = ImGui::GetTextLineHeight();
    float x = 0;
    int entries = 0;
    for (const PlotLayer& layer : plot.layers) {
        if (layer.name.empty() || entries >= 4) {
            continue;
        }
        ++entries;
        const float sample = theme.px(12);
        if (!measure_only) {
            const ImU32 ink = theme.role(layer.role, layer.index);
            const float y = start.y + height / 2;
            if (layer.kind == Kind::line || layer.kind == Kind::hline) {
                list->AddLine({start.x + x, y}, {start.x + x + sample, y}, ink, theme.px(2.5f));
            } else {
                list->AddRectFilled({start.x + x, y - theme.px(4.5f)},
                                    {start.x + x + theme.px(9), y + theme.px(4.5f)}, ink, theme.px(2));
            }
            list->AddText({start.x + x + sample + theme.px(4), start.y}, Theme::packed(theme.colours().dim),
                          layer.name.c_str());
        }
        x += sample + theme.px(4) + ImGui::CalcTextSize(layer.name.c_str()).x + theme.px(12);
    }
    return x > 0 ? x - theme.px(12) : 0;
}

PlotInput draw_plot(const PlotSpec& plot, const Theme& theme, DensityTextures& textures, ImVec2 size,
                    const PlotOptions& options) {
    PlotInput input;
    if (size.x < theme.px(60) || size.y < theme.px(40)) {
        ImGui::Dummy({std::max(1.0f, size.x), std::max(1.0f, size.y)});
        return input;
    }
    if (!plot.empty.empty() && plot.layers.empty()) {
        draw_empty(plot, theme, size);
        return input;
    }
    ImGui::PushID(plot.id.c_str());
    const Face face(theme.body, Theme::small_size);
    const bool picture = plot.equal_aspect;
    ImPlotFlags flags = ImPlotFlags_NoLegend | ImPlotFlags_NoTitle | ImPlotFlags_NoMenus |
                        ImPlotFlags_NoMouseText | ImPlotFlags_NoBoxSelect;
    if (picture) {
        flags |= ImPlotFlags_Equal;
    }
    ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0);  // the plot has its own border
    const bool open = ImPlot::BeginPlot("##plot", size, flags);
    if (open) {
        setup_axes(plot, options, picture);
        ImPlot::SetupFinish();
    }
    ImGui::PopStyleVar();
    if (open) {
        ImPlot::PushPlotClipRect();
        for (std::size_t i = 0; i < plot.layers.size(); ++i) {
            draw_layer(plot.layers[i], i, plot, theme, textures, options);
        }
        ImPlot::PopPlotClipRect();
        if (options.cursor_x > -1e299) {
            const ImVec2 at = ImPlot::PlotToPixels(options.cursor_x, plot.y.min), top = ImPlot::GetPlotPos(),
                         extent = ImPlot::GetPlotSize();
            ImPlot::PushPlotClipRect();
            ImPlot::GetPlotDrawList()->AddLine({at.x, top.y}, {at.x, top.y + extent.y},
                                               Theme::packed(theme.colours().accent, 0.8f), theme.px(1));
            ImPlot::PopPlotClipRect();
        }
        input.hovered = ImPlot::IsPlotHovered();
        if (input.hovered) {
            ImPlot::PushPlotClipRect();
            hover_card(plot, theme, options);
            ImPlot::PopPlotClipRect();
            if (options.linked_levels && ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
                input.chosen_x = ImPlot::GetPlotMousePos().x;
            }
        }
        ImPlot::EndPlot();
    }
    ImGui::PopID();
    return input;
}

}  // namespace tempera::app
