// SPDX-License-Identifier: MIT
// Where a person has moved the panels of a layout: noticed, kept under the layout's name, put back. A layout
// in which nobody moved anything is built anew instead, for whatever is shown.
#pragma once

#include <imgui.h>

#include <string>
#include <vector>

namespace tempera::app {

struct ViewState;

/// The node of Dear ImGui's docking that all built layouts divide.
ImGuiID dock_root();

class Arrangement {
public:
    /// Before ImGui::NewFrame(): where the layout is to be built and the person has an arrangement of it,
    /// that is put back. One that would lose a panel from sight is forgotten.
    void restore(ViewState& view);
    /// After the panels of a frame: keeps what the person has moved since. `built`: the layout was in this
    /// frame.
    void watch(ViewState& view, bool built);
    /// Panels were put back in this frame; their tabs exist from the next one on.
    bool restored() const { return restored_; }

private:
    ImGuiID seen_ = 0;  ///< what moving a panel changes, in a number
    ImVec2 size_;       ///< of the window: what its changes move, the person has not
    std::vector<std::string> hidden_;
    int settling_ = 0;  ///< frames until docking has come to rest
    bool restored_ = false;
};

}  // namespace tempera::app
