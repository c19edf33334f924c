// SPDX-License-Identifier: MIT
// Every action of the window, once: menus, palette, shortcuts and the help sheet are made from this registry.
#pragma once

#include <imgui.h>

#include <functional>
#include <string>
#include <vector>

namespace tempera::app {

struct Workbench;

/// A key that was pressed, as the keyboard's layout names it, and the first of Dear ImGui's events that came
/// with it: it counts in the frame that sees that event, not before what was typed and clicked earlier.
struct KeyPress {
    ImGuiKeyChord chord = 0;
    unsigned event = 0;
};

struct Command {
    std::string id;    ///< "run.toggle"
    std::string menu;  ///< "Run"; empty = palette only
    std::string label;
    ImGuiKeyChord shortcut = 0;
    std::function<void(Workbench&)> action;
    std::function<bool(const Workbench&)> enabled = {};  ///< absent = always
    std::function<bool(const Workbench&)> checked = {};
    bool separator = false;  ///< a line above it in its menu
};

class Commands {
public:
    void add(Command command);
    const std::vector<Command>& all() const { return list_; }
    const Command* find(const std::string& id) const;
    /// Runs a command when it is enabled; false otherwise.
    bool run(const std::string& id, Workbench& bench) const;
    /// Shortcuts of this frame.
    void handle_keys(Workbench& bench) const;
    /// "Ctrl+Shift+P"; empty when there is none.
    static std::string shortcut_text(ImGuiKeyChord chord);
    /// Two commands with one shortcut or one id, as text (checked by a test).
    std::vector<std::string> conflicts() const;

private:
    std::vector<Command> list_;
};

/// All commands of the window.
Commands make_commands();
/// Score of a fuzzy match of `query` in `text`; negative = no match.
int fuzzy_score(const std::string& query, const std::string& text);

}  // namespace tempera::app
