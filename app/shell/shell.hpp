// SPDX-License-Identifier: MIT
// The frame around the panels: menu bar, transport bar, dock space with the built layouts, status bar,
// overlays.
#pragma once

namespace tempera::app {

class Theme;
struct Workbench;

void draw_menu_bar(Workbench& bench);
void draw_transport(Workbench& bench);
void draw_status(Workbench& bench);
void draw_docks(Workbench& bench);     ///< dock space and panels
void draw_overlays(Workbench& bench);  ///< palette, questions, keyboard sheet, messages, system

/// Size at scale 1 of the window that begins next, in the middle of the screen.
void centre_next_window(const Theme& theme, float width, float height);

/// Heights at scale 1.
inline constexpr float menu_height = 28, transport_height = 44, status_height = 26, panel_gap = 6;

}  // namespace tempera::app
