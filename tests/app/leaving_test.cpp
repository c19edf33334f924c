// SPDX-License-Identifier: MIT
// Nothing that a person did is lost, and nothing long begins, without a question.
#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>

#include "app/platform/frame.hpp"
#include "app/shell/recovery_card.hpp"
#include "app/stories/script.hpp"
#include "app/workspace/run_size.hpp"
#include "core/build_id.hpp"
#include "core/files.hpp"
#include "null_bench.hpp"

namespace tempera::app {
namespace {

namespace fs = std::filesystem;

std::string shipped(const char* name) { return std::string(TEMPERA_PRESET_DIR) + "/" + name + ".json"; }

constexpr std::size_t save_first = 0, give_up = 1, dismiss = 99;

/// A window on a copy of the two lakes that belongs to the person, with one edit.
class Leaving : public ::testing::Test {
protected:
    Leaving() : folder_(fs::temp_directory_path() / ("tempera_leaving_" + std::to_string(::getpid()))) {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        own_ = folder_ / "own.json";
        fs::copy_file(shipped("two_lakes"), own_);
        bench().presets_folder = folder_ / "mine";
    }
    ~Leaving() override { fs::remove_all(folder_); }
    Workbench& bench() { return *window_.bench; }
    Workspace& w() { return bench().workspace; }
    void open_and_edit(const fs::path& file) {
        bench().open_file(file.string());
        ASSERT_EQ(w().file(), file);
        w().set("path.n_levels", 13);
        w().commit();
        window_.frames(2);
    }
    int levels() { return w().value("path.n_levels").get<int>(); }

    NullBench window_;
    fs::path folder_, own_;
};

TEST_F(Leaving, AnotherPresetIsOpenedWhenTheEditsWereGivenUp) {
    open_and_edit(own_);
    bench().commands.run("preset.mog9", bench());
    window_.frames(3);
    ASSERT_TRUE(bench().questions.open());
    EXPECT_EQ(w().file(), own_);
    bench().questions.answer(dismiss);
    window_.frames(3);
    EXPECT_FALSE(bench().questions.open());
    EXPECT_EQ(w().file(), own_);
    EXPECT_EQ(levels(), 13);
    bench().commands.run("preset.mog9", bench());
    bench().questions.answer(give_up);
    EXPECT_EQ(w().file().filename(), "mog9.json");
    EXPECT_FALSE(w().modified());
    bench().commands.run("preset.gmm40", bench());
    EXPECT_FALSE(bench().questions.open()) << "nothing would be lost";
}

TEST_F(Leaving, SavingFirstKeepsTheEdits) {
    open_and_edit(own_);
    bench().open_file(shipped("mog9"));
    bench().questions.answer(save_first);
    EXPECT_EQ(w().file().filename(), "mog9.json");
    EXPECT_EQ(get_value(load_preset(own_), "path.n_levels"), Json(13));
}

TEST_F(Leaving, AShippedPresetIsATemplate) {
    const std::string before = read_file_text(shipped("two_lakes"));
    open_and_edit(shipped("two_lakes"));
    EXPECT_FALSE(w().saves_in_place());
    bench().commands.run("file.save", bench());
    window_.frames(2);
    EXPECT_TRUE(bench().dialog.is_open()) << "it asks where";
    bench().request_quit();
    bench().questions.answer(save_first);
    EXPECT_TRUE(bench().dialog.is_open());
    EXPECT_FALSE(bench().quit) << "not before it is saved";
    EXPECT_EQ(read_file_text(shipped("two_lakes")), before);
    ASSERT_TRUE(w().save_as(folder_ / "mine" / "lakes.json"));
    EXPECT_TRUE(w().saves_in_place());
    EXPECT_EQ(get_value(load_preset(folder_ / "mine" / "lakes.json"), "path.n_levels"), Json(13));
}

TEST_F(Leaving, APresetThatCouldNotBeOpenedAgainIsNotSaved) {
    open_and_edit(own_);
    const std::string before = read_file_text(own_);
    w().set("sampler.n_particles", -5);
    w().commit();
    bench().commands.run("file.save", bench());
    EXPECT_FALSE(w().messages.empty());
    EXPECT_EQ(read_file_text(own_), before);
    EXPECT_TRUE(w().modified());
}

TEST_F(Leaving, UndoOfWhatWasSavedIsAnEdit) {
    open_and_edit(own_);
    bench().commands.run("file.save", bench());
    EXPECT_FALSE(w().modified());
    w().undo();
    EXPECT_TRUE(w().modified());
    w().redo();
    EXPECT_FALSE(w().modified());
}

TEST_F(Leaving, WhatStoriesAndHintsSetIsNoEdit) {
    bench().open_file(shipped("two_lakes"));
    perform(bench(), "set path.type = \"tempering\"");
    perform(bench(), "set path.n_levels = 24");
    EXPECT_EQ(levels(), 24);
    EXPECT_FALSE(w().modified());
    EXPECT_EQ(session_json(bench())["basis"], w().document());
    w().set("kernel.type", "none");
    w().commit();
    EXPECT_TRUE(w().modified());
    w().undo();
    EXPECT_FALSE(w().modified());
    w().undo();
    EXPECT_NE(levels(), 24) << "its steps are undone one by one";
}

TEST_F(Leaving, AStoryAsksBeforeItOpensAnotherPreset) {
    open_and_edit(own_);
    const std::string line = "open presets/mog9.json";
    EXPECT_EQ(perform(bench(), line), Performed::later);
    EXPECT_EQ(perform(bench(), line), Performed::later);
    ASSERT_TRUE(bench().questions.open());
    bench().questions.answer(dismiss);
    EXPECT_THROW(perform(bench(), line), ConfigError);
    EXPECT_EQ(w().file(), own_);
    EXPECT_EQ(perform(bench(), line), Performed::later);
    bench().questions.answer(give_up);
    EXPECT_EQ(perform(bench(), line), Performed::done);
    EXPECT_EQ(w().file().filename(), "mog9.json");
}

TEST_F(Leaving, EscapeAsksBeforeItStops) {
    bench().open_file(shipped("two_lakes"));
    w().set_pace(4);
    w().start();
    const auto state = [&] { return w().snapshot().state; };
    while (state() != RunState::running) {
        window_.frames();
    }
    bench().commands.run("run.ask_stop", bench());
    window_.frames(3);
    ASSERT_TRUE(bench().questions.open());
    bench().questions.answer(dismiss);
    window_.frames(3);
    EXPECT_EQ(state(), RunState::running);
    bench().commands.run("run.ask_stop", bench());
    w().stop();
    ASSERT_TRUE(window_.wait_for_end());
    window_.frames(2);
    EXPECT_FALSE(bench().questions.open()) << "nothing is left to stop";
}

TEST_F(Leaving, ALargeRunStartsAfterAnEstimateAndAnAnswer) {
    bench().open_file(shipped("two_lakes"));
    w().set("sampler.n_particles", 16000000);
    w().set("path.n_levels", 1000);
    w().commit();
    w().start();
    window_.frames(3);
    ASSERT_TRUE(bench().questions.open());
    EXPECT_NE(bench().questions.now().title.find("about"), std::string::npos);
    EXPECT_FALSE(w().busy());
    bench().questions.answer(dismiss);
    EXPECT_EQ(w().snapshot().state, RunState::idle);
    w().set("sampler.n_particles", 256);
    w().set("path.n_levels", 8);
    w().commit();
    w().start();
    EXPECT_FALSE(bench().questions.open());
    EXPECT_TRUE(window_.wait_for_end());
}

TEST_F(Leaving, OpeningStartsNothingLong) {
    w().autostart = true;
    bench().open_file(shipped("learned_two_lakes_dsm"));
    window_.frames(3);
    EXPECT_FALSE(bench().learning.active()) << "a training takes minutes";
    EXPECT_TRUE(w().held_back());
    bench().open_file(shipped("two_lakes"));
    EXPECT_FALSE(w().held_back());
    EXPECT_TRUE(window_.wait_for_end());
    std::ofstream(own_) << Json{{"schema", "tempera-preset"},
                                {"version", 1},
                                {"parent", shipped("two_lakes")},
                                {"path", {{"n_levels", 1000}}},
                                {"sampler", {{"n_particles", 16000000}}}}
                               .dump();
    bench().open_file(own_.string());
    EXPECT_TRUE(w().messages.empty());
    EXPECT_TRUE(w().held_back());
    EXPECT_FALSE(w().busy());
}

TEST(RunSize, CountsEvaluationsAndSaysWhatItGuessed) {
    const Json resolved = resolve_preset(load_preset(shipped("two_lakes")));
    const RunSize size = run_size(resolved, 1e6);
    EXPECT_DOUBLE_EQ(size.evaluations, 4096.0 * 64);
    EXPECT_DOUBLE_EQ(size.seconds, 4096.0 * 64 / 1e6);
    EXPECT_NE(size.basis().find("last run"), std::string::npos);
    EXPECT_NE(run_size(resolved, 0).basis().find("guess"), std::string::npos);
    EXPECT_EQ((RunSize{0, 1, true, 60 * 40.0}.text()), "about 40 min");
}

TEST_F(Leaving, ABadFileAtTheStartLeavesAWindowThatWorks) {
    std::ofstream(own_) << "{ \"targt\": 1 }";
    AppOptions options;
    options.file = own_.string();
    open_or_explain(bench(), options);
    window_.frames(3);
    EXPECT_FALSE(w().messages.empty());
    EXPECT_EQ(w().name(), "two_lakes");
    EXPECT_FALSE(w().modified()) << "there is nothing to autosave";
    EXPECT_FALSE(w().busy());
}

TEST(Workspace, WithoutAPresetThereIsNothingToLose) {
    NullBench window;
    EXPECT_FALSE(window.bench->workspace.modified());
    window.frames(3);
    window.bench->request_quit();
    EXPECT_TRUE(window.bench->quit);
}

}  // namespace
}  // namespace tempera::app
