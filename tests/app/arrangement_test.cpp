// SPDX-License-Identifier: MIT
// Panels moved by the mouse: out of the layout, back into it, and where they are at the next start.
#include "app/shell/arrangement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "app/shell/preferences.hpp"
#include "core/build_id.hpp"
#include "null_bench.hpp"

namespace tempera::app {
namespace {

std::string preset(const char* name) { return std::string(TEMPERA_PRESET_DIR) + "/" + name + ".json"; }

ImGuiWindow* panel(const char* id) { return ImGui::FindWindowByName((std::string("###") + id).c_str()); }

bool in_layout(const char* id) {
    ImGuiDockNode* node = panel(id)->DockNode;
    return node && ImGui::DockNodeGetRootNode(node)->ID == dock_root();
}

ImVec2 from_corner(const char* id, float x, float y) { return {panel(id)->Pos.x + x, panel(id)->Pos.y + y}; }
/// On the title row of a panel without a tab.
ImVec2 title_row(const char* id) { return from_corner(id, 22, 17); }
ImVec2 title_bar(const char* id) { return from_corner(id, 60, panel(id)->TitleBarHeight / 2); }
ImVec2 cross(const char* id) {
    const ImGuiWindow* w = panel(id);
    return from_corner(id, w->Size.x - ImGui::GetStyle().FramePadding.x - ImGui::GetFontSize() / 2,
                       w->TitleBarHeight / 2);
}
ImVec2 middle(const char* id) {
    const ImGuiDockNode* node = panel(id)->DockNode;
    return {node->Pos.x + node->Size.x / 2, node->Pos.y + node->Size.y / 2};
}

/// A hand on the mouse: a step a frame.
class Hand {
public:
    explicit Hand(NullBench& window) : window_(window) {}
    void move(ImVec2 to, int steps = 12) {
        const ImVec2 from = at_;
        for (int i = 1; i <= steps; ++i) {
            const float t = static_cast<float>(i) / static_cast<float>(steps);
            at_ = {from.x + t * (to.x - from.x), from.y + t * (to.y - from.y)};
            ImGui::GetIO().AddMousePosEvent(at_.x, at_.y);
            window_.frames();
        }
    }
    void button(bool down) {
        ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Left, down);
        window_.frames(2);
    }
    void click(ImVec2 at) {
        move(at);
        button(true);
        button(false);
        window_.frames(6);
    }
    void drag(ImVec2 from, ImVec2 to) {
        move(from);
        button(true);
        move(to, 24);
        window_.frames(2);
        button(false);
        window_.frames(6);
    }

private:
    NullBench& window_;
    ImVec2 at_{640, 780};
};

/// By panel: corner and size of those in front.
std::map<std::string, ImVec4> places() {
    std::map<std::string, ImVec4> out;
    for (const View& view : view_catalogue()) {
        const ImGuiWindow* window = panel(view.id);
        if (window && window->WasActive && !window->Hidden) {
            out[view.id] = {window->Pos.x, window->Pos.y, window->Size.x, window->Size.y};
        }
    }
    return out;
}

void expect_same(const std::map<std::string, ImVec4>& a, const std::map<std::string, ImVec4>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (const auto& [id, place] : a) {
        ASSERT_TRUE(b.contains(id)) << id;
        const ImVec4& other = b.at(id);
        for (const float apart :
             {place.x - other.x, place.y - other.y, place.z - other.z, place.w - other.w}) {
            EXPECT_LE(std::abs(apart), 1) << id;
        }
    }
}

void open_two_lakes(NullBench& window) {
    ASSERT_TRUE(window.bench->workspace.open(preset("two_lakes")));
    window.frames(12);
}

TEST(Arrangement, APanelIsTakenOutClosedOpenedInItsPlaceAndDockedAgain) {
    NullBench window;
    open_two_lakes(window);
    Workbench& bench = *window.bench;
    const auto built = places();
    Hand hand(window);
    ASSERT_TRUE(in_layout("mode_weights"));
    hand.drag(title_row("mode_weights"), {640, 300});
    EXPECT_FALSE(in_layout("mode_weights"));
    EXPECT_NE(panel("mode_weights")->TitleBarHeight, 0) << "its title is a bar to move and close it by";
    const ImVec2 place = panel("mode_weights")->Pos;
    EXPECT_NEAR(place.x, 640 - 22, 40);
    hand.drag(title_bar("mode_weights"), {500, 420});
    EXPECT_NEAR(panel("mode_weights")->Pos.x, 500 - 60, 2);
    const ImVec2 moved = panel("mode_weights")->Pos;
    hand.click(cross("mode_weights"));
    EXPECT_EQ(bench.view.hidden, std::vector<std::string>{"mode_weights"});
    EXPECT_FALSE(panel("mode_weights")->WasActive);
    ASSERT_TRUE(bench.commands.run("panel.mode_weights", bench));
    window.frames(6);
    EXPECT_TRUE(panel("mode_weights")->WasActive);
    EXPECT_FALSE(in_layout("mode_weights"));
    EXPECT_NEAR(panel("mode_weights")->Pos.x, moved.x, 1);
    EXPECT_NEAR(panel("mode_weights")->Pos.y, moved.y, 1);
    hand.drag(title_bar("mode_weights"), middle("health"));
    EXPECT_TRUE(in_layout("mode_weights"));
    EXPECT_EQ(panel("mode_weights")->DockNode, panel("health")->DockNode);
    ASSERT_TRUE(bench.commands.run("layout.reset", bench));
    window.frames(12);
    expect_same(places(), built);
    EXPECT_TRUE(bench.view.arrangements.empty());
}

TEST(Arrangement, TwoPanelsThatFloatTogetherHaveTabs) {
    NullBench window;
    open_two_lakes(window);
    Hand hand(window);
    hand.drag(title_row("mode_weights"), {500, 250});
    hand.drag(title_row("health"), {900, 500});
    hand.drag(title_bar("health"), {panel("mode_weights")->Pos.x + panel("mode_weights")->Size.x / 2,
                                    panel("mode_weights")->Pos.y + panel("mode_weights")->Size.y / 2});
    ASSERT_NE(panel("health")->DockNode, nullptr);
    EXPECT_EQ(panel("health")->DockNode, panel("mode_weights")->DockNode);
    EXPECT_FALSE(in_layout("health"));
    EXPECT_FALSE(panel("health")->DockNode->IsNoTabBar());
}

TEST(Arrangement, ComesBackAtTheNextStart) {
    Json kept;
    std::map<std::string, ImVec4> left;
    {
        NullBench window;
        open_two_lakes(window);
        Hand hand(window);
        hand.drag(title_row("mode_weights"), {640, 300});
        // The edge between Setup and the middle.
        hand.drag(from_corner("setup", panel("setup")->Size.x + 2, 300),
                  from_corner("setup", panel("setup")->Size.x + 62, 300));
        left = places();
        kept = preferences_of(*window.bench);
    }
    NullBench window;
    apply_preferences(*window.bench, kept);
    open_two_lakes(window);
    EXPECT_FALSE(in_layout("mode_weights"));
    expect_same(places(), left);
    EXPECT_EQ(preferences_of(*window.bench), kept) << "nobody moved anything since";
}

TEST(Arrangement, BelongsToItsLayout) {
    NullBench window;
    open_two_lakes(window);
    Workbench& bench = *window.bench;
    Hand hand(window);
    hand.drag(title_row("mode_weights"), {640, 300});
    const auto explore = places();
    bench.commands.run("layout.weights", bench);
    window.frames(12);
    EXPECT_TRUE(in_layout("mode_weights"));
    bench.commands.run("layout.explore", bench);
    window.frames(12);
    EXPECT_FALSE(in_layout("mode_weights"));
    expect_same(places(), explore);
}

TEST(Arrangement, IsTheBuiltLayoutUntilSomebodyMovesSomething) {
    NullBench window;
    open_two_lakes(window);
    Workbench& bench = *window.bench;
    bench.workspace.set_pace(0);
    Hand hand(window);
    for (const char* name : {"gmm40", "re_ladder", "blindness_story", "two_lakes"}) {
        bench.open_file(preset(name));
        window.frames(20);
        for (const char* command : {"panel.runs", "panel.health", "panel.runs", "panel.health", "view.larger",
                                    "view.normal_size", "layout.ladder", "layout.explore"}) {
            bench.commands.run(command, bench);
            window.frames(6);
        }
        hand.click(middle("setup"));
        hand.click(middle("particles"));
        EXPECT_TRUE(bench.view.arrangements.empty()) << name;
    }
}

TEST(Arrangement, OneThatLosesAPanelIsForgotten) {
    std::string good;
    {
        NullBench window;
        open_two_lakes(window);
        Hand(window).drag(title_row("mode_weights"), {640, 300});
        ASSERT_TRUE(window.bench->view.arrangements.contains("explore"));
        good = window.bench->view.arrangements["explore"];
    }
    const auto with = [&good](const std::string& from, const std::string& to) {
        std::string text = good;
        const std::size_t at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return text.replace(at, from.size(), to);
    };
    const std::size_t at = good.find("Pos=", good.find("[mode_weights]"));
    const std::string place = good.substr(at, good.find('\n', at) - at);
    for (const std::string& text : {std::string(), std::string("[Docking"), with("[health]", "[healthy]"),
                                    with("[Docking][Data]", "[Docking][Other]")}) {
        NullBench window;
        window.bench->view.arrangements["explore"] = text;
        open_two_lakes(window);
        EXPECT_TRUE(window.bench->view.arrangements.empty());
        EXPECT_TRUE(in_layout("mode_weights"));
        EXPECT_TRUE(in_layout("health"));
    }
    NullBench window;
    window.bench->view.arrangements["explore"] = with(place, "Pos=1270,300");
    open_two_lakes(window);
    EXPECT_TRUE(window.bench->view.arrangements.empty()) << "it stood beyond the screen";
    EXPECT_TRUE(in_layout("mode_weights"));
}

}  // namespace
}  // namespace tempera::app
