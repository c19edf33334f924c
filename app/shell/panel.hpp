// SPDX-License-Identifier: MIT
// Panels: one .cpp each in app/views (Setup in app/setup), one line each in app/shell/catalogue.cpp.
#pragma once

#include <string>
#include <vector>

#include "figures/plot_spec.hpp"

namespace tempera::app {

class Theme;
struct Workbench;

struct View {
    const char* id;     ///< also the ImGui window's ###id
    const char* title;  ///< menu entry and tab
    void (*draw)(Workbench&);
    std::vector<PlotSpec> (*plots)(Workbench&);  ///< what its menu exports; may be null
};

const std::vector<View>& view_catalogue();
const View* find_view(const std::string& id);

/// Title row of a panel: title, legend entries of a plot, state at the right end and the panel's menu.
void panel_header(Workbench& bench, const View& view, const std::string& title, const std::string& state,
                  const PlotSpec* legend = nullptr);
/// The panel's tab or title bar shows its name.
bool named_already();
/// The rest of the window below the header.
struct Area {
    float width, height;
};
Area remaining();
/// The colours of the one button that a person most likely wants, for a scope.
class PrimaryColours {
public:
    explicit PrimaryColours(const Theme& theme);
    ~PrimaryColours();
    PrimaryColours(const PrimaryColours&) = delete;
    PrimaryColours& operator=(const PrimaryColours&) = delete;
};
/// A button with a glyph, a text or both; true when pressed.
bool glyph_button(Workbench& bench, const char* glyph, const char* text, const char* id, bool primary,
                  bool enabled, const char* tip, float width = 0);
/// A small flat switch in a row of choices; true when pressed.
bool choice(Workbench& bench, const char* label, bool on, const char* tip, bool enabled = true);
/// A wrapped small sentence that ends in a link; true when the link is pressed.
bool linked_sentence(Workbench& bench, const std::string& text, const char* link);
/// Within a child window, before its end: what goes on below its lower edge fades out, so that no line looks
/// cut.
void fade_below(const Theme& theme);
/// As much of a text as fits the width, with an ellipsis where it is cut.
std::string fitting(const std::string& text, float width);
/// Dim text in the middle of what is left of a panel.
void empty_text(Workbench& bench, const std::string& text);

}  // namespace tempera::app
