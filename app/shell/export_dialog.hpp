// SPDX-License-Identifier: MIT
// Where figures go, how large they are and how they look.
#pragma once

#include <string>

namespace tempera::app {

struct Workbench;

class ExportDialog {
public:
    void show() { wanted_ = true; }
    void draw(Workbench& bench);

private:
    void draw_choices(Workbench& bench);
    void draw_buttons(Workbench& bench);

    bool wanted_ = false, come_back_ = false;  ///< come back: when the dialog of folders is closed
    bool all_ = true;
};

}  // namespace tempera::app
