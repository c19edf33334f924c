// SPDX-License-Identifier: MIT
// The list of commands and settings that is searched by typing.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace tempera::app {

struct Workbench;

/// Something that can be done: a command, or finding a setting.
struct PaletteEntry {
    std::string text, id, keys;
    bool enabled = true;
    std::function<void(Workbench&)> action;
};
/// Those that match what was typed, the best first.
std::vector<PaletteEntry> palette_entries(const Workbench& bench, const std::string& query);

class CommandPalette {
public:
    void show() { wanted_ = true; }
    void draw(Workbench& bench);

private:
    const PaletteEntry* draw_entries(const Workbench& bench, const std::vector<PaletteEntry>& list);

    std::string query_;
    int selected_ = 0;
    bool wanted_ = false;
};

}  // namespace tempera::app
