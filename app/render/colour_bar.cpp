// SPDX-License-Identifier: MIT
#include "app/render/colour_bar.hpp"

#include <algorithm>

#include "figures/ticks.hpp"

namespace tempera::app {
namespace {

constexpr float gap = 10, bar = 10, between = 5;

std::vector<std::pair<double, std::string>> numbers(const PlotAxis& scale, const Theme& theme, float height) {
    return axis_ticks(scale, std::max(2, static_cast<int>(height / theme.px(50))));
}

std::string name_of(const PlotAxis& scale) {
    return scale.label + (scale.unit.empty() ? "" : " [" + scale.unit + "]");
}

/// A text that reads upwards, its middle at `centre`.
void draw_upwards(ImDrawList* list, ImVec2 centre, ImU32 ink, const std::string& text) {
    const ImVec2 size = ImGui::CalcTextSize(text.c_str());
    const int first = list->VtxBuffer.Size;
    list->PushClipRectFullScreen();  // before it is turned it may stand out
    list->AddText({centre.x - size.x / 2, centre.y - size.y / 2}, ink, text.c_str());
    list->PopClipRect();
    for (int i = first; i < list->VtxBuffer.Size; ++i) {
        ImVec2& p = list->VtxBuffer[i].pos;
        p = {centre.x + (p.y - centre.y), centre.y - (p.x - centre.x)};
    }
}

}  // namespace

float colour_bar_width(const PlotAxis& scale, const Theme& theme, float height) {
    float widest = 0;
    for (const auto& [value, text] : numbers(scale, theme, height)) {
        widest = std::max(widest, ImGui::CalcTextSize(text.c_str()).x);
    }
    return theme.px(gap + bar + 2 * between) + widest + ImGui::GetTextLineHeight();
}

void draw_colour_bar(const PlotAxis& scale, const Theme& theme, ImVec2 corner, float height) {
    constexpr int steps = 48;
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float left = corner.x + theme.px(gap), right = left + theme.px(bar), bottom = corner.y + height;
    const auto colour = [&](int i) {
        return Theme::packed(packed_rgb(value_colour(theme.colours(), static_cast<double>(i) / steps)));
    };
    for (int i = 0; i < steps; ++i) {
        const float low = bottom - height * static_cast<float>(i) / steps,
                    high = bottom - height * static_cast<float>(i + 1) / steps;
        list->AddRectFilledMultiColor({left, high}, {right, low}, colour(i + 1), colour(i + 1), colour(i),
                                      colour(i));
    }
    const ImU32 dim = Theme::packed(theme.colours().dim);
    const float line = ImGui::GetTextLineHeight();
    float widest = 0;
    for (const auto& [value, text] : numbers(scale, theme, height)) {
        const float y = bottom - height * static_cast<float>((value - scale.min) / (scale.max - scale.min));
        if (y > corner.y - 1 && y < bottom + 1) {
            list->AddText({right + theme.px(between), y - line / 2}, dim, text.c_str());
            widest = std::max(widest, ImGui::CalcTextSize(text.c_str()).x);
        }
    }
    draw_upwards(list, {right + theme.px(2 * between) + widest + line / 2, corner.y + height / 2}, dim,
                 name_of(scale));
}

}  // namespace tempera::app
