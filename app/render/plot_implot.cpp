// SPDX-License-Identifier: MIT
#include "app/render/plot_implot.hpp"

#include <imgui_internal.h>
#include <implot.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/render/colour_bar.hpp"
#include "app/render/plot_layers.hpp"
#include "app/render/plot_ticks.hpp"

namespace tempera::app {
namespace {

using Kind = PlotLayer::Kind;

constexpr float least_named =
    96;  ///< height at scale 1 below which the names of axes would take the plot's room

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

/// The layer of points that know which particles they are; null: there is none.
const PlotLayer* layer_with_ids(const PlotSpec& plot) {
    for (const PlotLayer& layer : plot.layers) {
        if (layer.kind == Kind::points && !layer.id.empty() && !layer.x.empty()) {
            return &layer;
        }
    }
    return nullptr;
}

/// The point nearest to the mouse, within `reach` pixels, of those that `wanted` takes.
template <class Wanted>
std::optional<std::size_t> nearest_point(const PlotLayer& layer, float reach, Wanted wanted) {
    const ImVec2 m = ImGui::GetMousePos();
    float best = reach * reach;
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < layer.x.size(); ++i) {
        const ImVec2 p = ImPlot::PlotToPixels(layer.x[i], layer.y[i]);
        const float d = (p.x - m.x) * (p.x - m.x) + (p.y - m.y) * (p.y - m.y);
        if (d < best && wanted(layer.id[i])) {
            best = d;
            found = i;
        }
    }
    return found;
}

std::optional<std::size_t> point_below_mouse(const PlotLayer& layer, const Theme& theme) {
    return nearest_point(layer, theme.px(9), [](int) { return true; });
}

/// What a click picks.
std::optional<int> picked_by_click(const PlotSpec& plot, const Theme& theme,
                                   const std::vector<int>& pickable) {
    const PlotLayer* layer = layer_with_ids(plot);
    std::optional<std::size_t> found = layer ? point_below_mouse(*layer, theme) : std::nullopt;
    const auto can_be = [&](int id) { return std::binary_search(pickable.begin(), pickable.end(), id); };
    if (found && !can_be(layer->id[*found])) {
        found = nearest_point(*layer, 1e9f, can_be);
    }
    return found ? std::optional(layer->id[*found]) : std::nullopt;
}

/// Released where it was pressed.
bool clicked_without_drag() {
    const ImGuiIO& io = ImGui::GetIO();
    return ImGui::IsMouseReleased(ImGuiMouseButton_Left) &&
           io.MouseDragMaxDistanceSqr[ImGuiMouseButton_Left] < io.MouseDragThreshold * io.MouseDragThreshold;
}

void hover_card(const PlotSpec& plot, const Theme& theme, const PlotOptions& options) {
    const ImPlotPoint mouse = ImPlot::GetPlotMousePos();
    if (const PlotLayer* layer = options.hover_point ? layer_with_ids(plot) : nullptr) {
        if (const auto found = point_below_mouse(*layer, theme)) {
            ImPlot::GetPlotDrawList()->AddCircle(ImPlot::PlotToPixels(layer->x[*found], layer->y[*found]),
                                                 theme.px(6), Theme::packed(theme.colours().accent), 0,
                                                 theme.px(1.5f));
            ImGui::BeginTooltip();
            options.hover_point(layer->id[*found]);
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
        ImGui::TextColored(layer_colour(theme, layer), "%s",
                           layer.name.empty() ? plot.title.c_str() : layer.name.c_str());
        ImGui::SameLine();
        const Face mono(theme.mono, Theme::number_size);
        ImGui::Text("%.4g", v);
    }
    ImGui::EndTooltip();
}

void name_ticks(ImAxis axis, const PlotAxis& spec) {
    if (spec.ticks.empty()) {
        return;
    }
    std::vector<double> at;
    std::vector<const char*> names;
    for (const auto& [value, name] : spec.ticks) {
        at.push_back(value);
        names.push_back(name.c_str());
    }
    ImPlot::SetupAxisTicks(axis, at.data(), static_cast<int>(at.size()), names.data());
}

/// Ten thousand times in and out: further in, pixels are no different numbers any more, far from zero sooner.
void limit_zoom(ImAxis axis, const PlotAxis& spec) {
    constexpr double most = 1e4;
    if (spec.log) {
        return;
    }
    const double size = spec.max - spec.min, largest = std::max(std::abs(spec.min), std::abs(spec.max));
    ImPlot::SetupAxisZoomConstraints(axis, std::max(size / most, 1e-10 * largest), size * most);
}

void setup_axes(const PlotSpec& plot, const PlotOptions& options, bool picture, bool named) {
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
    fx |= ImPlotAxisFlags_NoGridLines;  // values are read across; the level in view is a line of its own
    if (picture) {
        fy |= ImPlotAxisFlags_NoGridLines;
    }
    if (!plot.y.ticks.empty()) {
        fy |= ImPlotAxisFlags_NoGridLines | ImPlotAxisFlags_NoTickMarks;
    }
    const std::string x_label = plot.x.label + (plot.x.unit.empty() ? "" : " [" + plot.x.unit + "]");
    ImPlot::SetupAxis(ImAxis_X1, x_label.empty() || !named ? nullptr : x_label.c_str(), fx);
    ImPlot::SetupAxis(ImAxis_Y1, plot.y.label.empty() || !named ? nullptr : plot.y.label.c_str(), fy);
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
    limit_zoom(ImAxis_X1, plot.x);
    limit_zoom(ImAxis_Y1, plot.y);
    if (plot.right) {
        ImPlot::SetupAxis(ImAxis_Y2, plot.right->label.empty() ? nullptr : plot.right->label.c_str(),
                          common | ImPlotAxisFlags_Opposite | ImPlotAxisFlags_NoGridLines |
                              ImPlotAxisFlags_NoTickMarks | ImPlotAxisFlags_Lock);
        ImPlot::SetupAxisLimits(ImAxis_Y2, plot.right->min, plot.right->max, ImPlotCond_Always);
        if (plot.right->log) {
            ImPlot::SetupAxisScale(ImAxis_Y2, ImPlotScale_Log10);
        }
        name_ticks(ImAxis_Y2, *plot.right);
    }
    if (plot.x.log) {
        ImPlot::SetupAxisScale(ImAxis_X1, ImPlotScale_Log10);
    }
    if (plot.y.log) {
        ImPlot::SetupAxisScale(ImAxis_Y1, ImPlotScale_Log10);
    }
    name_ticks(ImAxis_X1, plot.x);
    name_ticks(ImAxis_Y1, plot.y);
    space_ticks(!plot.x.log && plot.x.ticks.empty(), !plot.y.log && plot.y.ticks.empty());
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
    std::vector<const PlotLayer*> entries = legend_entries(plot);
    entries.resize(std::min<std::size_t>(entries.size(), 4));
    for (const PlotLayer* entry : entries) {
        const PlotLayer& layer = *entry;
        const float sample = theme.px(12);
        if (!measure_only) {
            const ImU32 ink = theme.role(layer.role, layer.index);
            const float y = start.y + height / 2;
            if (layer.kind == Kind::line || layer.kind == Kind::hline || layer.kind == Kind::segments) {
                const float part = layer.dashed ? sample * 0.4f : sample;
                list->AddLine({start.x + x, y}, {start.x + x + part, y}, ink, theme.px(2.5f));
                list->AddLine({start.x + x + sample - part, y}, {start.x + x + sample, y}, ink,
                              theme.px(2.5f));
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
    const float beside = plot.colours ? colour_bar_width(*plot.colours, theme, size.y) : 0;
    const bool open = ImPlot::BeginPlot("##plot", {size.x - beside, size.y}, flags);
    if (open) {
        setup_axes(plot, options, picture, size.y > theme.px(least_named));
        ImPlot::SetupFinish();
    }
    ImGui::PopStyleVar();
    if (open) {
        ImPlot::PushPlotClipRect();
        for (std::size_t i = 0; i < plot.layers.size(); ++i) {
            ImPlot::SetAxis(plot.layers[i].right && plot.right ? ImAxis_Y2 : ImAxis_Y1);
            draw_layer(plot.layers[i], i, plot, theme, textures, options);
        }
        ImPlot::SetAxis(ImAxis_Y1);
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
            input.x = ImPlot::GetPlotMousePos().x, input.y = ImPlot::GetPlotMousePos().y;
            ImPlot::PushPlotClipRect();
            hover_card(plot, theme, options);
            ImPlot::PopPlotClipRect();
            if (options.linked_levels && ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
                input.chosen_x = ImPlot::GetPlotMousePos().x;
            }
            if (options.pickable && clicked_without_drag()) {
                input.clicked = true;
                input.picked = picked_by_click(plot, theme, *options.pickable);
            }
        }
        const ImVec2 at = ImPlot::GetPlotPos(), extent = ImPlot::GetPlotSize();
        ImPlot::EndPlot();
        if (plot.colours) {
            draw_colour_bar(*plot.colours, theme, {at.x + extent.x, at.y}, extent.y);
            ImGui::SameLine(0, 0);
            ImGui::Dummy({beside, size.y});
        }
    }
    ImGui::PopID();
    return input;
}

}  // namespace tempera::app
