// SPDX-License-Identifier: MIT
// Hints for the first minutes: at most one small card at a time, each offering one action. A hint that was
// taken or dismissed does not come back; that is remembered in a file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tempera::app {

struct Workbench;

class Tips {
public:
    struct Tip {
        const char *id, *text, *action;
        std::vector<std::string> lines;  ///< performed one after another (app/stories/script.hpp)
        bool (*due)(const Workbench& bench);
    };
    static const std::vector<Tip>& all();

    /// Remembers in `folder` from now on and shows hints; an empty folder remembers nothing.
    void open(const std::filesystem::path& folder);
    bool shown() const { return shown_; }
    /// Switching them on brings all of them back.
    void show(bool on);

    void update(Workbench& bench);                 ///< once a frame: goes on with what a taken hint does
    const Tip* due(const Workbench& bench) const;  ///< null: none now
    void take(const Tip& tip);
    void dismiss(const Tip& tip);

private:
    void save() const;

    std::filesystem::path file_;
    bool shown_ = false;
    std::vector<std::string> gone_, queue_;
};

/// The card of the hint that is due.
void draw_tip(Workbench& bench);

}  // namespace tempera::app
