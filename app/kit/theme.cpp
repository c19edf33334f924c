// SPDX-License-Identifier: MIT
#include "app/kit/theme.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/build_id.hpp"
#include "core/files.hpp"

namespace tempera::app {

ImU32 Theme::packed(unsigned rgb, float alpha) {
    return IM_COL32((rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255, static_cast<int>(alpha * 255 + 0.5f));
}

ImVec4 Theme::vec(unsigned rgb, float alpha) {
    return {((rgb >> 16) & 255) / 255.0f, ((rgb >> 8) & 255) / 255.0f, (rgb & 255) / 255.0f, alpha};
}

namespace {

/// One face of each group lends what is missing: first signs, then Chinese, Japanese and Korean. Where
/// distributions put them; a search of all fonts would cost more than the window's start.
const std::vector<std::vector<const char*>>& lenders() {
    static const std::vector<std::vector<const char*>> groups = {
        {"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/dejavu/DejaVuSans.ttf",
         "/usr/share/fonts/TTF/DejaVuSans.ttf", "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf"},
        {"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
         "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
         "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
         "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
         "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
         "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
         "/usr/share/fonts/truetype/unifont/unifont.ttf"}};
    return groups;
}

/// Into the face that was loaded last.
void merge(const std::vector<std::uint8_t>& data) {
    ImFontConfig config;
    config.MergeMode = true;
    config.FontDataOwnedByAtlas = false;
    ImGui::GetIO().Fonts->AddFontFromMemoryTTF(const_cast<std::uint8_t*>(data.data()),
                                               static_cast<int>(data.size()), Theme::body_size, &config);
}

/// Font Awesome, without the Latin letters that it also holds.
void merge_icons(const std::filesystem::path& file) {
    static const ImWchar letters[] = {0x20, 0x24ff, 0};
    ImFontConfig config;
    config.MergeMode = true;
    config.GlyphOffset.y = 1;
    config.GlyphExcludeRanges = letters;
    if (std::filesystem::exists(file)) {
        ImGui::GetIO().Fonts->AddFontFromFileTTF(file.c_str(), Theme::body_size * 0.86f, &config);
    }
}

}  // namespace

/// A face that cannot be read lends nothing.
void Theme::borrow(const std::filesystem::path& file) {
    try {
        borrowed_data_.push_back(read_file_bytes(file));
        borrowed_.push_back(file);
    } catch (const std::exception&) {
    }
}

void Theme::load_fonts() {
    const std::filesystem::path folder = std::filesystem::path(TEMPERA_ASSET_DIR) / "fonts";
    std::error_code ignored;
    for (const std::vector<const char*>& group : lenders()) {
        const auto there = std::find_if(group.begin(), group.end(), [&](const char* file) {
            return std::filesystem::is_regular_file(file, ignored);
        });
        if (there != group.end()) {
            borrow(*there);
        }
    }
    const auto load = [&](const char* file, const char* also) {
        std::filesystem::path path = folder / file;
        if (!std::filesystem::exists(path) && also) {
            path = folder / also;
        }
        ImFontConfig config;
        config.OversampleH = 2;
        ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
        ImFont* font = std::filesystem::exists(path)
                           ? atlas.AddFontFromFileTTF(path.c_str(), body_size, &config)
                           : atlas.AddFontDefault(&config);
        merge_icons(folder / "Font_Awesome_6_Free-Solid-900.otf");
        for (const std::vector<std::uint8_t>& data : borrowed_data_) {
            merge(data);
        }
        return font;
    };
    body = load("Roboto-Regular.ttf", nullptr);
    bold = load("Roboto-Bold.ttf", "Roboto-Regular.ttf");
    mono = load("Inconsolata-Medium.ttf", nullptr);
    ImGui::GetIO().FontDefault = body;
}

bool Theme::can_draw(const std::string& text) const {
    const char* end = text.data() + text.size();
    for (const char* at = text.data(); at < end;) {
        unsigned character = 0;
        at += ImTextCharFromUtf8(&character, at, end);
        if (character >= 0x20 && !body->IsGlyphInFont(static_cast<ImWchar>(character))) {
            return false;
        }
    }
    return true;
}

namespace {

void set_spaces(ImGuiStyle& s, bool framed) {
    s.WindowPadding = {12, 10};
    s.FramePadding = {8, 4};
    s.ItemSpacing = {8, 6};
    s.ItemInnerSpacing = {6, 4};
    s.CellPadding = {8, 3};
    s.ScrollbarSize = 11;
    s.GrabMinSize = 10;
    s.WindowRounding = 0;
    s.ChildRounding = 0;
    s.FrameRounding = 4;
    s.GrabRounding = 4;
    s.PopupRounding = 6;
    s.TabRounding = 4;
    s.ScrollbarRounding = 6;
    s.WindowBorderSize = framed ? 1.0f : 0.0f;
    s.ChildBorderSize = 0;
    s.PopupBorderSize = 1;
    s.FrameBorderSize = framed ? 1.0f : 0.0f;
    s.TabBorderSize = 0;
    s.TabBarBorderSize = 0;
    s.TabBarOverlineSize = 0;
    s.DockingSeparatorSize = 6;
    s.SeparatorTextBorderSize = 1;
    s.DisabledAlpha = 0.45f;
    s.HoverDelayNormal = 0.35f;
    s.WindowMinSize = {32, 16};
}

void set_colours(ImGuiStyle& s, const Palette& p) {
    const auto c = [](unsigned rgb, float a = 1) { return Theme::vec(rgb, a); };
    ImVec4* v = s.Colors;
    v[ImGuiCol_Text] = c(p.text);
    v[ImGuiCol_TextDisabled] = c(p.dim);
    v[ImGuiCol_WindowBg] = v[ImGuiCol_ChildBg] = c(p.panel);
    v[ImGuiCol_ChildBg].w = 0;
    v[ImGuiCol_PopupBg] = c(p.raised);
    v[ImGuiCol_Border] = c(p.border);
    v[ImGuiCol_BorderShadow] = c(0, 0);
    v[ImGuiCol_FrameBg] = c(p.field);
    v[ImGuiCol_FrameBgHovered] = v[ImGuiCol_FrameBgActive] = c(p.field_hovered);
    v[ImGuiCol_TitleBg] = v[ImGuiCol_TitleBgActive] = v[ImGuiCol_TitleBgCollapsed] = c(p.panel);
    v[ImGuiCol_MenuBarBg] = c(p.ground);
    v[ImGuiCol_ScrollbarBg] = c(p.panel, 0);
    v[ImGuiCol_ScrollbarGrab] = c(p.field_hovered);
    v[ImGuiCol_ScrollbarGrabHovered] = v[ImGuiCol_ScrollbarGrabActive] = c(p.dim, 0.7f);
    v[ImGuiCol_CheckMark] = v[ImGuiCol_SliderGrab] = v[ImGuiCol_SliderGrabActive] = c(p.accent);
    v[ImGuiCol_CheckboxSelectedBg] = c(p.field);
    v[ImGuiCol_Button] = c(p.field);
    v[ImGuiCol_ButtonHovered] = v[ImGuiCol_ButtonActive] = c(p.field_hovered);
    v[ImGuiCol_Header] = c(p.accent, 0.20f);
    v[ImGuiCol_HeaderHovered] = c(p.accent, 0.14f);
    v[ImGuiCol_HeaderActive] = c(p.accent, 0.28f);
    v[ImGuiCol_Separator] = c(p.ground);
    v[ImGuiCol_SeparatorHovered] = v[ImGuiCol_SeparatorActive] = c(p.accent, 0.6f);
    v[ImGuiCol_ResizeGrip] = c(p.panel, 0);
    v[ImGuiCol_ResizeGripHovered] = v[ImGuiCol_ResizeGripActive] = c(p.accent, 0.5f);
    v[ImGuiCol_InputTextCursor] = c(p.text);
    v[ImGuiCol_Tab] = v[ImGuiCol_TabDimmed] = c(p.panel);
    v[ImGuiCol_TabHovered] = c(p.field_hovered);
    v[ImGuiCol_TabSelected] = v[ImGuiCol_TabDimmedSelected] = c(p.field);
    v[ImGuiCol_TabSelectedOverline] = v[ImGuiCol_TabDimmedSelectedOverline] = c(p.accent, 0);
    v[ImGuiCol_DockingPreview] = c(p.accent, 0.35f);
    v[ImGuiCol_DockingEmptyBg] = c(p.ground);
    v[ImGuiCol_PlotLines] = v[ImGuiCol_PlotHistogram] = c(p.accent);
    v[ImGuiCol_TableHeaderBg] = c(p.raised);
    v[ImGuiCol_TableBorderStrong] = v[ImGuiCol_TableBorderLight] = c(p.border);
    v[ImGuiCol_TableRowBg] = v[ImGuiCol_TableRowBgAlt] = c(p.panel, 0);
    v[ImGuiCol_TextLink] = c(p.accent);
    v[ImGuiCol_TextSelectedBg] = c(p.accent, 0.35f);
    v[ImGuiCol_DragDropTarget] = v[ImGuiCol_NavCursor] = c(p.accent);
    v[ImGuiCol_ModalWindowDimBg] = c(p.ground, 0.6f);
}

}  // namespace

void Theme::apply(const std::string& name, float scale) {
    palette_ = &palette(name);
    name_ = name;
    scale_ = scale;
    ImGuiStyle style;
    set_spaces(style, name == "high_contrast");
    set_colours(style, *palette_);
    style.ScaleAllSizes(scale);
    style.FontSizeBase = body_size;
    style.FontScaleMain = scale;
    ImGui::GetStyle() = style;
}

}  // namespace tempera::app
