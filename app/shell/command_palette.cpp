// SPDX-License-Identifier: MIT
#include "app/shell/command_palette.hpp"

#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>

#include "app/kit/text.hpp"
#include "app/shell/shell.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {
namespace {

struct Found {
    int score;
    PaletteEntry entry;
};

void find_commands(const Workbench& bench, const std::string& query, std::vector<Found>& found) {
    for (const Command& c : bench.commands.all()) {
        const int score = fuzzy_score(query, (c.menu.empty() ? "" : c.menu + " ") + c.label);
        if (score >= 0) {
            found.push_back(
                {score,
                 {(c.menu.empty() ? "" : c.menu + ": ") + c.label, c.id, Commands::shortcut_text(c.shortcut),
                  !c.enabled || c.enabled(bench), c.action}});
        }
    }
}

/// Settings of the preset, found by what they are called; listed once something was typed.
void find_settings(const Workbench& bench, const std::string& query, std::vector<Found>& found) {
    if (query.empty()) {
        return;
    }
    const auto add = [&](const std::string& section, const std::string& name) {
        const std::string dotted = section + "." + name;
        std::string words = dotted;
        std::replace(words.begin(), words.end(), '_', ' ');
        const int score = std::max(fuzzy_score(query, words), fuzzy_score(query, dotted));
        if (score >= 0) {
            found.push_back(
                {score, {"Setting: " + dotted, "setting." + dotted, "", true, [dotted](Workbench& b) {
                             b.view.setup_filter = dotted;
                             std::erase(b.view.hidden, "setup");
                             b.view.raise.emplace_back("setup");
                         }}});
        }
    };
    for (const std::string& section : preset_sections()) {
        const Json type = bench.workspace.value(section + ".type");
        if (!section_types(section).empty()) {
            add(section, "type");
        }
        for (const Field& field : section_fields(section, type.is_string() ? type.get<std::string>() : "")) {
            add(section, field.name);
        }
    }
}

}  // namespace

std::vector<PaletteEntry> palette_entries(const Workbench& bench, const std::string& query) {
    std::vector<Found> found;
    find_commands(bench, query, found);
    find_settings(bench, query, found);
    std::stable_sort(found.begin(), found.end(),
                     [](const Found& a, const Found& b) { return a.score > b.score; });
    std::vector<PaletteEntry> list;
    for (Found& f : found) {
        list.push_back(std::move(f.entry));
    }
    return list;
}

/// The entry that was clicked.
const PaletteEntry* CommandPalette::draw_entries(const Workbench& bench,
                                                 const std::vector<PaletteEntry>& list) {
    const Theme& theme = bench.theme;
    const PaletteEntry* clicked = nullptr;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const PaletteEntry& entry = list[i];
        ImGui::BeginDisabled(!entry.enabled);
        if (ImGui::Selectable((shown(entry.text) + "###" + entry.id).c_str(),
                              static_cast<int>(i) == selected_)) {
            clicked = &entry;
        }
        ImGui::EndDisabled();
        if (!entry.keys.empty()) {
            const Face mono(theme.mono, Theme::small_size);
            ImGui::SameLine();
            const float room =
                ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(entry.keys.c_str()).x - theme.px(8);
            ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0f, room));
            ImGui::TextColored(theme.dim(), "%s", entry.keys.c_str());
        }
    }
    if (list.empty()) {
        ImGui::TextColored(theme.dim(), "No command and no setting is called so.");
    }
    return clicked;
}

void CommandPalette::draw(Workbench& bench) {
    if (wanted_) {
        ImGui::OpenPopup("###palette");
        wanted_ = false;
        query_.clear();
        selected_ = 0;
    }
    centre_next_window(bench.theme, 560, 420);
    if (!ImGui::BeginPopup("###palette", ImGuiWindowFlags_NoMove)) {
        return;
    }
    if (ImGui::IsWindowAppearing()) {
        ImGui::SetKeyboardFocusHere();
    }
    ImGui::SetNextItemWidth(-1);
    if (ImGui::InputTextWithHint("###query", "Type a command or a setting", &query_)) {
        selected_ = 0;
    }
    const std::vector<PaletteEntry> list = palette_entries(bench, query_);
    const int n = static_cast<int>(list.size());
    selected_ += ImGui::IsKeyPressed(ImGuiKey_DownArrow) ? 1 : ImGui::IsKeyPressed(ImGuiKey_UpArrow) ? -1 : 0;
    selected_ = std::clamp(selected_, 0, std::max(0, n - 1));
    const PaletteEntry* chosen =
        ImGui::IsKeyPressed(ImGuiKey_Enter) && n > 0 ? &list[static_cast<std::size_t>(selected_)] : nullptr;
    if (ImGui::BeginChild("###matches")) {
        const PaletteEntry* clicked = draw_entries(bench, list);
        chosen = clicked ? clicked : chosen;
    }
    ImGui::EndChild();
    if (chosen || ImGui::IsKeyPressed(ImGuiKey_Escape)) {
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
    if (chosen && chosen->enabled) {
        chosen->action(bench);
    }
}

}  // namespace tempera::app
