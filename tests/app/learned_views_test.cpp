// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/build_id.hpp"
#include "null_bench.hpp"
#include "run/figures/learned_figures.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

std::string preset(const char* name) { return std::string(TEMPERA_PRESET_DIR) + "/" + name + ".json"; }

bool wait_for_maps(NullBench& window) {
    window.frames(2);  // those of the preset before are gone
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (std::chrono::steady_clock::now() < until) {
        window.frames();
        const LearnedMaps* maps = window.bench->learning.maps();
        if (maps && (maps->complete || !maps->error.empty()) && window.bench->workspace.maps() &&
            window.bench->workspace.maps()->complete) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

TEST(LearnedViews, ShowTheShippedNetworkWithinTheFrameBudget) {
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(bench.workspace.open(preset("blindness_story")));
    bench.workspace.set("path.n_levels", 16);
    bench.workspace.commit();
    ASSERT_TRUE(wait_for_maps(window));
    const LearnedMaps& maps = *bench.learning.maps();
    ASSERT_TRUE(maps.error.empty()) << maps.error;
    // The signature: right masses in the noise, all mass in one lake without.
    EXPECT_NEAR(maps.levels[14].weights[0], 2.0 / 3, 0.05);
    EXPECT_GT(maps.levels[1].weights[0], 0.9);
    EXPECT_LT(maps.levels[4].score_error, 0.02 * maps.levels[4].score_energy);
    bench.workspace.look_at(4);
    bench.view.learned.difference = true;
    bench.view.learned.background = Background::learned;
    for (const char* layout : {"explore", "mode_blindness"}) {
        bench.set_layout(layout);
        window.frames(4);
        for (const char* panel : {"density_path", "score_field", "mode_weights", "health", "particles"}) {
            bench.view.raise = {panel};
            window.frames(3);
            EXPECT_LE(ImGui::GetDrawData()->TotalVtxCount, 150000) << layout << " " << panel;
        }
    }
    std::vector<std::string> ids;
    for (const PlotSpec& plot : find_view("density_path")->plots(bench)) {
        EXPECT_TRUE(plot.empty.empty()) << plot.id;
        ids.push_back(plot.id);
        if (plot.id == "difference_level_9") {
            EXPECT_TRUE(plot.layers.front().diverging);
            EXPECT_EQ(to_csv(plot).find("nan"), std::string::npos);
        }
    }
    EXPECT_NE(std::find(ids.begin(), ids.end(), "learned_density_level_9"), ids.end());
    EXPECT_NE(std::find(ids.begin(), ids.end(), "difference_level_9"), ids.end());
    const PlotSpec scores = find_view("score_field")->plots(bench).front();
    EXPECT_EQ(scores.layers.size(), 3u);
    EXPECT_LE(scores.layers.back().x.size(), 32u * 32u);
    const PlotSpec weights = find_view("mode_weights")->plots(bench).front();
    EXPECT_TRUE(std::any_of(weights.layers.begin(), weights.layers.end(),
                            [](const PlotLayer& l) { return l.name == "learned"; }));
}

TEST(LearnedViews, KeysChooseRowsAndOneStays) {
    NullBench window;
    Workbench& bench = *window.bench;
    LearnedLook& look = bench.view.learned;
    ASSERT_TRUE(bench.workspace.open(preset("blindness_story")));
    EXPECT_TRUE(look.match_limits);
    for (const char* command : {"view.difference", "view.match_limits", "view.exact", "view.learned"}) {
        EXPECT_TRUE(bench.commands.run(command, bench));
        window.frames(2);
    }
    EXPECT_TRUE(look.difference);
    EXPECT_FALSE(look.match_limits);
    EXPECT_FALSE(look.exact || look.learned);
    EXPECT_TRUE(bench.commands.run("view.difference", bench));
    EXPECT_TRUE(look.difference);
    ASSERT_TRUE(bench.workspace.open(preset("two_lakes")));
    window.frames(2);
    EXPECT_TRUE(bench.commands.run("view.learned", bench));
    EXPECT_FALSE(look.learned);
    EXPECT_FALSE(bench.toast.empty());
    EXPECT_TRUE(bench.commands.run("view.exact", bench));
    EXPECT_EQ(look.background, Background::own);
    window.frames(2);
}

TEST(LearnedViews, SayWhyThereIsNothing) {
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(bench.workspace.open(preset("two_lakes")));
    window.frames(3);
    const auto why = [&] { return find_view("score_field")->plots(bench).front().empty; };
    EXPECT_NE(why().find("blindness_story"), std::string::npos) << why();
    ASSERT_TRUE(bench.workspace.open(preset("learned_two_lakes_dsm")));
    window.frames(3);
    EXPECT_NE(why().find("not trained yet"), std::string::npos) << why();
    bench.workspace.set("model.file", "/nowhere/net.npz");
    bench.workspace.commit();
    ASSERT_TRUE(wait_for_maps(window));
    EXPECT_NE(why().find("/nowhere/net.npz"), std::string::npos) << why();
    ASSERT_TRUE(bench.workspace.open(preset("blindness_d8")));
    ASSERT_TRUE(wait_for_maps(window));
    EXPECT_NE(why().find("this one has 8"), std::string::npos) << why();
}

}  // namespace
}  // namespace tempera::app
