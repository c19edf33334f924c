// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "app/kit/text.hpp"
#include "core/build_id.hpp"
#include "core/files.hpp"
#include "null_bench.hpp"
#include "run/folder/run_folder.hpp"
#include "run/record/result.hpp"
#include "run/work/run_work.hpp"

namespace tempera::app {
namespace {

std::string preset(const char* name) { return std::string(TEMPERA_PRESET_DIR) + "/" + name + ".json"; }

TEST(Window, AHeldLevelEndsWithItsRun) {
    NullBench window;
    Workspace& w = window.bench->workspace;
    ASSERT_TRUE(w.open(preset("two_lakes")));
    w.set("sampler.n_particles", 256);
    w.commit();
    w.start();
    ASSERT_TRUE(window.wait_for_end());
    w.look_at(40);
    window.frames(2);
    EXPECT_FALSE(w.following());
    w.start();
    window.frames(2);
    EXPECT_TRUE(w.following());
    ASSERT_TRUE(window.wait_for_end());
    EXPECT_TRUE(w.following());
}

TEST(Window, TimesIncludeThePaceThatIsWatched) {
    NullBench window;
    Workspace& w = window.bench->workspace;
    ASSERT_TRUE(w.open(preset("two_lakes")));
    w.set("sampler.n_particles", 64);
    w.set("path.n_levels", 12);
    w.commit();
    w.set_pace(10);
    w.start();
    while (w.snapshot().state != RunState::running || w.snapshot().level > 10) {
        window.frames();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    EXPECT_GE(w.eta_seconds(), w.snapshot().level / 10.0);
    EXPECT_LT(w.snapshot().eta_seconds, 0.2);
    ASSERT_TRUE(window.wait_for_end());
    EXPECT_GT(w.run_seconds(), 1);  // 11 waits of a tenth of a second
    EXPECT_LT(w.snapshot().seconds, 0.5);
}

TEST(Window, NobodyWaitsLongForAPace) {
    NullBench window;
    Workspace& w = window.bench->workspace;
    ASSERT_TRUE(w.open(preset("re_ladder")));
    w.set("sampler.n_scans", 60000);
    w.set_pace(8);
    w.start(true);
    for (int i = 0; i < 2000 && w.snapshot().state != RunState::paused; ++i) {
        window.frames();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    EXPECT_EQ(w.run_pace(), 1000);
    w.set("view.pace", 3);
    EXPECT_EQ(w.run_pace(), 3) << "the preset's own wish";
    w.set("view.pace", 0);
    w.set_pace(0);
    EXPECT_EQ(w.run_pace(), 0);
}

TEST(Window, ApplyCallsOnlyWhenSomethingWaits) {
    NullBench window;
    Workspace& w = window.bench->workspace;
    ASSERT_TRUE(w.open(preset("two_lakes")));
    EXPECT_FALSE(w.waits_to_apply()) << "nothing has run";
    w.set("sampler.n_particles", 256);
    w.commit();
    w.start();
    ASSERT_TRUE(window.wait_for_end());
    EXPECT_TRUE(w.modified());
    EXPECT_FALSE(w.waits_to_apply()) << "what was edited has run";
    w.set("path.n_levels", 32);
    w.commit();
    EXPECT_TRUE(w.waits_to_apply());
    w.undo();
    EXPECT_FALSE(w.waits_to_apply());
}

TEST(Window, AStoppedRunDoesNotLookFinished) {
    NullBench window;
    Workspace& w = window.bench->workspace;
    ASSERT_TRUE(w.open(preset("two_lakes")));
    w.set_pace(20);
    w.start();
    while (w.snapshot().state != RunState::running) {
        window.frames();
    }
    w.stop();
    ASSERT_TRUE(window.wait_for_end());
    for (int i = 0; i < 500 && w.runs().empty(); ++i) {
        window.frames();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ASSERT_EQ(w.runs().size(), 1u);
    EXPECT_EQ(w.runs()[0].state, RunState::cancelled);
    for (const LogLine& line : w.log()) {
        EXPECT_EQ(line.text.find("nan"), std::string::npos) << line.text;
    }
}

TEST(LevelPictures, ForgetThoseSeenFirst) {
    Snapshot s;
    s.id = 1;
    LevelPictures pictures;
    auto sprites = std::make_shared<const SpriteSet>();
    auto sights = std::make_shared<std::vector<LevelSight>>();
    sights->push_back({1000, sprites, nullptr, nullptr});
    s.sights = sights;
    s.sprites = sprites;
    for (int level = 999; level >= 0; --level) {
        s.level = level;
        pictures.take(s);
        ASSERT_NE(pictures.at(1000), nullptr) << "the run itself keeps it";
    }
    EXPECT_NE(pictures.at(0), nullptr);
    EXPECT_NE(pictures.at(300), nullptr);
    EXPECT_EQ(pictures.at(900), nullptr);
}

TEST(Exports, AFolderThatCannotBeWrittenHasAWayOut) {
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(bench.workspace.open(preset("two_lakes")));
    bench.workspace.start();
    ASSERT_TRUE(window.wait_for_end());
    window.frames(2);
    bench.figures.folder = "/proc/no_such_folder";
    bench.view.focused = "ess";
    bench.export_plots("svg", false);
    bench.exporter.wait();
    window.frames(3);
    ASSERT_TRUE(bench.questions.open());
    bench.questions.answer(0);
    window.frames(2);
    EXPECT_TRUE(bench.dialog.is_open());
    const auto folder = std::filesystem::temp_directory_path() / "tempera_export_elsewhere";
    std::filesystem::remove_all(folder);
    bench.figures.folder = folder;
    bench.figures.theme = "dark";
    bench.figures.size = {85, 60};
    bench.export_plots("svg", false);
    bench.exporter.wait();
    ASSERT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
    const std::filesystem::path file = std::filesystem::directory_iterator(folder)->path();
    EXPECT_EQ(file.filename(), "two_lakes-ess_by_level.svg");  // the name that reports give the figure
    const std::string svg = read_file_text(file);
    EXPECT_NE(svg.find("85"), std::string::npos);
    std::filesystem::remove_all(folder);
}

TEST(Texts, NamesAreNotCut) {
    EXPECT_EQ(shown("plain # name"), "plain # name");
    for (const char* name : {"a##b", "###", "x ## y ### z"}) {
        const std::string text = shown(name);
        EXPECT_EQ(text.find("##"), std::string::npos) << name;
        std::string without = text;
        for (std::size_t at; (at = without.find("\xe2\x80\x8b")) != std::string::npos;) {
            without.erase(at, 3);
        }
        EXPECT_EQ(without, name);
    }
}

TEST(Texts, NumbersHaveNoNegativeZero) {
    EXPECT_EQ(fixed(-0.0004, 3), "0.000");
    EXPECT_EQ(fixed(-0.0004, 3, true), "+0.000");
    EXPECT_EQ(fixed(-0.0006, 3), "-0.001");
    EXPECT_EQ(fixed(std::nan(""), 3), "-");
}

TEST(Window, EveryShippedPresetOpensAndDraws) {
    NullBench window;
    int n = 0;
    for (const auto& entry : std::filesystem::directory_iterator(TEMPERA_PRESET_DIR)) {
        if (entry.path().extension() == ".json") {
            ASSERT_TRUE(window.bench->workspace.open(entry.path()))
                << entry.path() << ": " << window.bench->workspace.messages.back().lines.front();
            window.frames(3);
            ++n;
        }
    }
    EXPECT_GT(n, 5);
}

TEST(Window, RunsAndKeepsTheResult) {
    NullBench window;
    window.bench->open_file(preset("two_lakes"));
    window.bench->workspace.set("sampler.n_particles", 512);
    window.bench->workspace.commit();
    window.bench->workspace.start();
    ASSERT_TRUE(window.wait_for_end());
    window.frames(3);
    EXPECT_EQ(window.bench->workspace.snapshot().state, RunState::finished);
    EXPECT_EQ(window.bench->workspace.runs().size(), 1u);
    EXPECT_TRUE(window.bench->workspace.result() != nullptr);
    for (const View& view : view_catalogue()) {
        if (view.plots) {
            for (const PlotSpec& plot : view.plots(*window.bench)) {
                EXPECT_TRUE(!plot.layers.empty() || !plot.empty.empty()) << view.id;
                EXPECT_LT(plot.x.min, plot.x.max) << plot.id;
            }
        }
    }
}

TEST(Window, UndoAndRedoReturnTheSameDocument) {
    NullBench window;
    Workspace& w = window.bench->workspace;
    ASSERT_TRUE(w.open(preset("two_lakes")));
    const Json before = w.document();
    w.set("path.n_levels", 32);
    w.set("path.n_levels", 33);  // one drag = one step
    w.commit();
    w.set("kernel.type", "first_order");
    w.commit();
    const Json after = w.document();
    EXPECT_NE(before, after);
    w.undo();
    w.undo();
    EXPECT_EQ(w.document(), before);
    EXPECT_FALSE(w.can_undo());
    w.redo();
    w.redo();
    EXPECT_EQ(w.document(), after);
}

TEST(Window, ABadValueIsKeptWithItsReason) {
    NullBench window;
    Workspace& w = window.bench->workspace;
    ASSERT_TRUE(w.open(preset("two_lakes")));
    w.set("sampler.n_particles", -5);
    w.commit();
    window.frames(3);
    EXPECT_FALSE(w.problems().empty());
    EXPECT_TRUE(w.problem_at("sampler.n_particles") != nullptr);
    EXPECT_EQ(w.value("sampler.n_particles"), Json(-5));
    w.start();
    EXPECT_FALSE(w.messages.empty());
    window.frames(3);
}

TEST(Window, AnUnreadablePresetChangesNothingAndSaysEverything) {
    NullBench window;
    Workspace& w = window.bench->workspace;
    ASSERT_TRUE(w.open(preset("two_lakes")));
    const Json before = w.document();
    const std::filesystem::path file = std::filesystem::temp_directory_path() / "tempera_bad_preset.json";
    std::ofstream(file)
        << R"({"schema": "tempera-preset", "version": 1, "targt": {}, "sampler": {"type": "smc", "n_partciles": 3}})";
    EXPECT_FALSE(w.open(file));
    EXPECT_EQ(w.document(), before);
    ASSERT_FALSE(w.messages.empty());
    EXPECT_GE(w.messages.front().lines.size(), 2u);
    window.frames(3);
    std::filesystem::remove(file);
}

TEST(Window, ARunFolderShowsItsStoredResults) {
    NullBench window;
    Workspace& w = window.bench->workspace;
    w.autostart = true;
    const auto folder = std::filesystem::temp_directory_path() / "tempera_stored_run";
    Json preset = load_preset(std::string(TEMPERA_PRESET_DIR) + "/two_lakes.json");
    preset["sampler"]["n_particles"] = 256;
    const RunResult stored = run_preset(resolve_preset(preset));
    write_run_folder(stored, folder, {"npz", "csv"}, true);
    window.bench->open_file((folder / "summary.json").string());  // any of its files will do
    for (int i = 0; i < 2000 && !w.stored(); ++i) {
        window.frames();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ASSERT_TRUE(w.stored()) << (w.messages.empty() ? "" : w.messages.front().lines.front());
    window.frames(3);
    const Snapshot& s = w.snapshot();
    EXPECT_EQ(s.state, RunState::finished);
    EXPECT_FALSE(w.busy());
    EXPECT_DOUBLE_EQ(s.log_z, stored.summary["log_z"].get<double>());
    EXPECT_NEAR(s.ess_fraction, stored.summary["ess_fraction"].get<double>(), 1e-12);
    ASSERT_NE(s.record->find("ess_fraction"), nullptr);
    EXPECT_EQ(s.record->find("ess_fraction")->y, stored.first.record.find("ess_fraction")->y);
    EXPECT_EQ(s.modes->back().weighted, stored.first.modes.back().weighted);
    EXPECT_EQ(s.sprites->x.size(), 256u);
    EXPECT_EQ(s.warnings.size(), stored.summary["warnings"].size());
    EXPECT_EQ(w.result()->first.x, stored.first.x);
    ASSERT_EQ(w.runs().size(), 1u);
    EXPECT_TRUE(w.runs().front().stored);
    EXPECT_EQ(w.value("sampler.n_particles"), Json(256));
    for (const View& view : view_catalogue()) {
        if (view.plots) {
            for (const PlotSpec& plot : view.plots(*window.bench)) {
                EXPECT_TRUE(!plot.layers.empty() || !plot.empty.empty()) << view.id;
            }
        }
    }
    w.start();  // the same preset and seed give the same numbers again
    ASSERT_TRUE(window.wait_for_end());
    while (w.stored()) {
        window.frames();
    }
    ASSERT_TRUE(window.wait_for_end());
    EXPECT_DOUBLE_EQ(w.snapshot().log_z, stored.summary["log_z"].get<double>());
    std::filesystem::remove_all(folder);
}

TEST(Window, ARunFolderWithoutItsSamplesSaysSo) {
    NullBench window;
    Workspace& w = window.bench->workspace;
    const auto folder = std::filesystem::temp_directory_path() / "tempera_broken_run";
    Json preset = load_preset(std::string(TEMPERA_PRESET_DIR) + "/two_lakes.json");
    preset["sampler"]["n_particles"] = 64;
    write_run_folder(run_preset(resolve_preset(preset)), folder, {}, true);
    std::filesystem::remove(folder / "samples.npz");
    window.bench->open_file(folder.string());
    for (int i = 0; i < 2000 && w.messages.empty(); ++i) {
        window.frames();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ASSERT_FALSE(w.messages.empty());
    EXPECT_NE(w.messages.front().lines.front().find("samples.npz"), std::string::npos);
    EXPECT_FALSE(w.stored());
    EXPECT_EQ(w.value("sampler.n_particles"), Json(64));  // the preset is there all the same
    std::filesystem::remove_all(folder);
}

TEST(Window, EveryCommandRunsOnce) {
    NullBench window;
    ASSERT_TRUE(window.bench->workspace.open(preset("two_lakes")));
    window.frames(3);
    const auto folder = std::filesystem::current_path();
    const auto scratch = std::filesystem::temp_directory_path() / "tempera_every_command";
    std::filesystem::create_directories(scratch);
    std::filesystem::current_path(scratch);
    for (const Command& c : window.bench->commands.all()) {
        if (c.id == "file.quit" || c.id == "file.save") {
            continue;
        }
        window.bench->commands.run(c.id, *window.bench);
        window.frames(2);
    }
    window.bench->exporter.wait();
    std::filesystem::current_path(folder);
    std::filesystem::remove_all(scratch);
    window.frames(2);
}

TEST(Window, SurvivesAMonkey) {
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(bench.workspace.open(preset("two_lakes")));
    bench.workspace.set("sampler.n_particles", 256);
    bench.workspace.commit();
    std::mt19937 random(11);
    const auto& all = bench.commands.all();
    ImGuiIO& io = ImGui::GetIO();
    for (int i = 0; i < 2000; ++i) {
        switch (random() % 4) {
        case 0: {
            const Command& c = all[random() % all.size()];
            const bool writes =
                c.id.rfind("export", 0) == 0 || c.id.rfind("file", 0) == 0 || c.id.rfind("preset", 0) == 0;
            if (!writes) {
                bench.commands.run(c.id, bench);
            }
            break;
        }
        case 1:
            io.AddMousePosEvent(static_cast<float>(random() % 1280), static_cast<float>(90 + random() % 680));
            break;
        case 2:
            // The left third holds Setup: typing there is covered by other tests; elsewhere clicks must be
            // harmless.
            io.AddMousePosEvent(static_cast<float>(300 + random() % 960),
                                static_cast<float>(90 + random() % 680));
            io.AddMouseButtonEvent(0, true);
            window.frames();
            io.AddMouseButtonEvent(0, false);
            break;
        default:
            bench.workspace.set("path.n_levels", static_cast<int>(2 + random() % 40));
            break;
        }
        window.frames();
        bench.workspace.messages.clear();
    }
    EXPECT_FALSE(bench.workspace.document().empty());
}

}  // namespace
}  // namespace tempera::app
