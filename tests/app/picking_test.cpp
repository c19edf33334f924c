// SPDX-License-Identifier: MIT
// Particles that are picked with the mouse, the slider and the keys.
#include <gtest/gtest.h>

#include <optional>

#include "app/shell/recovery_card.hpp"
#include "core/build_id.hpp"
#include "null_bench.hpp"
#include "run/record/point_set.hpp"

namespace tempera::app {
namespace {

/// A finished run of 300 systems of four particles, in the layout that shows them.
class Picking : public ::testing::Test {
protected:
    void SetUp() override {
        Workspace& w = bench().workspace;
        ASSERT_TRUE(w.open(std::string(TEMPERA_PRESET_DIR) + "/dw4_reference.json"));
        w.set("sampler", {{"type", "smc"}, {"n_particles", 300}, {"ess_threshold", 0.7}});
        w.commit();
        bench().set_layout("molecules");
        w.start();
        ASSERT_TRUE(window.wait_for_end());
        window.frames(5);
    }
    Workbench& bench() { return *window.bench; }
    ImRect panel(const char* id) {
        const ImGuiWindow* found = ImGui::FindWindowByID(ImHashStr((std::string("###") + id).c_str()));
        return found ? found->Rect() : ImRect();
    }
    void click(ImVec2 at) {
        ImGuiIO& io = ImGui::GetIO();
        io.AddMousePosEvent(at.x, at.y);
        window.frames();
        io.AddMouseButtonEvent(0, true);
        window.frames();
        io.AddMouseButtonEvent(0, false);
        window.frames(2);
    }
    void press(ImGuiKey key) {
        ImGui::GetIO().AddKeyEvent(key, true);
        window.frames();
        ImGui::GetIO().AddKeyEvent(key, false);
        window.frames();
    }
    /// Clicks from the middle of the Particles panel outwards until something is picked.
    std::optional<ImVec2> pick_one() {
        const ImRect area = panel("particles");
        for (int ring = 0; ring < 20; ++ring) {
            for (int i = -ring; i <= ring; ++i) {
                const ImVec2 at(area.GetCenter().x + 6.0f * static_cast<float>(i),
                                area.GetCenter().y + 6.0f * static_cast<float>(ring));
                click(at);
                if (bench().picked() >= 0) {
                    return at;
                }
            }
        }
        return {};
    }
    PlotSpec configuration() { return find_view("configuration")->plots(bench()).front(); }
    bool ringed() {
        const PlotSpec plot = find_view("particles")->plots(bench()).front();
        return std::any_of(plot.layers.begin(), plot.layers.end(), [](const PlotLayer& l) { return l.ring; });
    }

    NullBench window;
};

TEST_F(Picking, AClickPicksInEveryProjectionAndConfigurationShowsTheSystem) {
    for (const Projection projection :
         {Projection::plane, Projection::principal_axes, Projection::observables}) {
        bench().view.projection = projection;
        bench().pick(-1);
        window.frames(3);
        EXPECT_FALSE(ringed());
        ASSERT_TRUE(pick_one()) << static_cast<int>(projection);
        EXPECT_TRUE(ringed());
        const auto points = bench().workspace.points_in_view();
        ASSERT_TRUE(points && row_of(points->particle, bench().picked()));
        EXPECT_NE(configuration().state.find("particle " + std::to_string(bench().picked())),
                  std::string::npos)
            << configuration().state;
    }
}

TEST_F(Picking, AClickOnEmptySpaceLetsGoAndADragDoesNot) {
    const auto at = pick_one();
    ASSERT_TRUE(at);
    const int picked = bench().picked();
    ImGuiIO& io = ImGui::GetIO();
    io.AddMousePosEvent(at->x, at->y);
    window.frames();
    io.AddMouseButtonEvent(0, true);
    window.frames();
    for (int i = 1; i <= 5; ++i) {
        io.AddMousePosEvent(at->x + 8.0f * static_cast<float>(i), at->y);
        window.frames();
    }
    io.AddMouseButtonEvent(0, false);
    window.frames(2);
    EXPECT_EQ(bench().picked(), picked) << "it moved the plot";
    const ImRect area = panel("particles");
    click({area.Max.x - 40, area.Max.y - 80});  // a corner of the plot, where no particle is
    EXPECT_EQ(bench().picked(), -1);
}

TEST_F(Picking, EscapeLetsGoBeforeItAsksWhetherToStop) {
    Workspace& w = bench().workspace;
    w.start(true);
    for (int i = 0; i < 5000 && w.snapshot().state != RunState::paused; ++i) {
        window.frames();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ASSERT_EQ(w.snapshot().state, RunState::paused);
    bench().pick(7);
    press(ImGuiKey_Escape);
    EXPECT_EQ(bench().picked(), -1);
    EXPECT_EQ(w.snapshot().state, RunState::paused);
    EXPECT_FALSE(bench().questions.open());
}

TEST_F(Picking, IsKeptFromLevelToLevelAndEndsWithItsPreset) {
    Workspace& w = bench().workspace;
    const auto levels = w.snapshot().sights;
    ASSERT_TRUE(levels && levels->size() > 2);
    const LevelSight& early = (*levels)[1];
    bench().pick(11);
    w.look_at(early.level);
    window.frames(3);
    EXPECT_EQ(w.points_in_view(), early.points);
    EXPECT_EQ(bench().picked(), 11);
    EXPECT_NE(configuration().state.find("level " + std::to_string(early.level)), std::string::npos);
    EXPECT_TRUE(ringed());
    bench().pick(5000);
    EXPECT_NE(configuration().empty.find("not among those kept"), std::string::npos);
    ASSERT_TRUE(w.open(std::string(TEMPERA_PRESET_DIR) + "/two_lakes.json"));
    EXPECT_EQ(bench().picked(), -1);
}

TEST_F(Picking, TheSliderMovesThePick) {
    const ImRect area = panel("configuration");
    ASSERT_GT(area.GetWidth(), 200);
    // The slider stands below the header's row at the left; a click in it goes to that share of the systems.
    click({area.Min.x + 110, area.Min.y + 50});
    for (int i = 0; i < 12 && bench().picked() < 0; ++i) {
        click({area.Min.x + 110, area.Min.y + 34 + 4.0f * static_cast<float>(i)});
    }
    const int first = bench().picked();
    ASSERT_GE(first, 0);
    EXPECT_TRUE(ringed());
}

TEST(ViewState, ChoicesOfProjectionsAndColoursAreRemembered) {
    ViewState view;
    view.projection = Projection::observables;
    view.projected = {"radius_of_gyration", "energy"};
    view.ball_colour = BallColour::force;
    view.pair_density = PairDensity::radial;
    view.log_density = true;
    ViewState read;
    read_view(view_json(view), read);
    EXPECT_EQ(read.projection, view.projection);
    EXPECT_EQ(read.projected, view.projected);
    EXPECT_EQ(read.ball_colour, view.ball_colour);
    EXPECT_EQ(read.pair_density, view.pair_density);
    EXPECT_TRUE(read.log_density);
    Json wrong = view_json(view);
    wrong["projection"] = 9;
    read_view(wrong, read);
    EXPECT_EQ(read.projection, Projection::observables) << "a choice that there is not";
}

TEST(LevelPictures, LetGoOfThePointsOfLargeSystemsBeforeTheirPictures) {
    Snapshot s;
    s.id = 1;
    LevelPictures pictures;
    for (int level = 20; level >= 0; --level) {
        auto points = std::make_shared<PointSet>();
        points->dim = 1000;
        points->weight.assign(2000, 1);
        points->x.assign(2'000'000, 0.0);  // 16 MB
        s.points = points;
        s.sprites = std::make_shared<const SpriteSet>();
        s.level = level;
        pictures.take(s);
    }
    EXPECT_TRUE(pictures.at(0)->points);
    EXPECT_TRUE(pictures.at(5)->points);
    EXPECT_FALSE(pictures.at(20)->points);
    EXPECT_TRUE(pictures.at(20)->sprites);
}

}  // namespace
}  // namespace tempera::app
