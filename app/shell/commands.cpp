// SPDX-License-Identifier: MIT
#include "app/shell/commands.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <utility>

#include "app/shell/workbench.hpp"

namespace tempera::app {

namespace {

/// The topmost menu or list of choices; dialogs answer for themselves.
void close_menu() {
    const auto& open = ImGui::GetCurrentContext()->OpenPopupStack;
    const ImGuiWindow* top = open.empty() ? nullptr : open.back().Window;
    if (top && !(top->Flags & ImGuiWindowFlags_Modal)) {
        ImGui::ClosePopupToLevel(open.Size - 1, true);
    }
}

/// Those whose events a frame has seen.
std::vector<ImGuiKeyChord> take_due(std::vector<KeyPress>& presses) {
    const auto& waiting = ImGui::GetCurrentContext()->InputEventsQueue;
    const auto due = std::stable_partition(presses.begin(), presses.end(), [&](const KeyPress& press) {
        return waiting.empty() || press.event < waiting.front().EventId;
    });
    std::vector<ImGuiKeyChord> chords;
    std::transform(presses.begin(), due, std::back_inserter(chords),
                   [](const KeyPress& press) { return press.chord; });
    presses.erase(presses.begin(), due);
    return chords;
}

std::vector<ImGuiKeyChord> pressed_now(const std::vector<Command>& commands) {
    std::vector<ImGuiKeyChord> chords;
    for (const Command& c : commands) {
        if (c.shortcut && ImGui::IsKeyChordPressed(c.shortcut)) {
            chords.push_back(c.shortcut);
        }
    }
    return chords;
}

}  // namespace

void Commands::add(Command command) { list_.push_back(std::move(command)); }

const Command* Commands::find(const std::string& id) const {
    for (const Command& c : list_) {
        if (c.id == id) {
            return &c;
        }
    }
    return nullptr;
}

bool Commands::run(const std::string& id, Workbench& bench) const {
    const Command* c = find(id);
    if (!c || (c->enabled && !c->enabled(bench))) {
        return false;
    }
    c->action(bench);
    return true;
}

void Commands::handle_keys(Workbench& bench) const {
    std::vector<ImGuiKeyChord> chords = take_due(bench.chords);
    if (!bench.chords_fed) {
        chords = pressed_now(list_);
    }
    const bool popup =
        ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
    if (popup && ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
        close_menu();
    }
    // The key that closes a popup is meant for that alone.
    if (std::exchange(bench.popup_open, popup) || popup || ImGui::GetIO().WantTextInput) {
        return;
    }
    for (const ImGuiKeyChord chord : chords) {
        if (chord == ImGuiKey_Escape && run("view.let_go", bench)) {
            continue;  // before it asks whether to stop
        }
        const auto c = std::find_if(list_.begin(), list_.end(),
                                    [&](const Command& command) { return command.shortcut == chord; });
        if (c != list_.end() && (!c->enabled || c->enabled(bench))) {
            c->action(bench);
        }
    }
}

std::string Commands::shortcut_text(ImGuiKeyChord chord) {
    if (!chord) {
        return {};
    }
    std::string text;
    if (chord & ImGuiMod_Ctrl) {
        text += "Ctrl+";
    }
    const auto key = static_cast<ImGuiKey>(chord & ~ImGuiMod_Mask_);
    if (key == ImGuiKey_Slash && (chord & ImGuiMod_Shift)) {
        return text + "?";
    }
    if (chord & ImGuiMod_Shift) {
        text += "Shift+";
    }
    switch (key) {
    case ImGuiKey_Period:
        return text + ".";
    case ImGuiKey_GraveAccent:
        return text + "`";
    case ImGuiKey_LeftBracket:
        return text + "[";
    case ImGuiKey_RightBracket:
        return text + "]";
    case ImGuiKey_Equal:
        return text + "=";
    case ImGuiKey_Minus:
        return text + "-";
    case ImGuiKey_Escape:
        return text + "Esc";
    default:
        return text + ImGui::GetKeyName(key);
    }
}

std::vector<std::string> Commands::conflicts() const {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < list_.size(); ++i) {
        for (std::size_t j = i + 1; j < list_.size(); ++j) {
            if (list_[i].id == list_[j].id || (list_[i].shortcut && list_[i].shortcut == list_[j].shortcut)) {
                found.push_back(list_[i].id + " and " + list_[j].id);
            }
        }
    }
    return found;
}

int fuzzy_score(const std::string& query, const std::string& text) {
    int score = 0, run = 0;
    std::size_t at = 0;
    for (const char raw : query) {
        const char c = static_cast<char>(std::tolower(static_cast<unsigned char>(raw)));
        if (c == ' ') {
            continue;
        }
        const std::size_t from = at;
        while (at < text.size() && std::tolower(static_cast<unsigned char>(text[at])) != c) {
            ++at;
        }
        if (at == text.size()) {
            return -1;
        }
        const bool start = at == 0 || text[at - 1] == ' ' || text[at - 1] == '.' || text[at - 1] == '_';
        run = at == from && from > 0 ? run + 1 : 0;
        score += 1 + 3 * run + (start ? 4 : 0);
        ++at;
    }
    return score;
}

}  // namespace tempera::app
