// SPDX-License-Identifier: MIT
// When the window draws, and what keys and words do in it.
#include <gtest/gtest.h>

#include <algorithm>

#include "app/platform/frame_policy.hpp"
#include "core/build_id.hpp"
#include "null_bench.hpp"

namespace tempera::app {
namespace {

TEST(Commands, HaveOneShortcutAndOneIdEach) {
    EXPECT_EQ(make_commands().conflicts(), std::vector<std::string>{});
}

TEST(Commands, FuzzySearchPrefersStartsOfWords) {
    EXPECT_LT(fuzzy_score("xyz", "Run / pause"), 0);
    EXPECT_GT(fuzzy_score("rp", "Run / pause"), fuzzy_score("rp", "carpet"));
}

TEST(FramePolicy, IdleDrawsNothingAfterSettling) {
    FramePolicy policy(false);
    double now = 0;
    int drawn = 0;
    for (int i = 0; i < 500; ++i, now += 0.02) {
        if (policy.may_draw(now)) {
            policy.drawn(now);
            ++drawn;
        }
    }
    EXPECT_EQ(drawn, 3);
    policy.wake();
    EXPECT_TRUE(policy.may_draw(now));
}

TEST(FramePolicy, GoesOnUntilTheLastKeyWasSeen) {
    FramePolicy policy(true);
    policy.set_focused(false);
    double now = 0;
    const auto frames_within = [&](double seconds) {
        int drawn = 0;
        for (const double end = now + seconds; now < end; now += 0.001) {
            if (policy.may_draw(now)) {
                policy.drawn(now);
                ++drawn;
            }
        }
        return drawn;
    };
    frames_within(5);
    EXPECT_EQ(frames_within(5), 0);
    policy.set_input_waiting(true);
    EXPECT_GE(frames_within(1), 25) << "as quickly as the renderer can, whoever has the keyboard";
    policy.set_input_waiting(false);
    EXPECT_EQ(frames_within(5), 0);
}

TEST(Keys, CountInTheFrameThatSeesThem) {
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(bench.workspace.open(std::string(TEMPERA_PRESET_DIR) + "/two_lakes.json"));
    window.frames(5);
    bench.chords_fed = true;
    ImGuiIO& io = ImGui::GetIO();
    // Three presses of a key and one of another within one frame: Dear ImGui shows them to several frames.
    for (int i = 0; i < 3; ++i) {
        io.AddKeyEvent(ImGuiKey_A, true);
        io.AddKeyEvent(ImGuiKey_A, false);
    }
    bench.chords.push_back({ImGuiKey_P, ImGui::GetCurrentContext()->InputEventsNextEventId});
    io.AddKeyEvent(ImGuiKey_P, true);
    io.AddKeyEvent(ImGuiKey_P, false);
    window.frames();
    EXPECT_FALSE(bench.workspace.playing()) << "what was typed before is not through yet";
    window.frames(10);
    EXPECT_TRUE(bench.workspace.playing());
    EXPECT_TRUE(bench.chords.empty());
}

TEST(Texts, ANameThatNoFontCanDrawIsExplainedWhereItIsSeen) {
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(bench.workspace.open(std::string(TEMPERA_PRESET_DIR) + "/two_lakes.json"));
    window.frames(2);
    EXPECT_EQ(bench.toast.find("fonts-noto-cjk"), std::string::npos);
    bench.workspace.set("name", "\xe1\xaf\x80");  // a letter of Batak
    bench.workspace.commit();
    ASSERT_FALSE(bench.theme.can_draw(bench.workspace.name()));
    window.frames(2);
    EXPECT_NE(bench.toast.find("fonts-noto-cjk"), std::string::npos);
    EXPECT_EQ(bench.workspace.log().back().text, bench.toast);
    window.frames(5);
    EXPECT_EQ(std::ranges::count(bench.workspace.log(), bench.toast, &LogLine::text), 1);
}

}  // namespace
}  // namespace tempera::app
