// SPDX-License-Identifier: MIT
// Runs of this session, newest first; and the log.
#include <cmath>
#include <regex>

#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {
namespace {

void draw_runs(Workbench& bench) {
    const Theme& theme = bench.theme;
    const auto& runs = bench.workspace.runs();
    panel_header(bench, *find_view("runs"), "Runs", runs.empty() ? "" : std::to_string(runs.size()));
    if (runs.empty()) {
        empty_text(bench, "Finished runs are listed here, so that two settings can be compared.");
        return;
    }
    if (!ImGui::BeginTable("###runs", 4,
                           ImGuiTableFlags_ScrollY | ImGuiTableFlags_BordersInnerH |
                               ImGuiTableFlags_SizingStretchProp | ImGuiTableFlags_PadOuterX)) {
        return;
    }
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("run", 0, 1.9f);
    ImGui::TableSetupColumn("ESS", 0, 0.9f);
    ImGui::TableSetupColumn("log Z", 0, 1.1f);
    ImGui::TableSetupColumn("TV", 0, 0.9f);
    {
        const Face small(theme.body, Theme::small_size);
        ImGui::PushStyleColor(ImGuiCol_Text, theme.dim());
        ImGui::TableHeadersRow();
        ImGui::PopStyleColor();
    }
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        {
            const Face small(theme.body, Theme::small_size);
            const std::string label =
                run->stored ? std::string("stored")
                            : std::to_string(run->id) + " " +
                                  (run->kernel.empty() || run->kernel == "none" ? run->sampler : run->kernel);
            ImGui::PushID(&*run);
            ImGui::Selectable((fitting(label, ImGui::GetContentRegionAvail().x) + "###run").c_str(), false,
                              ImGuiSelectableFlags_SpanAllColumns);
            ImGui::PopID();
            if (ImGui::IsItemHovered()) {
                ImGui::SetTooltip("%s, %s, %s, %.2f s\nlog Z is shown less the truth, where that is known",
                                  run->name.c_str(), run->sampler.c_str(), to_string(run->state),
                                  run->seconds);
            }
        }
        const Face mono(theme.mono, 14);
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(fixed(run->ess, 3).c_str());
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(fixed(run->log_z, 3, true).c_str());
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(fixed(run->mode_error, 3).c_str());
    }
    ImGui::EndTable();
}

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

View runs_view() { return {"runs", "Runs", draw_runs, nullptr}; }
View log_view() { return {"log", "Log", draw_log, nullptr}; }

}  // namespace tempera::app
