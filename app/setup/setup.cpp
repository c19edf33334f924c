// SPDX-License-Identifier: MIT
// Setup: widgets made from the settings' own descriptions. Nothing here knows a method by name.
#include <imgui.h>

#include "app/setup/setup_form.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {
namespace {

void draw(Workbench& bench) {
    Workspace& w = bench.workspace;
    const Theme& theme = bench.theme;
    std::string state = w.modified() ? "edited" : "";
    if (!w.problems().empty()) {
        state = std::to_string(w.problems().size()) + (w.problems().size() == 1 ? " problem" : " problems");
    } else if (!w.pending().empty()) {
        state = std::to_string(w.pending().size()) + " pending";
    }
    panel_header(bench, *find_view("setup"), "Setup", state);
    if (!bench.view.setup_filter.empty()) {  // one setting was searched for
        if (ImGui::SmallButton("Show all settings###show_all")) {
            bench.view.setup_filter.clear();
        }
        ImGui::SameLine();
        ImGui::TextColored(theme.dim(), "%s", fitting(bench.view.setup_filter, remaining().width).c_str());
    }
    const bool waiting = w.waits_to_apply();
    const float footer = theme.px(42);
    if (ImGui::BeginChild("###fields", {0, -footer})) {
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {theme.px(8), theme.px(4)});
        SetupForm form(bench);
        form.problems_of_head();
        for (const std::string& section : preset_sections()) {
            if (section != "view") {
                form.section(section);
            }
        }
        ImGui::PopStyleVar();
        fade_below(theme);
    }
    ImGui::EndChild();
    ImGui::Dummy({0, 0});
    const bool good = w.problems().empty();
    ImGui::BeginDisabled(!good);
    const bool call = waiting && good;
    ImGui::PushStyleColor(ImGuiCol_Button,
                          Theme::vec(call ? theme.colours().primary : theme.colours().field));
    ImGui::PushStyleColor(ImGuiCol_ButtonHovered,
                          Theme::vec(call ? theme.colours().accent : theme.colours().field_hovered));
    ImGui::PushStyleColor(ImGuiCol_Text, call ? ImVec4(1, 1, 1, 1) : theme.dim());
    if (ImGui::Button(waiting ? "Apply and restart###apply" : "Restart###apply",
                      {ImGui::GetContentRegionAvail().x, theme.px(30)})) {
        w.start();
    }
    ImGui::PopStyleColor(3);
    ImGui::EndDisabled();
}

}  // namespace

View setup_view() { return {"setup", "Setup", draw, nullptr}; }

}  // namespace tempera::app
