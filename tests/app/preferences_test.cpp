// SPDX-License-Identifier: MIT
// What a person chose about the window comes back at the next start.
#include "app/shell/preferences.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>

#include "core/build_id.hpp"
#include "figures/palette_names.hpp"
#include "null_bench.hpp"
#include "run/preset/preset_schema.hpp"

namespace tempera::app {
namespace {

namespace fs = std::filesystem;

struct Folder {
    Folder() : path(fs::temp_directory_path() / ("tempera_preferences_" + std::to_string(::getpid()))) {
        fs::remove_all(path);
    }
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

std::string preset(const char* name) { return std::string(TEMPERA_PRESET_DIR) + "/" + name + ".json"; }

TEST(Preferences, ComeBackAtTheNextStart) {
    const Folder folder;
    Json kept;
    {
        NullBench window;
        Workbench& bench = *window.bench;
        ASSERT_TRUE(bench.workspace.open(preset("two_lakes")));
        bench.commands.run("layout.weights", bench);
        bench.commands.run("theme.light", bench);
        bench.commands.run("view.larger", bench);
        bench.commands.run("panel.log", bench);
        bench.workspace.set_pace(3);
        bench.window_width = 1111;
        bench.window_height = 777;
        bench.figures.theme = "print";
        bench.figures.size = {85, 60};
        window.frames(2);
        Preferences preferences(folder.path);
        kept = preferences_of(bench);
        preferences.keep_and_wait(kept);
    }
    NullBench window;
    Workbench& bench = *window.bench;
    const Preferences preferences(folder.path);
    EXPECT_EQ(preferences.chosen(), kept);
    EXPECT_EQ(preferences.chosen()["window"], Json({1111, 777}));
    apply_preferences(bench, preferences.chosen());
    ASSERT_TRUE(open_initial(bench, {}));
    EXPECT_EQ(bench.view.layout, "weights");
    EXPECT_EQ(bench.theme.name(), "light");
    EXPECT_FLOAT_EQ(bench.scale, 1.125f);
    EXPECT_EQ(bench.workspace.pace(), 3);
    EXPECT_EQ(bench.view.hidden, std::vector<std::string>{"log"});
    EXPECT_EQ(bench.figures.theme, "print");
    EXPECT_EQ(bench.figures.size.width_mm, 85);
    AppOptions options;
    options.theme = "print";
    options.layout = "ladder";
    ASSERT_TRUE(open_initial(bench, options)) << "what is asked for now goes first";
    EXPECT_EQ(bench.theme.name(), "print");
    EXPECT_EQ(bench.view.layout, "ladder");
}

TEST(Preferences, APresetWithALayoutOfItsOwnGetsIt) {
    NullBench window;
    Workbench& bench = *window.bench;
    bench.open_file(preset("two_lakes"));
    bench.commands.run("layout.weights", bench);
    bench.open_file(preset("blindness_story"));
    EXPECT_EQ(bench.view.layout, "mode_blindness");
    bench.open_file(preset("two_lakes"));
    EXPECT_EQ(bench.view.layout, "weights") << "this one asks for none";
}

TEST(Preferences, TakeWhatIsThereAndOfTheRightKind) {
    const Folder folder;
    fs::create_directories(folder.path);
    for (
        const char* text :
        {"", "{", "[1, 2]", R"({"schema": "other"})",
         R"({"schema": "tempera-window", "theme": 7, "scale": "large", "pace": [], "view": 3, "window": ["a", 2]})",
         R"({"schema": "tempera-window", "theme": "no such", "scale": 900, "pace": -4, "window": [0, 99999999],
              "view": {"layout": "gone", "hidden": 5}})"}) {
        std::ofstream(folder.path / "window.json") << text;
        NullBench window;
        Workbench& bench = *window.bench;
        apply_preferences(bench, Preferences(folder.path).chosen());
        ASSERT_TRUE(open_initial(bench, {})) << text;
        window.frames(2);
        EXPECT_EQ(bench.theme.name(), "dark") << text;
        EXPECT_LE(bench.scale, 3) << text;
        EXPECT_GE(bench.workspace.pace(), 0) << text;
        EXPECT_EQ(bench.view.layout, "explore") << text;
    }
}

TEST(Preferences, WhatTheCommandLineAsksForIsForOneStart) {
    const Folder folder;
    fs::create_directories(folder.path);
    const Json before{{"schema", "tempera-window"}, {"theme", "light"}, {"window", {1000, 700}}};
    std::ofstream(folder.path / "window.json") << before.dump();
    AppOptions options;
    options.theme = "print";
    options.scale = 1.3;
    options.width = 800, options.height = 600;
    {
        NullBench window;
        Workbench& bench = *window.bench;
        Preferences preferences(folder.path);
        apply_preferences(bench, preferences.chosen());
        ASSERT_TRUE(open_initial(bench, options));
        preferences.set_for_this_start({{"theme", "print"}, {"scale", 1.3f}, {"window", {800, 600}}});
        bench.window_width = 800, bench.window_height = 600;
        preferences.keep(preferences_of(bench));
        EXPECT_EQ(preferences.chosen()["theme"], "light");
        EXPECT_FALSE(preferences.chosen().contains("scale"));
        EXPECT_EQ(preferences.chosen()["window"], before["window"]);
        bench.commands.run("theme.dark", bench);  // a choice of the person's, whatever it is
        preferences.keep(preferences_of(bench));
        EXPECT_EQ(preferences.chosen()["theme"], "dark");
        bench.commands.run("theme.print", bench);
        preferences.keep_and_wait(preferences_of(bench));
    }
    const Json after = Preferences(folder.path).chosen();
    EXPECT_EQ(after["theme"], "print");
    EXPECT_FALSE(after.contains("scale"));
    EXPECT_EQ(after["window"], before["window"]);
}

TEST(Preferences, ThemesOfPresetsAreThoseOfFigures) {
    EXPECT_EQ(find_field(Json::object(), "view.theme")->choices, palette_names());
    for (const std::string& name : palette_names()) {
        EXPECT_NO_THROW(palette(name));
    }
}

TEST(Preferences, ChangesAreWrittenOnce) {
    const Folder folder;
    NullBench window;
    {
        Preferences preferences(folder.path);
        preferences.keep(preferences_of(*window.bench));
        preferences.keep(preferences_of(*window.bench));
        for (int i = 0; i < 2000 && !fs::exists(folder.path / "window.json"); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }
    EXPECT_EQ(Preferences(folder.path).chosen(), preferences_of(*window.bench));
    Preferences nowhere("");  // without a home nothing is kept, and nothing fails
    nowhere.keep(preferences_of(*window.bench));
    nowhere.keep_and_wait(preferences_of(*window.bench));
}

}  // namespace
}  // namespace tempera::app
