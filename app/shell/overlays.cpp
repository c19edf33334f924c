// SPDX-License-Identifier: MIT
// What lies over the panels: keyboard sheet, messages, system facts, and what has files of its own.
#include <imgui.h>

#include <algorithm>

#include "app/bring/bring_card.hpp"
#include "app/shell/recovery_card.hpp"
#include "app/shell/shell.hpp"
#include "app/shell/tips.hpp"
#include "app/shell/workbench.hpp"
#include "core/build_id.hpp"
#include "core/parallel.hpp"

namespace tempera::app {
namespace {

void draw_keys(Workbench& bench) {
    const Theme& theme = bench.theme;
    if (bench.view.show_keys && !ImGui::IsPopupOpen("Keyboard###keys")) {
        ImGui::OpenPopup("Keyboard###keys");
    }
    centre_next_window(theme, 560, 520);
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
    centre_next_window(theme, 560, 320);
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
    std::string borrowed;
    for (const std::filesystem::path& font : theme.borrowed_fonts()) {
        borrowed += (borrowed.empty() ? "" : ", ") + font.filename().string();
    }
    row("fonts", "Roboto, Inconsolata; other signs and scripts " +
                     (borrowed.empty() ? std::string("show as a mark (fonts-noto-cjk has them)")
                                       : "from " + borrowed));
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

}  // namespace

void centre_next_window(const Theme& theme, float width, float height) {
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    const ImVec2 size(std::min(theme.px(width), screen->Size.x * 0.92f),
                      std::min(theme.px(height), screen->Size.y * 0.9f));
    ImGui::SetNextWindowSize(size, ImGuiCond_Always);
    ImGui::SetNextWindowPos(
        {screen->GetCenter().x - size.x / 2, screen->Pos.y + (screen->Size.y - size.y) * 0.35f},
        ImGuiCond_Always);
}

void draw_overlays(Workbench& bench) {
    // An edge: on light grounds the colour alone tells nothing of where a dialog ends.
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, std::max(1.0f, bench.theme.px(1)));
    draw_recovery(bench);
    bench.palette.draw(bench);
    draw_keys(bench);
    draw_system(bench);
    bench.export_dialog.draw(bench);
    bench.bring->draw(bench);
    bench.dialog.draw(bench.theme);
    if (bench.workspace.messages.empty()) {  // one thing at a time
        bench.questions.draw(bench.theme);
    }
    draw_messages(bench);
    draw_tip(bench);
    ImGui::PopStyleVar();
}

}  // namespace tempera::app
