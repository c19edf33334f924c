// SPDX-License-Identifier: MIT
// The dock space and the built layouts.
#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "app/shell/shell.hpp"
#include "app/shell/workbench.hpp"
#include "app/stories/story.hpp"

namespace tempera::app {
namespace {

std::string window_name(const View& view) { return std::string(view.title) + "###" + view.id; }

void dock(const char* id, ImGuiID node) {
    if (const View* view = find_view(id)) {
        ImGui::DockBuilderDockWindow(window_name(*view).c_str(), node);
    }
}

/// A part of the window: panels as tabs, the first in front, or a row or column of smaller parts. Its length
/// in the row or column is a number of pixels at scale 1 within shares of the whole; parts without one divide
/// what is left.
struct Part {
    std::vector<const char*> panels;
    enum class Kind { tabs, row, column } kind = Kind::tabs;
    std::vector<Part> parts;
    float pixels = 0, least = 0, most = 1;

    Part high(float length, float from = 0, float to = 1) && {
        pixels = length, least = from, most = to;
        return std::move(*this);
    }
    Part share(float of_all) && { return std::move(*this).high(1, of_all, of_all); }
};

Part tabs(std::vector<const char*> panels) { return {std::move(panels), Part::Kind::tabs, {}}; }
Part row(std::vector<Part> parts) { return {{}, Part::Kind::row, std::move(parts)}; }
Part column(std::vector<Part> parts) { return {{}, Part::Kind::column, std::move(parts)}; }

/// What a layout depends on.
struct Situation {
    bool exchange = false;
    bool many_modes = false, learned = false;  ///< what the mode weights need more room for
    bool story = false;                        ///< one is told
    const char* either(const char* for_exchange, const char* otherwise) const {
        return exchange ? for_exchange : otherwise;
    }
};

Part explore(const Situation& s) {
    return column({tabs({"density_path"}).high(216, 0.20f, 0.34f), tabs({"particles"}),
                   row({tabs({s.either("swaps", "ess"), s.either("ess", "swaps"), "weights", "replicas"}),
                        tabs({"occupancy", "mode_mass", "training", "blindness"})})
                       .high(234, 0.27f, 0.30f)});
}

Part weights(const Situation& s) {
    return column(
        {tabs({s.either("swaps", "weights")}).share(0.36f), tabs({s.either("replicas", "ess")}),
         row({tabs({"mode_mass", "occupancy", s.either("weights", "swaps"), s.either("ess", "replicas")}),
              tabs({"particles", "density_path", "training", "blindness"})})
             .share(0.30f)});
}

Part ladder(const Situation& s) {
    return column(
        {tabs({s.either("swaps", "ess")}).share(0.36f),
         tabs({s.either("replicas", "weights"), s.either("weights", "replicas"), "temperatures", "traces"}),
         row({tabs({"occupancy", "mode_mass", s.either("ess", "swaps")}),
              tabs({"particles", "density_path", "training", "blindness"})})
             .share(0.28f)});
}

/// The path's weights on the left, what is behind them on the right.
Part mode_blindness(const Situation& s) {
    return column({tabs({"density_path"}).high(286, 0.22f, 0.40f),
                   row({column({tabs({"occupancy", s.either("swaps", "ess")}),
                                tabs({"mode_mass", "particles", s.either("replicas", "weights")})}),
                        tabs({"blindness", "training", "score_field"})})});
}

/// One system in space beside all of them, what is measured on them beneath.
Part molecules(const Situation& s) {
    return column(
        {row({tabs({"configuration"}), tabs({"particles", "free_energy", "density_path", "score_field"})}),
         row({tabs({"energy", "distances", "traces"}),
              tabs({s.either("swaps", "ess"), "temperatures", s.either("ess", "swaps"), "weights", "replicas",
                    "occupancy", "mode_mass", "training", "blindness"})})
             .share(0.36f)});
}

/// The column between Setup and the numbers, for each layout.
Part middle_of(const std::string& layout, const Situation& s) {
    return (layout == "weights"          ? weights
            : layout == "ladder"         ? ladder
            : layout == "mode_blindness" ? mode_blindness
            : layout == "molecules"      ? molecules
                                         : explore)(s);
}

void find_placed(const Part& part, std::vector<std::string>& placed) {
    placed.insert(placed.end(), part.panels.begin(), part.panels.end());
    for (const Part& p : part.parts) {
        find_placed(p, placed);
    }
}

/// The whole window. Panels that a layout has no place for stand with the list of runs.
Part window_of(const std::string& layout, const Situation& s) {
    const bool stories = layout == "mode_blindness";
    Part middle = middle_of(layout, s);
    Part left = !stories ? tabs({"setup"}) : s.story ? tabs({"story", "setup"}) : tabs({"setup", "story"});
    std::vector<std::string> placed = {"mode_weights", "health", "runs", "log"};
    find_placed(middle, placed);
    find_placed(left, placed);
    Part runs = tabs({"runs", "log"});
    for (const View& view : view_catalogue()) {
        if (std::find(placed.begin(), placed.end(), view.id) == placed.end()) {
            runs.panels.push_back(view.id);
        }
    }
    const bool long_weights = s.many_modes || s.learned || stories;
    // Warnings with their remedies need the room more than the list of runs does.
    Part right = column({tabs({"mode_weights"}).high(long_weights ? 256 : 212, 0, 0.4f),
                         tabs({"health"}).high(400, 0.3f, 0.45f), std::move(runs)});
    return row(
        {std::move(left).high(292, 0, 0.28f), std::move(middle), std::move(right).high(292, 0, 0.28f)});
}

void place(const Part& part, ImGuiID node, ImVec2 size, const Theme& theme) {
    if (part.kind == Part::Kind::tabs) {
        for (const char* id : part.panels) {
            dock(id, node);
        }
        const View* first = find_view(part.panels.front());
        ImGuiDockNode* at = ImGui::DockBuilderGetNode(node);
        if (first && at) {
            at->SelectedTabId = ImHashStr("#TAB", 0, ImHashStr(window_name(*first).c_str()));
        }
        return;
    }
    const bool across = part.kind == Part::Kind::row;
    const float whole = across ? size.x : size.y;
    float left = whole;
    std::vector<float> lengths;
    int n_free = 0;
    for (const Part& p : part.parts) {
        lengths.push_back(p.pixels > 0 ? std::clamp(theme.px(p.pixels), p.least * whole, p.most * whole) : 0);
        left -= lengths.back();
        n_free += p.pixels > 0 ? 0 : 1;
    }
    // Parts of a fixed length are cut off from both ends: the node that remains, which takes up the changes
    // of the window's size, must be one that is free.
    const auto shares = [&](std::size_t i) {
        return part.parts[i].pixels > 0 ? lengths[i] : std::max(20.0f, left / static_cast<float>(n_free));
    };
    float rest = whole;
    const auto cut = [&](std::size_t i, bool from_end) {
        const ImGuiDir side =
            across ? (from_end ? ImGuiDir_Right : ImGuiDir_Left) : (from_end ? ImGuiDir_Down : ImGuiDir_Up);
        const float length = shares(i);
        const ImGuiID here =
            ImGui::DockBuilderSplitNode(node, side, std::clamp(length / rest, 0.02f, 0.98f), nullptr, &node);
        place(part.parts[i], here, across ? ImVec2(length, size.y) : ImVec2(size.x, length), theme);
        rest = std::max(20.0f, rest - length);
    };
    std::size_t first = 0, last = part.parts.size() - 1;
    while (first < last && part.parts[last].pixels > 0) {
        cut(last--, true);
    }
    while (first < last) {
        cut(first++, false);
    }
    place(part.parts[last], node, across ? ImVec2(rest, size.y) : ImVec2(size.x, rest), theme);
}

/// A node with one panel has no tab bar at all: the panel's own title row says what it is.
void quiet_tab_bars() {
    for (const ImGuiStoragePair& entry : ImGui::GetCurrentContext()->DockContext.Nodes.Data) {
        auto* node = static_cast<ImGuiDockNode*>(entry.val_p);
        if (node && node->IsLeafNode()) {
            const ImGuiDockNodeFlags flags =
                (node->LocalFlags | ImGuiDockNodeFlags_NoWindowMenuButton) & ~ImGuiDockNodeFlags_NoTabBar;
            node->SetLocalFlags(node->Windows.Size <= 1 ? flags | ImGuiDockNodeFlags_NoTabBar : flags);
        }
    }
}

/// Taken out of the layout, alone or with others.
bool floats(const ImGuiWindow* window) {
    return window && (!window->DockNode || !ImGui::DockNodeGetRootNode(window->DockNode)->IsDockSpace());
}

Situation situation(const Workbench& bench) {
    const PathMaps* maps = bench.workspace.maps();
    return {bench.workspace.exchanges(), maps && maps->mode_names.size() > 2, bench.learning.learned_path(),
            bench.story->active()};
}

void build(Workbench& bench, ImGuiID root, ImVec2 size) {
    ImGui::DockBuilderRemoveNode(root);
    ImGui::DockBuilderAddNode(root, ImGuiDockNodeFlags_DockSpace);
    ImGui::DockBuilderSetNodeSize(root, size);
    place(window_of(bench.view.layout, situation(bench)), root, size, bench.theme);
    ImGui::DockBuilderFinish(root);
}

/// The number of modes is known a little after a preset was opened: their table then gets its room.
void watch_modes(Workbench& bench) {
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID key = ImGui::GetID("long weights");
    const Situation s = situation(bench);
    const bool many = s.many_modes || s.learned;
    if (bench.workspace.maps() && storage->GetBool(key) != many) {
        storage->SetBool(key, many);
        bench.view.rebuild_layout = true;
    }
}

/// Panels of the ground's colour, and those over others, are told apart by a line.
void outline(const Theme& theme) {
    const ImGuiWindow* window = ImGui::GetCurrentWindow();
    if (theme.colours().ground != theme.colours().panel && !floats(window)) {
        return;
    }
    const ImGuiDockNode* node = window->DockIsActive ? window->DockNode : nullptr;
    const ImVec2 at = node ? node->Pos : ImGui::GetWindowPos(),
                 size = node ? node->Size : ImGui::GetWindowSize();
    const ImVec2 end(at.x + size.x, at.y + size.y);
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->PushClipRectFullScreen();
    list->AddRect(at, end, Theme::packed(theme.colours().border), 0, std::max(1.0f, theme.px(1)));
    list->PopClipRect();
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
    const ImGuiID root = dock_root();
    watch_modes(bench);
    const bool arranged = bench.view.arrangements.contains(bench.view.layout),  // the next frame puts it back
        rebuilt = (bench.view.rebuild_layout && !arranged) || !ImGui::DockBuilderGetNode(root);
    if (rebuilt) {
        build(bench, root, size);
        bench.view.rebuild_layout = false;
    }
    quiet_tab_bars();
    ImGui::PushStyleColor(ImGuiCol_Border,
                          Theme::vec(theme.colours().ground));  // docking draws its separators with it
    ImGui::DockSpace(root, {0, 0},
                     ImGuiDockNodeFlags{ImGuiDockNodeFlags_AutoHideTabBar} |
                         ImGuiDockNodeFlags_NoWindowMenuButton | ImGuiDockNodeFlags_NoCloseButton);
    ImGui::PopStyleColor();
    ImGui::End();
    for (const View& view : view_catalogue()) {
        auto& hidden = bench.view.hidden;
        if (std::find(hidden.begin(), hidden.end(), view.id) != hidden.end()) {
            continue;
        }
        const std::string name = window_name(view);
        bool open = true;  // only a panel that floats has a cross to close it
        if (ImGui::Begin(name.c_str(), floats(ImGui::FindWindowByName(name.c_str())) ? &open : nullptr,
                         ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoScrollbar)) {
            view.draw(bench);
            outline(theme);
        }
        ImGui::End();
        if (!open) {
            hidden.emplace_back(view.id);
            bench.say(std::string(view.title) + " is hidden: View, Panels brings it back");
        }
    }
    bench.view.fit = false;
    bench.arrangement.watch(bench.view, rebuilt);
    if (ImGui::GetFrameCount() < 4) {
        return;  // windows that appear take the focus; what shall be in front waits for them
    }
    if (rebuilt || bench.view.rebuild_layout || bench.arrangement.restored()) {
        return;  // its tabs exist from the next frame on
    }
    for (const std::string& id : std::exchange(bench.view.raise, {})) {
        if (const View* view = find_view(id)) {
            ImGui::SetWindowFocus(window_name(*view).c_str());
        }
    }
}

}  // namespace tempera::app
