// SPDX-License-Identifier: MIT
// The window. One entry point for the command line's `app`.
#pragma once

#include <stop_token>
#include <string>

namespace tempera::app {

struct AppOptions {
    std::string file;     ///< preset, run folder, or what people bring; empty = presets/two_lakes.json
    std::string formula;  ///< of a density that is looked at first; empty = none
    std::string
        layout;  ///< explore, weights, ladder, mode_blindness, molecules; empty = the preset's view.layout
    std::string story;            ///< a shipped story to start, with ":3" for its third step
    std::string theme;            ///< light, dark, high_contrast, print; empty = the last one, dark at first
    std::string screenshot;       ///< PNG to write off screen; empty = a window
    int width = 0, height = 0;    ///< of the window or picture; 0 = the last one, 1440 x 900 at first
    double scale = 0;             ///< of texts and spaces; 0 = the last one, the display's at first
    std::string at = "finished";  ///< when to take the picture: "finished" or seconds
    int frames = 0;               ///< > 0: draw so many frames off screen and write `json`
    std::string json;             ///< file for the measurements; also written by the window when set
    bool hardware = false;        ///< draws as on a graphics card, on whatever there is (tests)
    std::stop_token stop;         ///< asked for: the window closes and keeps edits for the next session
};

/// Returns an exit code of the program: 0, 2 (bad input, no display, no OpenGL 3.3).
int run_app(const AppOptions& options);

}  // namespace tempera::app
