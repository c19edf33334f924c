// SPDX-License-Identifier: MIT
#include "app/shell/panel.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <optional>

#include "app/render/plot_implot.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {
namespace {

constexpr float least_legend =
    110;  ///< height at scale 1 below which a legend's row would take the plot's room

/// The title of a panel without a tab takes the tab's place: dragging it takes the panel out and moves it.
void title_handle(ImVec2 size) {
    const ImVec2 at = ImGui::GetCursorPos();
    ImGui::InvisibleButton("###handle", {std::max(1.0f, size.x), std::max(1.0f, size.y)});
    ImGuiWindow* window = ImGui::GetCurrentWindow();
    if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left)) {
        ImGui::StartMouseMovingWindowOrNode(window, window->DockNode, true);
    }
    ImGui::SetItemTooltip("Drag to move this panel");
    ImGui::SetCursorPos(at);
}

void panel_menu(Workbench& bench, const View& view) {
    ImGuiWindow* window = ImGui::GetCurrentWindow();
    if (!ImGui::BeginPopup("###panel_menu")) {
        return;
    }
    bench.view.focused = view.id;
    const bool has_plots = view.plots != nullptr;
    for (const char* format : {"png", "svg", "pdf", "csv"}) {
        std::string name(format);
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return static_cast<char>(c - 'a' + 'A'); });
        if (ImGui::MenuItem(("Export " + name + "###export_" + format).c_str(), nullptr, false, has_plots)) {
            bench.export_plots(format, false);
        }
    }
    if (ImGui::MenuItem("Copy data (CSV)###copy", nullptr, false, has_plots)) {
        std::string text;
        for (const PlotSpec& plot : view.plots(bench)) {
            text += to_csv(plot);
        }
        ImGui::SetClipboardText(text.c_str());
    }
    if (ImGui::MenuItem("Describe in the log###describe", nullptr, false, has_plots)) {
        for (const PlotSpec& plot : view.plots(bench)) {
            bench.workspace.note(LogLine::Kind::note, plot.describe());
        }
    }
    ImGui::Separator();
    if (ImGui::MenuItem("Take out of the layout###float", nullptr, false, window->DockIsActive)) {
        ImGui::DockContextQueueUndockWindow(ImGui::GetCurrentContext(), window);
    }
    if (ImGui::MenuItem("Hide panel###hide")) {
        bench.view.hidden.emplace_back(view.id);
    }
    ImGui::EndPopup();
}

}  // namespace

bool named_already() {
    const ImGuiWindow* window = ImGui::GetCurrentWindow();
    const ImGuiDockNode* node = window->DockNode;
    return window->DockIsActive ? node && !node->IsNoTabBar() && !node->IsHiddenTabBar()
                                : !(window->Flags & ImGuiWindowFlags_NoTitleBar);
}

void panel_header(Workbench& bench, const View& view, const std::string& title, const std::string& state,
                  const PlotSpec* legend) {
    const Theme& theme = bench.theme;
    const float width = ImGui::GetContentRegionAvail().x, menu = theme.px(18);
    const ImVec2 start = ImGui::GetCursorPos();
    float used = 0;
    if (!named_already()) {
        const Face face(theme.bold, Theme::title_size);
        title_handle(ImGui::CalcTextSize(title.c_str()));
        ImGui::TextUnformatted(title.c_str());
        used = ImGui::GetItemRectSize().x;
    }
    float state_width = 0;
    {
        const Face face(theme.body, Theme::small_size);
        state_width = state.empty() ? 0 : ImGui::CalcTextSize(state.c_str()).x;
        const float x = width - menu - state_width;
        if (state_width > 0 && x > used + theme.px(8)) {
            ImGui::SetCursorPos({start.x + x, start.y + theme.px(1)});
            ImGui::TextColored(theme.dim(), "%s", state.c_str());
        } else {
            state_width = 0;
        }
    }
    ImGui::SetCursorPos({start.x + width - theme.px(12), start.y});
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {0, 0});
    ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0);
    ImGui::PushStyleColor(ImGuiCol_Button, Theme::vec(theme.colours().panel, 0));
    ImGui::PushStyleColor(ImGuiCol_Text, theme.dim());
    if (ImGui::Button((std::string(icon::menu) + "###menu").c_str(),
                      {theme.px(14), ImGui::GetTextLineHeight()})) {
        ImGui::OpenPopup("###panel_menu");
    }
    ImGui::PopStyleColor(2);
    ImGui::PopStyleVar(2);
    ImGui::SetItemTooltip("Export, copy, move, hide");
    panel_menu(bench, view);
    bool below = false;
    if (legend && !legend->layers.empty()) {
        const float entries = draw_legend(*legend, theme, true), gap = used > 0 ? theme.px(18) : 0;
        if (entries > 0) {
            below = used + gap + entries + theme.px(12) > width - menu - state_width;
            const bool low = below && ImGui::GetContentRegionAvail().y < theme.px(least_legend);
            below = below && !low;
            ImGui::SetCursorPos(below ? ImVec2(start.x, start.y + theme.px(21))
                                      : ImVec2(start.x + used + gap, start.y + theme.px(1)));
            if (!low) {
                draw_legend(*legend, theme);
            }
        }
    }
    ImGui::SetCursorPos({start.x, start.y + theme.px(below ? 40 : 24)});
    if (ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows)) {
        bench.view.focused = view.id;
    }
}

Area remaining() {
    const ImVec2 available = ImGui::GetContentRegionAvail();
    return {available.x, available.y};
}

PrimaryColours::PrimaryColours(const Theme& theme) {
    ImGui::PushStyleColor(ImGuiCol_Button, Theme::vec(theme.colours().primary));
    ImGui::PushStyleColor(ImGuiCol_ButtonHovered, Theme::vec(theme.colours().accent));
    ImGui::PushStyleColor(ImGuiCol_Text, ImVec4(1, 1, 1, 1));
}

PrimaryColours::~PrimaryColours() { ImGui::PopStyleColor(3); }

bool glyph_button(Workbench& bench, const char* glyph, const char* text, const char* id, bool primary,
                  bool enabled, const char* tip, float width) {
    ImGui::BeginDisabled(!enabled);
    std::optional<PrimaryColours> colours;
    if (primary) {
        colours.emplace(bench.theme);
    }
    const bool pressed =
        ImGui::Button((std::string(glyph) + (*glyph && *text ? "  " : "") + text + id).c_str(), {width, 0});
    colours.reset();
    ImGui::EndDisabled();
    ImGui::SetItemTooltip("%s", tip);
    return pressed;
}

bool choice(Workbench& bench, const char* label, bool on, const char* tip, bool enabled) {
    const Theme& theme = bench.theme;
    ImGui::PushStyleColor(ImGuiCol_Button,
                          on ? Theme::vec(theme.colours().field) : Theme::vec(theme.colours().panel, 0));
    ImGui::PushStyleColor(ImGuiCol_Text, on ? theme.text() : theme.dim());
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {theme.px(6), theme.px(1)});
    ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0);
    ImGui::BeginDisabled(!enabled);
    const bool pressed = ImGui::SmallButton(label);
    ImGui::EndDisabled();
    ImGui::PopStyleVar(2);
    ImGui::PopStyleColor(2);
    ImGui::SetItemTooltip("%s", tip);
    return pressed;
}

bool linked_sentence(Workbench& bench, const std::string& text, const char* link) {
    const Theme& theme = bench.theme;
    const Face face(theme.body, Theme::small_size);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, theme.px(1)});
    const float space = ImGui::CalcTextSize(" ").x,
                right = ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x;
    bool first = true;
    const auto place = [&](float width) {
        if (!first && ImGui::GetItemRectMax().x + space + width <= right) {
            ImGui::SameLine(0, space);
        }
        first = false;
    };
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.size(), text.find(' ', at));
        const char *word = text.data() + at, *stop = text.data() + end;
        place(ImGui::CalcTextSize(word, stop).x);
        ImGui::TextUnformatted(word, stop);
        at = end + 1;
    }
    place(ImGui::CalcTextSize(link).x);
    const bool pressed = ImGui::TextLink(link);
    ImGui::PopStyleVar();
    return pressed;
}

void fade_below(const Theme& theme) {
    const float left = ImGui::GetScrollMaxY() - ImGui::GetScrollY();
    if (left < 1) {
        return;
    }
    const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    const float right = at.x + size.x - (ImGui::GetScrollMaxY() > 0 ? ImGui::GetStyle().ScrollbarSize : 0),
                bottom = at.y + size.y, height = std::min(theme.px(30), left + theme.px(8));
    const ImU32 clear = Theme::packed(theme.colours().panel, 0), solid = Theme::packed(theme.colours().panel);
    const float middle = bottom - 0.35f * height;
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->PushClipRect(at, {right, bottom});
    list->AddRectFilledMultiColor({at.x, bottom - height}, {right, middle}, clear, clear, solid, solid);
    list->AddRectFilled({at.x, middle}, {right, bottom}, solid);
    list->PopClipRect();
}

std::string fitting(const std::string& text, float width) {
    if (ImGui::CalcTextSize(text.c_str()).x <= width) {
        return text;
    }
    std::string cut = text;
    while (cut.size() > 1) {
        do {  // whole characters of UTF-8
            cut.pop_back();
        } while (!cut.empty() && (static_cast<unsigned char>(cut.back()) & 0xc0u) == 0x80u);
        if (ImGui::CalcTextSize((cut + "\xe2\x80\xa6").c_str()).x <= width) {
            break;
        }
    }
    return cut + "\xe2\x80\xa6";
}

void empty_text(Workbench& bench, const std::string& text) {
    const Theme& theme = bench.theme;
    const Face face(theme.body, Theme::small_size);
    const ImVec2 at = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
    const float wrap = std::max(60.0f, std::min(size.x - theme.px(16), theme.px(330)));
    const ImVec2 extent = ImGui::CalcTextSize(text.c_str(), nullptr, false, wrap);
    ImGui::Dummy({std::max(1.0f, size.x), std::max(1.0f, std::min(size.y, extent.y + theme.px(8)))});
    ImGui::GetWindowDrawList()->AddText(
        nullptr, 0,
        {at.x + std::max(0.0f, (size.x - extent.x) / 2), at.y + std::max(0.0f, (size.y - extent.y) / 2)},
        Theme::packed(theme.colours().dim), text.c_str(), nullptr, wrap);
}

}  // namespace tempera::app
