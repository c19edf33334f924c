// SPDX-License-Identifier: MIT
// The log.
#include <regex>

#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {
namespace {

/// A line without what differs from one machine or moment to the next: folders and times.
std::string masked(const std::string& text) {
    static const std::regex folders("/.*/"), seconds("[0-9.]+ s\\b");
    return std::regex_replace(std::regex_replace(text, folders, ".../"), seconds, "0.00 s");
}

void draw_log(Workbench& bench) {
    const Theme& theme = bench.theme;
    panel_header(bench, *find_view("log"), "Log", "");
    const auto& log = bench.workspace.log();
    if (ImGui::Button("Copy command line###copy_command")) {
        ImGui::SetClipboardText(bench.workspace.command_line().c_str());
    }
    ImGui::SetItemTooltip("%s", bench.workspace.command_line().c_str());
    if (ImGui::BeginChild("###lines", {0, 0}, 0, ImGuiWindowFlags_HorizontalScrollbar)) {
        const Face small(theme.body, Theme::small_size);
        for (auto line = log.rbegin(); line != log.rend(); ++line) {
            const Palette& p = theme.colours();
            {
                const Face mono(theme.mono, Theme::small_size);
                ImGui::TextColored(theme.dim(), "%s", bench.masked ? "00:00:00" : line->time.c_str());
            }
            ImGui::SameLine(0, theme.px(10));
            const unsigned ink = line->kind == LogLine::Kind::error     ? p.bad
                                 : line->kind == LogLine::Kind::warning ? p.warning
                                 : line->kind == LogLine::Kind::command ? p.text
                                                                        : p.dim;
            ImGui::PushTextWrapPos(0);
            ImGui::PushStyleColor(ImGuiCol_Text, Theme::vec(ink));
            ImGui::TextUnformatted((bench.masked ? masked(line->text) : line->text).c_str());
            ImGui::PopStyleColor();
            ImGui::PopTextWrapPos();
        }
        fade_below(theme);
    }
    ImGui::EndChild();
}

}  // namespace

View log_view() { return {"log", "Log", draw_log, nullptr}; }

}  // namespace tempera::app
