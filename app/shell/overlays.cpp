// SPDX-License-Identifier: MIT
// What lies over the panels: command palette, keyboard sheet, messages, system facts.
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>

#include "app/shell/recovery_card.hpp"
#include "app/shell/shell.hpp"
#include "app/shell/tips.hpp"
#include "app/shell/workbench.hpp"
#include "core/build_id.hpp"
#include "core/parallel.hpp"

namespace tempera::app {
namespace {

struct PaletteState {
    std::string query;
    int selected = 0;
    bool was_open = false;
};
PaletteState palette_state;

void centred(float width, float height, const Theme& theme) {
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    const ImVec2 size(std::min(theme.px(width), screen->Size.x * 0.92f),
                      std::min(theme.px(height), screen->Size.y * 0.9f));
    ImGui::SetNextWindowSize(size, ImGuiCond_Always);
    ImGui::SetNextWindowPos(
        {screen->GetCenter().x - size.x / 2, screen->Pos.y + (screen->Size.y - size.y) * 0.35f},
        ImGuiCond_Always);
}

std::vector<const Command*> matching(const Commands& commands) {
    std::vector<std::pair<int, const Command*>> found;
    for (const Command& c : commands.all()) {
        const int score = fuzzy_score(palette_state.query, (c.menu.empty() ? "" : c.menu + " ") + c.label);
        if (score >= 0) {
            found.emplace_back(score, &c);
        }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<const Command*> list;
    for (const auto& [score, c] : found) {
        list.push_back(c);
    }
    return list;
}

void draw_palette(Workbench& bench) {
    const Theme& theme = bench.theme;
    if (bench.view.show_palette && !palette_state.was_open) {
        ImGui::OpenPopup("###palette");
        palette_state = {{}, 0, true};
    }
    centred(560, 420, theme);
    if (!ImGui::BeginPopup("###palette", ImGuiWindowFlags_NoMove)) {
        bench.view.show_palette = false;
        palette_state.was_open = false;
        return;
    }
    if (ImGui::IsWindowAppearing()) {
        ImGui::SetKeyboardFocusHere();
    }
    ImGui::SetNextItemWidth(-1);
    if (ImGui::InputTextWithHint("###query", "Type a command", &palette_state.query)) {
        palette_state.selected = 0;
    }
    const std::vector<const Command*> list = matching(bench.commands);
    const int n = static_cast<int>(list.size());
    if (ImGui::IsKeyPressed(ImGuiKey_DownArrow)) {
        palette_state.selected = std::min(n - 1, palette_state.selected + 1);
    }
    if (ImGui::IsKeyPressed(ImGuiKey_UpArrow)) {
        palette_state.selected = std::max(0, palette_state.selected - 1);
    }
    const Command* chosen = ImGui::IsKeyPressed(ImGuiKey_Enter) && n > 0
                                ? list[static_cast<std::size_t>(std::clamp(palette_state.selected, 0, n - 1))]
                                : nullptr;
    if (ImGui::BeginChild("###matches")) {
        for (int i = 0; i < n; ++i) {
            const Command& c = *list[static_cast<std::size_t>(i)];
            const bool enabled = !c.enabled || c.enabled(bench);
            ImGui::BeginDisabled(!enabled);
            if (ImGui::Selectable(((c.menu.empty() ? "" : c.menu + ": ") + c.label + "###" + c.id).c_str(),
                                  i == palette_state.selected)) {
                chosen = &c;
            }
            ImGui::EndDisabled();
            const std::string keys = Commands::shortcut_text(c.shortcut);
            if (!keys.empty()) {
                const Face mono(theme.mono, Theme::small_size);
                ImGui::SameLine();
                const float room =
                    ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(keys.c_str()).x - theme.px(8);
                ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0f, room));
                ImGui::TextColored(theme.dim(), "%s", keys.c_str());
            }
        }
    }
    ImGui::EndChild();
    if (chosen || ImGui::IsKeyPressed(ImGuiKey_Escape)) {
        ImGui::CloseCurrentPopup();
        bench.view.show_palette = false;
        palette_state.was_open = false;
    }
    ImGui::EndPopup();
    if (chosen && (!chosen->enabled || chosen->enabled(bench))) {
        chosen->action(bench);
    }
}

void draw_keys(Workbench& bench) {
    const Theme& theme = bench.theme;
    if (bench.view.show_keys && !ImGui::IsPopupOpen("Keyboard###keys")) {
        ImGui::OpenPopup("Keyboard###keys");
    }
    centred(560, 520, theme);
    if (!ImGui::BeginPopupModal("Keyboard###keys", &bench.view.show_keys, ImGuiWindowFlags_NoSavedSettings)) {
        return;
    }
    if (ImGui::BeginTable("###list", 2, ImGuiTableFlags_ScrollY | ImGuiTableFlags_BordersInnerH)) {
        ImGui::TableSetupColumn("keys", ImGuiTableColumnFlags_WidthFixed, theme.px(150));
        ImGui::TableSetupColumn("action");
        for (const Command& c : bench.commands.all()) {
            if (!c.shortcut) {
                continue;
            }
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            {
                const Face mono(theme.mono, Theme::number_size);
                ImGui::TextUnformatted(Commands::shortcut_text(c.shortcut).c_str());
            }
            ImGui::TableNextColumn();
            ImGui::TextUnformatted(c.label.c_str());
        }
        ImGui::EndTable();
    }
    if (ImGui::IsKeyPressed(ImGuiKey_Escape)) {
        bench.view.show_keys = false;
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
}

void draw_messages(Workbench& bench) {
    auto& messages = bench.workspace.messages;
    if (messages.empty()) {
        return;
    }
    const Theme& theme = bench.theme;
    if (!ImGui::IsPopupOpen("Message###message")) {
        ImGui::OpenPopup("Message###message");
    }
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    ImGui::SetNextWindowPos(screen->GetCenter(), ImGuiCond_Appearing, {0.5f, 0.5f});
    ImGui::SetNextWindowSizeConstraints(
        {theme.px(420), 0}, {std::min(theme.px(640), screen->Size.x * 0.92f), screen->Size.y * 0.8f});
    if (!ImGui::BeginPopupModal("Message###message", nullptr,
                                ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoTitleBar |
                                    ImGuiWindowFlags_NoSavedSettings)) {
        return;
    }
    ImGui::PushTextWrapPos(theme.px(600));
    {
        const Face bold(theme.bold, Theme::body_size);
        ImGui::TextUnformatted(messages.front().title.c_str());
    }
    ImGui::Dummy({0, theme.px(2)});
    for (const std::string& line : messages.front().lines) {
        ImGui::TextColored(Theme::vec(theme.colours().bad), "%s", icon::bad);
        ImGui::SameLine();
        ImGui::TextUnformatted(line.c_str());
    }
    ImGui::PopTextWrapPos();
    ImGui::Dummy({0, theme.px(4)});
    const bool close = ImGui::Button("OK###ok", {theme.px(90), 0}) || ImGui::IsKeyPressed(ImGuiKey_Enter) ||
                       ImGui::IsKeyPressed(ImGuiKey_Escape);
    ImGui::SameLine();
    if (ImGui::Button("Copy###copy", {theme.px(90), 0})) {
        std::string text = messages.front().title;
        for (const std::string& line : messages.front().lines) {
            text += "\n" + line;
        }
        ImGui::SetClipboardText(text.c_str());
    }
    if (close) {
        messages.pop_front();
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
}

void draw_system(Workbench& bench) {
    const Theme& theme = bench.theme;
    if (bench.view.show_system && !ImGui::IsPopupOpen("System###system")) {
        ImGui::OpenPopup("System###system");
    }
    centred(560, 320, theme);
    if (!ImGui::BeginPopupModal("System###system", &bench.view.show_system,
                                ImGuiWindowFlags_NoSavedSettings)) {
        return;
    }
    const auto row = [&](const char* name, const std::string& value) {
        ImGui::TextColored(theme.dim(), "%s", name);
        ImGui::SameLine(theme.px(110));
        ImGui::PushTextWrapPos(0);
        ImGui::TextUnformatted(value.c_str());
        ImGui::PopTextWrapPos();
    };
    row("build", TEMPERA_BUILD_ID);
    row("Dear ImGui", IMGUI_VERSION);
    row("drawing", bench.graphics.empty() ? bench.renderer : bench.graphics);
    if (bench.largest_texture > 0) {
        row("", "textures up to " + grouped(bench.largest_texture) +
                    (bench.software_gl ? ", at most 30 frames/s" : ""));
    }
    row("threads", std::to_string(thread_count()));
    row("scale", fixed(bench.scale, 3));
    row("kept in", bench.autosave.on() ? bench.autosave.file().parent_path().string()
                                       : "nowhere: " + bench.autosave.problem());
    if (!bench.textures.error().empty()) {
        row("shaders", bench.textures.error());
    }
    if (ImGui::IsKeyPressed(ImGuiKey_Escape)) {
        bench.view.show_system = false;
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
}

/// Edits that were not saved are not thrown away without a word.
void draw_quit(Workbench& bench) {
    const Theme& theme = bench.theme;
    if (bench.view.ask_quit && !ImGui::IsPopupOpen("Quit###quit")) {
        ImGui::OpenPopup("Quit###quit");
    }
    ImGui::SetNextWindowPos(ImGui::GetMainViewport()->GetCenter(), ImGuiCond_Always, {0.5f, 0.5f});
    if (!ImGui::BeginPopupModal("Quit###quit", nullptr,
                                ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoTitleBar |
                                    ImGuiWindowFlags_NoSavedSettings)) {
        return;
    }
    {
        const Face bold(theme.bold, Theme::body_size);
        ImGui::Text("%s has edits that are not saved", bench.workspace.name().c_str());
    }
    ImGui::Dummy({0, theme.px(4)});
    const float width = theme.px(150);
    const bool has_file = !bench.workspace.file().empty() && run_folder_of(bench.workspace.file()).empty();
    bool close = false;
    if (ImGui::Button(has_file ? "Save and quit###save" : "Save as ...###save", {width, 0})) {
        close = true;
        if (!has_file) {
            bench.commands.run("file.save_as", bench);
        } else {
            bench.quit = bench.workspace.save();
        }
    }
    ImGui::SameLine();
    if (ImGui::Button("Quit without###discard", {width, 0})) {
        close = bench.quit = true;
    }
    ImGui::SameLine();
    if (ImGui::Button("Cancel###cancel", {theme.px(90), 0}) || ImGui::IsKeyPressed(ImGuiKey_Escape)) {
        close = true;
    }
    if (close) {
        bench.view.ask_quit = false;
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
}

}  // namespace

void draw_overlays(Workbench& bench) {
    draw_recovery(bench);
    draw_palette(bench);
    draw_keys(bench);
    draw_system(bench);
    bench.dialog.draw(bench.theme);
    draw_quit(bench);
    draw_messages(bench);
    draw_tip(bench);
}

}  // namespace tempera::app
