// SPDX-License-Identifier: MIT
// Runs of this session, newest first.
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

}  // namespace

View runs_view() { return {"runs", "Runs", draw_runs, nullptr}; }

}  // namespace tempera::app
