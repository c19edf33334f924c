// SPDX-License-Identifier: MIT
#include "app/shell/arrangement.hpp"

#include <imgui_internal.h>

#include <algorithm>

#include "app/shell/workbench.hpp"

namespace tempera::app {
namespace {

constexpr int settling_frames = 3;
constexpr float least_width = 80, least_height = 60;  ///< pixels of a panel that can still be seen

/// The name under which Dear ImGui keeps a panel, whatever its title.
std::string kept_name(const View& view) { return std::string("###") + view.id; }

/// What moving a panel or the edge between two changes; which tab is in front is no part of it.
ImGuiID places_of_panels() {
    ImGuiID sum = 0;
    const auto add = [&sum](auto... values) { ((sum = ImHashData(&values, sizeof values, sum)), ...); };
    for (const ImGuiStoragePair& entry : ImGui::GetCurrentContext()->DockContext.Nodes.Data) {
        const auto* node = static_cast<const ImGuiDockNode*>(entry.val_p);
        if (node && node->ParentNode) {
            add(node->ID, node->ParentNode->ID, node->SplitAxis, node->SizeRef.x, node->SizeRef.y);
        }
    }
    for (const View& view : view_catalogue()) {
        if (const ImGuiWindow* window = ImGui::FindWindowByName(kept_name(view).c_str())) {
            add(window->DockId, window->DockOrder);
            if (!window->DockNode) {
                add(window->Pos.x, window->Pos.y, window->SizeFull.x, window->SizeFull.y);
            }
        }
    }
    return sum;
}

/// A place for it is known, and can be seen.
bool has_a_place(const View& view, ImVec2 screen) {
    const ImGuiWindowSettings* kept = ImGui::FindWindowSettingsByID(ImHashStr(kept_name(view).c_str()));
    if (!kept) {
        return false;
    }
    if (kept->DockId != 0) {
        return ImGui::DockBuilderGetNode(kept->DockId) != nullptr;
    }
    const float left = std::max<float>(kept->Pos.x, 0), top = std::max<float>(kept->Pos.y, 0),
                right = std::min<float>(kept->Pos.x + kept->Size.x, screen.x),
                bottom = std::min<float>(kept->Pos.y + kept->Size.y, screen.y);
    return right - left >= least_width && bottom - top >= least_height;
}

}  // namespace

ImGuiID dock_root() { return ImHashStr("root", 0, ImHashStr("###docks")); }

void Arrangement::restore(ViewState& view) {
    restored_ = false;
    const auto kept = view.arrangements.find(view.layout);
    if (!view.rebuild_layout || kept == view.arrangements.end()) {
        return;
    }
    ImGui::LoadIniSettingsFromMemory(kept->second.c_str(), kept->second.size());
    const ImVec2 screen = ImGui::GetIO().DisplaySize;
    restored_ = ImGui::DockBuilderGetNode(dock_root()) &&
                std::ranges::all_of(view_catalogue(), [&](const View& v) { return has_a_place(v, screen); });
    if (restored_) {
        view.rebuild_layout = false;
    } else {
        view.arrangements.erase(kept);
    }
}

void Arrangement::watch(ViewState& view, bool built) {
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    if (built || restored_ || size.x != size_.x || size.y != size_.y || view.hidden != hidden_) {
        settling_ = settling_frames;
        size_ = size;
        hidden_ = view.hidden;
    }
    if (settling_ > 0) {
        --settling_;
        seen_ = places_of_panels();
        return;
    }
    if (ImGui::IsMouseDown(ImGuiMouseButton_Left) || view.rebuild_layout) {  // on its way
        return;
    }
    if (const ImGuiID now = places_of_panels(); now != seen_) {
        seen_ = now;
        view.arrangements[view.layout] = ImGui::SaveIniSettingsToMemory();
    }
}

}  // namespace tempera::app
