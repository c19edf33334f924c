// SPDX-License-Identifier: MIT
// The stories are told on the real engine: every number that a step claims is measured.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "app/learning/blindness_board.hpp"
#include "app/shell/tips.hpp"
#include "app/stories/story.hpp"
#include "core/build_id.hpp"
#include "core/npy.hpp"
#include "null_bench.hpp"
#include "run/figures/blindness_figures.hpp"

namespace tempera::app {
namespace {

std::string preset(const char* name) { return std::string(TEMPERA_PRESET_DIR) + "/" + name + ".json"; }

/// Frames until something holds; everything else works beside them.
template <class Holds>
bool until(NullBench& window, const Holds& holds, int seconds = 400) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (std::chrono::steady_clock::now() < end) {
        window.frames();
        if (holds()) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(4));
    }
    return false;
}

double value_of(const StoryTeller& teller, const std::string& quantity) {
    for (std::size_t i = 0; i < teller.now().checks.size(); ++i) {
        if (teller.now().checks[i].quantity == quantity) {
            return teller.findings()[i].value;
        }
    }
    return std::nan("");
}

TEST(Story, EveryStepOfModeBlindnessHolds) {
    NullBench window;
    Workbench& bench = *window.bench;
    bench.workspace.set_pace(0);
    bench.story->hurry = true;
    bench.start_story("mode_blindness");
    ASSERT_TRUE(bench.story->active());
    ASSERT_EQ(bench.story->story().steps.size(), 6u);
    EXPECT_EQ(bench.view.layout, "mode_blindness");
    for (std::size_t step = 0; step < 6; ++step) {
        const StoryTeller& teller = *bench.story;
        ASSERT_EQ(teller.step(), step);
        ASSERT_TRUE(until(window, [&] { return teller.settled() || !teller.error().empty(); }))
            << "step " << step + 1;
        EXPECT_EQ(teller.error(), "") << "step " << step + 1;
        EXPECT_FALSE(teller.findings().empty());
        for (const StoryTeller::Finding& f : teller.findings()) {
            EXPECT_EQ(f.state, StoryTeller::State::holds) << "step " << step + 1 << ": " << f.text;
            EXPECT_EQ(f.text.find("{}"), std::string::npos);
        }
        if (step == 1) {
            EXPECT_NEAR(value_of(teller, "weighted"), 0.27, 0.03);
        } else if (step == 3) {
            EXPECT_GT(value_of(teller, "ess"), 0.9);
            EXPECT_NEAR(value_of(teller, "log_z_error"), std::log(2.0 / 3), 0.05);
        }
        if (step == 4) {  // the person drags on: the step is about what it showed, and stays right
            bench.blindness->assumed = 0.05;
            ASSERT_TRUE(until(window, [&] { return perform(bench, "wait curves") == Performed::done; }));
            window.frames(3);
            for (const StoryTeller::Finding& f : teller.findings()) {
                EXPECT_EQ(f.state, StoryTeller::State::holds) << f.text;
            }
        }
        EXPECT_FALSE(bench.workspace.modified()) << "a story edits nothing of the person's";
        EXPECT_TRUE(bench.workspace.messages.empty());
        bench.story->next();
    }
    bench.story->close();
    window.frames(2);
    EXPECT_FALSE(bench.story->active());
}

TEST(Story, SaysWhatIsWrongWithItsFile) {
    const auto file = std::filesystem::temp_directory_path() / "tempera_story.json";
    const auto error = [&](const std::string& steps) {
        write_file_atomically(
            file,
            R"({"schema": "tempera-story", "version": 1, "name": "n", "title": "t", "summary": "s", "steps": )" +
                steps + "}");
        try {
            load_story(file);
        } catch (const ConfigError& e) {
            return std::string(e.what());
        }
        return std::string("none");
    };
    EXPECT_EQ(error(R"([{"title": "one"}])"), "none");
    EXPECT_NE(error("[]").find("no steps"), std::string::npos);
    EXPECT_NE(error(R"([{"title": "one", "captoin": []}])").find("captoin"), std::string::npos);
    EXPECT_NE(error(R"([{"title": "one", "check": [{"quantity": "ess"}]}])").find("step 1.check[0].says"),
              std::string::npos);
    std::filesystem::remove(file);
}

TEST(Story, AStepThatCannotBePerformedStopsAndSaysWhy) {
    NullBench window;
    Workbench& bench = *window.bench;
    for (const char* line :
         {"open presets/no_such_preset.json", "look elsewhere 3", "wait forever", "show nothing", "dance"}) {
        EXPECT_THROW(perform(bench, line), ConfigError) << line;
    }
    EXPECT_FALSE(bench.workspace.messages.empty());
    bench.workspace.messages.clear();
    bench.start_story("no_such_story");
    EXPECT_FALSE(bench.story->active());
    EXPECT_EQ(bench.workspace.messages.size(), 1u);
}

TEST(Blindness, DraggingTheMassMovesTheDensityAndNotTheLoss) {
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(bench.workspace.open(preset("blindness_story")));
    bench.set_layout("mode_blindness");
    ASSERT_TRUE(until(window, [&] { return perform(bench, "look noise 0.2") == Performed::done; }));
    const auto at = [&](double mass) {
        bench.blindness->assumed = mass;
        window.frames();
        EXPECT_TRUE(until(window, [&] { return perform(bench, "wait curves") == Performed::done; }));
        return bench.blindness->curves()->here;
    };
    const BlindnessPoint half = at(0.5), little = at(0.05);
    EXPECT_GT(little.kl, 10 * half.kl);
    EXPECT_LT(little.sigma * little.sigma * little.fisher_gap, 1e-7);
    const std::string text = blindness_sentence(bench.blindness->curves());
    EXPECT_NE(text.find("moving 62 % of the mass"), std::string::npos) << text;
    const PlotSpec plot = blindness_figure(bench.blindness->curves());
    EXPECT_EQ(plot.layers.size(), 3u);
    EXPECT_TRUE(plot.x.log && plot.y.log);
    const PlotSpec seeds = seeds_figure(bench.blindness->curves(), bench.blindness->seeds(),
                                        bench.blindness->own(), bench.blindness->on_its_way());
    EXPECT_GE(seeds.layers.size(), 4u);  // exact loss, truth, two kinds of training
}

TEST(Blindness, SaysWhyOtherTargetsHaveNoCurves) {
    NullBench window;
    ASSERT_TRUE(window.bench->workspace.open(preset("two_mode_d8")));
    ASSERT_TRUE(until(window, [&] {
        const WrongWeightCurves* c = window.bench->blindness->curves();
        return c && !c->obstacle.empty();
    }));
    EXPECT_TRUE(blindness_figure(window.bench->blindness->curves()).layers.empty());
    EXPECT_FALSE(blindness_figure(window.bench->blindness->curves()).empty.empty());
    EXPECT_TRUE(window.bench->blindness->seeds().empty());  // the stored ones are of another target
}

TEST(Tips, OneActionLeadsToTheNextAndNothingComesBack) {
    const auto folder = std::filesystem::temp_directory_path() / "tempera_tips";
    std::filesystem::remove_all(folder);
    NullBench window;
    Workbench& bench = *window.bench;
    bench.workspace.set_pace(0);
    ASSERT_TRUE(bench.workspace.open(preset("two_lakes")));
    bench.workspace.start();
    ASSERT_TRUE(window.wait_for_end());
    EXPECT_EQ(bench.tips->due(bench), nullptr) << "off until opened";
    bench.tips->open(folder);
    ASSERT_NE(bench.tips->due(bench), nullptr);
    EXPECT_STREQ(bench.tips->due(bench)->id, "tempering");
    window.frames(2);
    bench.tips->take(*bench.tips->due(bench));
    const auto finished_on = [&](const char* path) {
        const Snapshot& s = bench.workspace.snapshot();
        return s.state == RunState::finished && get_value(*s.preset, "path.type") == Json(path);
    };
    ASSERT_TRUE(until(window, [&] { return finished_on("tempering"); }));
    ASSERT_NE(bench.tips->due(bench), nullptr);
    EXPECT_STREQ(bench.tips->due(bench)->id, "learned");
    bench.tips->dismiss(*bench.tips->due(bench));
    EXPECT_EQ(bench.tips->due(bench), nullptr);
    Tips later;
    later.open(folder);
    EXPECT_TRUE(later.shown());
    EXPECT_EQ(later.due(bench), nullptr) << "dismissed for good";
    later.show(false);
    later.show(true);
    EXPECT_NE(later.due(bench), nullptr) << "asked for again";
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tempera::app
