// SPDX-License-Identifier: MIT
#include "app/views/scrub_bar.hpp"

#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {

void scrub_bar(Workbench& bench, float left, float right) {
    Workspace& w = bench.workspace;
    const Theme& theme = bench.theme;
    const int n = std::max(1, w.n_levels());
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {theme.px(5), theme.px(1)});
    if (ImGui::Button((std::string(w.playing() ? icon::pause : icon::play) + "###play").c_str(),
                      {theme.px(24), theme.px(18)})) {
        w.play();
    }
    ImGui::PopStyleVar();
    ImGui::SetItemTooltip("Play the path (P)");
    ImGui::SameLine(0, 0);
    const ImVec2 here = ImGui::GetCursorScreenPos();
    const float width = right - left, height = theme.px(18);
    ImGui::SetCursorScreenPos({left, here.y});
    ImGui::InvisibleButton("###scrub", {std::max(10.0f, width), height});
    if (ImGui::IsItemActive()) {
        const float t = std::clamp((ImGui::GetMousePos().x - left) / width, 0.0f, 1.0f);
        w.look_at(static_cast<int>(std::lround(static_cast<float>(n) * (1 - t))));
    }
    const bool hot = ImGui::IsItemHovered() || ImGui::IsItemActive();
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float y = here.y + height / 2, t = 1 - static_cast<float>(w.level()) / static_cast<float>(n);
    list->AddRectFilled({left, y - theme.px(2)}, {right, y + theme.px(2)},
                        Theme::packed(theme.colours().field), theme.px(2));
    list->AddRectFilled({left, y - theme.px(2)}, {left + width * t, y + theme.px(2)},
                        Theme::packed(theme.colours().accent, 0.55f), theme.px(2));
    list->AddCircleFilled({left + width * t, y}, theme.px(hot ? 7 : 6),
                          Theme::packed(theme.colours().accent));
    if (!w.following() && !w.playing()) {  // the way back to the run's own level
        ImGui::SetCursorScreenPos({right + theme.px(12), here.y});
        ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {theme.px(5), theme.px(1)});
        if (ImGui::Button((std::string(icon::follow) + "###follow").c_str(), {theme.px(24), theme.px(18)})) {
            w.follow();
        }
        ImGui::PopStyleVar();
        ImGui::SetItemTooltip("This level is held. Follow the run's level again.");
    }
}

}  // namespace tempera::app
