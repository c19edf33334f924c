// SPDX-License-Identifier: MIT
// Runs of this session, newest first.
#include <cmath>

#include "app/kit/text.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {
namespace {

/// What a person tells runs apart by; runs that did not reach their end say so first.
std::string name_of(const FinishedRun& run) {
    const std::string what = run.kernel.empty() || run.kernel == "none" ? run.sampler : run.kernel;
    const char* mark = run.state == RunState::failed      ? icon::bad
                       : run.state == RunState::cancelled ? icon::stop
                                                          : "";
    return std::string(mark) + (*mark ? " " : "") +
           (run.stored ? "stored" : std::to_string(run.id) + " " + what);
}

void draw_tooltip(const FinishedRun& run) {
    std::string text = shown(run.name) + ", " + run.sampler + ", " + fixed(run.seconds, 2) + " s";
    text += run.state == RunState::cancelled ? "\nStopped: the numbers are of the level that it reached."
            : run.state == RunState::failed  ? "\nFailed: the numbers are of the level that it reached."
                                             : std::string();
    if (std::isfinite(run.log_z_error)) {
        text += "\nlog Z is off by " + fixed(run.log_z_error, 3, true);
    }
    ImGui::SetTooltip("%s", text.c_str());
}

void draw_run(const Theme& theme, const FinishedRun& run) {
    const bool whole = run.stored || run.state == RunState::finished;
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::PushStyleColor(ImGuiCol_Text, whole ? theme.text() : theme.dim());
    {
        const Face small(theme.body, Theme::small_size);
        ImGui::PushID(&run);
        ImGui::Selectable((shown(fitting(name_of(run), ImGui::GetContentRegionAvail().x)) + "###run").c_str(),
                          false, ImGuiSelectableFlags_SpanAllColumns);
        ImGui::PopID();
        if (ImGui::IsItemHovered()) {
            draw_tooltip(run);
        }
    }
    const Face mono(theme.mono, 14);
    for (const std::string& number : {fixed(run.ess, 3), fixed(run.log_z, 3, true),
                                      whole ? fixed(run.mode_error, 3) : std::string("-")}) {
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(number.c_str());
    }
    ImGui::PopStyleColor();
}

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
        draw_run(theme, *run);
    }
    ImGui::EndTable();
}

}  // namespace

View runs_view() { return {"runs", "Runs", draw_runs, nullptr}; }

}  // namespace tempera::app
