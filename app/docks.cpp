// SPDX-License-Identifier: MIT
// The dock space and the built layouts.
#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>

#include "app/shell.hpp"
#include "app/workbench.hpp"

namespace tempera::app {
namespace {

std::string window_name(const View& view) { return std::string(view.title) + "###" + view.id; }

void dock(const char* id, ImGuiID node) {
    if (const View* view = find_view(id)) {
        ImGui::DockBuilderDockWindow(window_name(*view).c_str(), node);
    }
}

void dock_all(std::initializer_list<const char*> ids, ImGuiID node) {
    for (const char* id : ids) {
        dock(id, node);
    }
}

/// The tab that a node of several panels opens on.
void show_first(const char* id, ImGuiID node) {
    const View* view = find_view(id);
    ImGuiDockNode* place = ImGui::DockBuilderGetNode(node);
    if (view && place) {
        place->SelectedTabId = ImHashStr("#TAB", 0, ImHashStr(window_name(*view).c_str()));
    }
}

bool exchanging(const Workbench& bench) {
    return bench.workspace.value("sampler.type") == Json("replica_exchange");
}

/// Cuts `share` off a node at a side; `node` becomes the rest.
ImGuiID cut(ImGuiID& node, ImGuiDir side, float share) {
    ImGuiID rest = 0;
    const ImGuiID part = ImGui::DockBuilderSplitNode(node, side, share, nullptr, &rest);
    node = rest;
    return part;
}

/// Setup on the left and the narrow column on the right keep their widths in pixels.
struct Columns {
    ImGuiID left, middle, right;
};

Columns columns(ImGuiID root, ImVec2 size, const Theme& theme) {
    Columns c{0, root, 0};
    const float left = std::min(theme.px(292), size.x * 0.28f),
                right = std::min(theme.px(292), size.x * 0.28f);
    c.left = cut(c.middle, ImGuiDir_Left, left / size.x);
    c.right = cut(c.middle, ImGuiDir_Right, right / (size.x - left));
    return c;
}

/// Returns the node of the runs.
ImGuiID right_column(ImGuiID right, ImVec2 size, const Theme& theme, float weights_height = 200) {
    const ImGuiID weights = cut(right, ImGuiDir_Up, std::min(0.4f, theme.px(weights_height) / size.y));
    // Warnings with their remedies need the room more than the list of runs does.
    const float rest = size.y * (1 - std::min(0.4f, theme.px(weights_height) / size.y));
    const ImGuiID health =
        cut(right, ImGuiDir_Up, std::clamp(0.64f, theme.px(226) / rest, theme.px(400) / rest));
    dock("mode_weights", weights);
    dock("health", health);
    dock_all({"runs", "log", "story"}, right);
    show_first("runs", right);
    return right;
}

void build_explore(ImGuiID root, ImVec2 size, const Theme& theme, bool exchange) {
    Columns c = columns(root, size, theme);
    dock("setup", c.left);
    right_column(c.right, size, theme);
    const ImGuiID path = cut(c.middle, ImGuiDir_Up, std::clamp(theme.px(216) / size.y, 0.20f, 0.34f));
    ImGuiID bottom =
        cut(c.middle, ImGuiDir_Down, std::clamp(theme.px(234) / (size.y - theme.px(216)), 0.34f, 0.44f));
    dock("density_path", path);
    dock("particles", c.middle);
    const ImGuiID bottom_left = cut(bottom, ImGuiDir_Left, 0.5f);
    dock_all({"ess", "weights", "swaps"}, bottom_left);
    show_first(exchange ? "swaps" : "ess", bottom_left);
    dock_all({"occupancy", "mode_mass", "replicas", "training", "blindness"}, bottom);
    show_first("occupancy", bottom);
}

void build_weights(ImGuiID root, ImVec2 size, const Theme& theme, bool exchange) {
    Columns c = columns(root, size, theme);
    dock("setup", c.left);
    right_column(c.right, size, theme);
    const ImGuiID top = cut(c.middle, ImGuiDir_Up, 0.36f);
    ImGuiID bottom = cut(c.middle, ImGuiDir_Down, 0.46f);
    dock(exchange ? "swaps" : "weights", top);
    dock(exchange ? "replicas" : "ess", c.middle);
    const ImGuiID left = cut(bottom, ImGuiDir_Left, 0.5f);
    if (exchange) {
        dock_all({"mode_mass", "weights", "ess"}, left);
    } else {
        dock_all({"mode_mass", "swaps", "replicas"}, left);
    }
    show_first("mode_mass", left);
    dock_all({"particles", "occupancy", "density_path", "training", "blindness"}, bottom);
    show_first("particles", bottom);
}

void build_ladder(ImGuiID root, ImVec2 size, const Theme& theme, bool exchange) {
    Columns c = columns(root, size, theme);
    dock("setup", c.left);
    right_column(c.right, size, theme);
    const ImGuiID top = cut(c.middle, ImGuiDir_Up, 0.36f);
    ImGuiID bottom = cut(c.middle, ImGuiDir_Down, 0.44f);
    dock(exchange ? "swaps" : "ess", top);
    dock(exchange ? "replicas" : "weights", c.middle);
    const ImGuiID left = cut(bottom, ImGuiDir_Left, 0.5f);
    dock_all({"occupancy", "mode_mass", exchange ? "ess" : "swaps"}, left);
    show_first("occupancy", left);
    dock_all({"particles", "density_path", "training", "blindness", exchange ? "weights" : "replicas"},
             bottom);
    show_first("particles", bottom);
}

void build_modes(ImGuiID root, ImVec2 size, const Theme& theme, bool exchange) {
    Columns c = columns(root, size, theme);
    // Panels of the other kind of sampler stay with the list of runs.
    const ImGuiID rest = right_column(c.right, size, theme, 248);
    dock_all({exchange ? "ess" : "swaps", exchange ? "weights" : "replicas"}, rest);
    dock_all({"story", "setup"}, c.left);
    show_first("story", c.left);
    const ImGuiID path = cut(c.middle, ImGuiDir_Up, std::clamp(theme.px(286) / size.y, 0.22f, 0.40f));
    dock("density_path", path);
    // The path's weights on the left, what is behind them on the right.
    ImGuiID left = cut(c.middle, ImGuiDir_Left, 0.5f);
    const ImGuiID lower = cut(left, ImGuiDir_Down, 0.5f);
    dock_all({"occupancy", exchange ? "swaps" : "ess"}, left);
    show_first("occupancy", left);
    dock_all({"mode_mass", "particles", exchange ? "replicas" : "weights"}, lower);
    show_first("mode_mass", lower);
    dock_all({"blindness", "training", "score_field"}, c.middle);
    show_first("blindness", c.middle);
}

void build_picture(ImGuiID root, ImVec2 size, const Theme& theme, bool /*exchange*/) {
    Columns c = columns(root, size, theme);
    dock("setup", c.left);
    right_column(c.right, size, theme);
    dock_all({"particles", "density_path", "ess", "occupancy", "mode_mass", "weights", "swaps", "replicas",
              "training", "blindness"},
             c.middle);
    show_first("particles", c.middle);
}

/// A node with one panel has no tab bar at all: the panel's own title row says what it is.
void quiet_tab_bars(ImGuiDockNode* node) {
    if (!node) {
        return;
    }
    if (node->IsLeafNode()) {
        const ImGuiDockNodeFlags flags = node->LocalFlags & ~ImGuiDockNodeFlags_NoTabBar;
        node->SetLocalFlags(node->Windows.Size <= 1 ? flags | ImGuiDockNodeFlags_NoTabBar : flags);
        return;
    }
    quiet_tab_bars(node->ChildNodes[0]);
    quiet_tab_bars(node->ChildNodes[1]);
}

void build(Workbench& bench, ImGuiID root, ImVec2 size) {
    ImGui::DockBuilderRemoveNode(root);
    ImGui::DockBuilderAddNode(root, ImGuiDockNodeFlags_DockSpace);
    ImGui::DockBuilderSetNodeSize(root, size);
    const std::string& layout = bench.view.layout;
    (layout == "weights"          ? build_weights
     : layout == "ladder"         ? build_ladder
     : layout == "mode_blindness" ? build_modes
     : layout == "molecules"      ? build_picture
                                  : build_explore)(root, size, bench.theme, exchanging(bench));
    ImGui::DockBuilderFinish(root);
}

}  // namespace

void draw_docks(Workbench& bench) {
    const Theme& theme = bench.theme;
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    const float top = theme.px(menu_height + transport_height + panel_gap),
                bottom = theme.px(status_height + panel_gap);
    const ImVec2 position(screen->Pos.x, screen->Pos.y + top),
        size(screen->Size.x, std::max(60.0f, screen->Size.y - top - bottom));
    ImGui::SetNextWindowPos(position);
    ImGui::SetNextWindowSize(size);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleColor(ImGuiCol_WindowBg, Theme::vec(theme.colours().ground));
    ImGui::Begin("###docks", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                     ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoBringToFrontOnFocus |
                     ImGuiWindowFlags_NoNavFocus);
    ImGui::PopStyleColor();
    ImGui::PopStyleVar(2);
    const ImGuiID root = ImGui::GetID("root");
    if (bench.view.rebuild_layout || !ImGui::DockBuilderGetNode(root)) {
        build(bench, root, size);
        bench.view.rebuild_layout = false;
    }
    quiet_tab_bars(ImGui::DockBuilderGetNode(root));
    ImGui::PushStyleColor(ImGuiCol_Border,
                          Theme::vec(theme.colours().ground));  // docking draws its separators with it
    ImGui::DockSpace(root, {0, 0},
                     ImGuiDockNodeFlags_AutoHideTabBar | ImGuiDockNodeFlags_NoWindowMenuButton |
                         ImGuiDockNodeFlags_NoCloseButton);
    ImGui::PopStyleColor();
    ImGui::End();
    for (const View& view : view_catalogue()) {
        const auto& hidden = bench.view.hidden;
        if (std::find(hidden.begin(), hidden.end(), view.id) != hidden.end()) {
            continue;
        }
        if (ImGui::Begin(window_name(view).c_str(), nullptr,
                         ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoScrollbar)) {
            view.draw(bench);
        }
        ImGui::End();
    }
    bench.view.fit = false;
    for (const std::string& id : bench.view.raise) {
        if (const View* view = find_view(id)) {
            ImGui::SetWindowFocus(window_name(*view).c_str());
        }
    }
    bench.view.raise.clear();
}

}  // namespace tempera::app
