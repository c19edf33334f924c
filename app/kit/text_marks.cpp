// SPDX-License-Identifier: MIT
#include "app/kit/text_marks.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cctype>

#include "core/text_position.hpp"

namespace tempera::app {
namespace {

struct Span {
    std::size_t begin, end;  ///< bytes; equal at the end of a text
};

/// The name or number at a column, else the one character.
Span word_at(const std::string& text, int column) {
    const auto of_word = [&](std::size_t i) {
        return i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_');
    };
    Span out{byte_of_column(text, column), byte_of_column(text, column + 1)};
    while (of_word(out.begin) && of_word(out.end)) {
        ++out.end;
    }
    return out;
}

/// A wave from x0 to x1 at y.
void wave(const Theme& theme, ImDrawList* list, float x0, float x1, float y) {
    const float step = theme.px(2);
    const int n = std::max(3, static_cast<int>((x1 - x0) / step));
    ImVec2 last(x0, y);
    for (int i = 1; i <= n; ++i) {
        const ImVec2 next(x0 + static_cast<float>(i) * step, y + (i % 2 ? step : 0));
        list->AddLine(last, next, Theme::packed(theme.colours().bad), theme.px(1.4f));
        last = next;
    }
}

/// The window in which a multi-line field draws its text; null while it is clipped away.
ImGuiWindow* window_of_field(ImGuiID field) {
    for (ImGuiWindow* window : ImGui::GetCurrentContext()->Windows) {
        if (window->ChildId == field && window->WasActive) {
            return window;
        }
    }
    return nullptr;
}

float width_of(const char* begin, const char* end) { return ImGui::CalcTextSize(begin, end).x; }

}  // namespace

void underline_in_field(const Theme& theme, const std::string& text, int column) {
    ImGuiWindow* window = window_of_field(ImGui::GetItemID());
    if (!window) {
        return;
    }
    const ImVec2 padding = ImGui::GetStyle().FramePadding;
    const ImVec2 at(window->DC.CursorStartPos.x + padding.x, window->DC.CursorStartPos.y + padding.y);
    // Lines break where the field breaks them: within a width that always has room for a scroll bar.
    const float room = window->WorkRect.Max.x - window->DC.CursorStartPos.x - padding.x -
                       (window->ScrollbarY ? 0.0f : ImGui::GetStyle().ScrollbarSize);
    const float size = ImGui::GetFontSize();
    const Span word = word_at(text, column);
    const char *line = text.data(), *end = text.data() + text.size(), *place = text.data() + word.begin;
    float y = at.y;
    while (line < end) {
        const char* stop = std::find(line, end, '\n');
        const char* wrapped = ImFontCalcWordWrapPositionEx(
            ImGui::GetFont(), size, line, stop, std::max(1.0f, room), ImDrawTextFlags_WrapKeepBlanks);
        const bool broken = wrapped < stop;
        const char* next = broken ? wrapped : stop + 1;
        if (place < next || (next >= end && (stop == end || next > end))) {
            break;
        }
        line = next;
        y += size;
    }
    const float x = at.x + (line < end ? width_of(line, std::min(place, end)) : 0);
    const char* last = std::min(end, text.data() + word.end);
    const float width = last > place ? width_of(place, last) : theme.px(7);
    ImDrawList* list = window->DrawList;
    list->PushClipRect(window->InnerClipRect.Min, window->InnerClipRect.Max);
    wave(theme, list, x, x + width, y + size - theme.px(1));
    list->PopClipRect();
}

void marked_excerpt(const Theme& theme, const std::string& text, int column) {
    const Face mono(theme.mono, Theme::small_size);
    std::string line = text;
    std::replace(line.begin(), line.end(), '\n', ' ');
    const Span word = word_at(line, column);
    const float room = ImGui::GetContentRegionAvail().x, glyph = std::max(1.0f, width_of("0", nullptr));
    const auto kept = static_cast<std::size_t>(std::max(8.0f, room / glyph - 4));
    // The word stands in the middle of a line that is too long.
    std::size_t begin = 0;
    if (line.size() > kept && word.begin > kept / 2) {
        begin = std::min(word.begin - kept / 2, line.size() - std::min(line.size(), kept));
        begin = byte_of_column(line, column_of_byte(line, begin));
    }
    const std::size_t end = byte_of_column(line, column_of_byte(line, std::min(line.size(), begin + kept)));
    const std::string before = (begin > 0 ? "\xe2\x80\xa6" : "") + line.substr(begin, word.begin - begin),
                      after = line.substr(word.begin, end - word.begin) +
                              (end < line.size() ? "\xe2\x80\xa6" : "");
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::TextColored(theme.text(), "%s%s", before.c_str(), after.c_str());
    const float x = at.x + ImGui::CalcTextSize(before.c_str()).x;
    const float width =
        word.end > word.begin ? width_of(line.data() + word.begin, line.data() + word.end) : theme.px(7);
    wave(theme, ImGui::GetWindowDrawList(), x, x + width, at.y + ImGui::GetTextLineHeight());
    ImGui::Dummy({1, theme.px(1)});
}

}  // namespace tempera::app
