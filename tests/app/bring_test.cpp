// SPDX-License-Identifier: MIT
// "Bring your own" as a person uses it: typed, dropped, looked at, used and undone.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "app/bring/bring_card.hpp"
#include "app/workspace/file_kind.hpp"
#include "core/csv.hpp"
#include "core/files.hpp"
#include "core/npy.hpp"
#include "run/record/result.hpp"
#include "session.hpp"
#include "support/files.hpp"

namespace tempera::app {
namespace {

namespace fs = std::filesystem;

std::string shipped(const char* name) { return std::string(TEMPERA_PRESET_DIR) + "/" + name + ".json"; }

void enter_card(ImGuiTestContext* ctx) { ctx->SetRef(ctx->WindowInfo("//###bring/###left").Window); }

bool looked_at(ImGuiTestContext* ctx, const Workbench& bench) {
    return until(ctx, [&] { return bench.bring->is_open() && bench.bring->settled(); });
}

void type(ImGuiTestContext* ctx, const char* formula) {
    ctx->ItemClick("log_density/###value");
    ctx->KeyCharsReplace(formula);
}

std::string first_problem(const Workbench& bench) {
    const TargetLook* look = bench.bring->formula().look();
    return look && !look->problems.empty() ? look->problems.front().text : "";
}

TEST(BringYourOwn, AFormulaIsLookedAtWhileItIsTypedAndThenRun) {
    play("formula", [](ImGuiTestContext* ctx, Workbench& bench) {
        Workspace& w = bench.workspace;
        w.autostart = true;
        ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_N);
        IM_CHECK(looked_at(ctx, bench));
        enter_card(ctx);
        type(ctx, "-x1^4 + 3*x1^2 - x2^2");
        IM_CHECK(looked_at(ctx, bench));
        IM_CHECK_STR_EQ(first_problem(bench).c_str(), "");
        IM_CHECK(bench.bring->formula().look()->density != nullptr);
        IM_CHECK_STR_EQ(w.name().c_str(), "two_lakes");
        ctx->ItemClick("###use");
        IM_CHECK(until(ctx, [&] { return !bench.bring->is_open() && w.name() == "own_density"; }));
        IM_CHECK(w.value("target.log_density") == Json("-x1^4 + 3*x1^2 - x2^2"));
        IM_CHECK(w.problems().empty());
        IM_CHECK(w.modified());
        IM_CHECK(!w.saves_in_place());
        IM_CHECK(
            until(ctx, [&] { return w.snapshot().id >= 0 && w.snapshot().state == RunState::finished; }));
        IM_CHECK(w.result()->dim == 2);
        // Undone, the preset of before is there with its file.
        bench.commands.run("edit.undo", bench);
        IM_CHECK_STR_EQ(w.name().c_str(), "two_lakes");
        IM_CHECK_STR_EQ(w.file().filename().c_str(), "two_lakes.json");
        IM_CHECK(!w.modified());
        bench.commands.run("edit.redo", bench);
        IM_CHECK_STR_EQ(w.name().c_str(), "own_density");
        IM_CHECK_STR_EQ(w.file().filename().c_str(), "expression_banana.json");
    });
}

TEST(BringYourOwn, AWrongFormulaSaysWhereAndChangesNothing) {
    play("wrong", [](ImGuiTestContext* ctx, Workbench& bench) {
        const Json before = bench.workspace.document();
        bench.commands.run("file.bring", bench);
        IM_CHECK(looked_at(ctx, bench));
        enter_card(ctx);
        type(ctx, "-x1^2 - x2^2");
        IM_CHECK(looked_at(ctx, bench));
        type(ctx, "-x1^2 - sinn(x2)");
        IM_CHECK(looked_at(ctx, bench));
        IM_CHECK(first_problem(bench).starts_with("column 9: "));
        IM_CHECK(first_problem(bench).find("did you mean \"sin\"") != std::string::npos);
        IM_CHECK(ctx->ItemInfo("###use").ItemFlags & ImGuiItemFlags_Disabled);
        ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Enter);
        IM_CHECK(bench.bring->is_open());
        IM_CHECK(bench.workspace.document() == before);
        // Escape leaves the field first, with what was typed, and then the card.
        ctx->ItemClick("log_density/###value");
        ctx->KeyPress(ImGuiKey_Escape);
        IM_CHECK(bench.bring->is_open());
        IM_CHECK(bench.bring->formula().target()["log_density"] == Json("-x1^2 - sinn(x2)"));
        ctx->KeyPress(ImGuiKey_Escape);
        IM_CHECK(until(ctx, [&] { return !bench.bring->is_open(); }));
        IM_CHECK(bench.workspace.document() == before);
        bench.commands.run("file.bring", bench);
        IM_CHECK(looked_at(ctx, bench));
        IM_CHECK(bench.bring->formula().target()["log_density"] == Json("-x1^2 - sinn(x2)"));
    });
}

TEST(BringYourOwn, TheDimensionFollowsTheFormula) {
    play("dimension", [](ImGuiTestContext* ctx, Workbench& bench) {
        const auto dim = [&] { return bench.bring->formula().target()["dim"].get<int>(); };
        bench.bring->show_formula("-x1^2 - (x2 - x4)^2 - x3^2 - x4^2");
        IM_CHECK(looked_at(ctx, bench));
        IM_CHECK_EQ(dim(), 4);
        enter_card(ctx);
        type(ctx, "-x1^2 - x2^2 - x3^2/4");
        IM_CHECK(looked_at(ctx, bench));
        IM_CHECK_EQ(dim(), 3);
        IM_CHECK_STR_EQ(first_problem(bench).c_str(), "");
        type(ctx, "-x1^4");
        IM_CHECK(looked_at(ctx, bench));
        IM_CHECK_EQ(dim(), 1);
        // A dimension that somebody sets stays, with the complaint about it.
        ctx->ItemInputValue("dim/###value", 2);
        IM_CHECK(looked_at(ctx, bench));
        IM_CHECK_EQ(dim(), 2);
        IM_CHECK(first_problem(bench).find("no x2") != std::string::npos);
        type(ctx, "-x1^2 - y^2");
        IM_CHECK(looked_at(ctx, bench));
        IM_CHECK_EQ(dim(), 2);
        IM_CHECK(first_problem(bench).starts_with("column 9: "));
    });
}

TEST(BringYourOwn, EditsThatWouldBeLostAreAskedAbout) {
    play("asked", [](ImGuiTestContext* ctx, Workbench& bench) {
        bench.workspace.set("path.n_levels", 13);
        bench.workspace.commit();
        bench.bring->show_formula("-x1^2 - x2^2/9");
        IM_CHECK(looked_at(ctx, bench));
        enter_card(ctx);
        ctx->ItemClick("###use");
        IM_CHECK(until(ctx, [&] { return bench.questions.open(); }));
        IM_CHECK_EQ(bench.workspace.value("path.n_levels").get<int>(), 13);
        bench.questions.answer(99);
        IM_CHECK(until(ctx, [&] { return bench.bring->is_open(); }));
        IM_CHECK(looked_at(ctx, bench));
        IM_CHECK_EQ(bench.workspace.value("path.n_levels").get<int>(), 13);
        enter_card(ctx);
        ctx->ItemClick("###use");
        IM_CHECK(until(ctx, [&] { return bench.questions.open(); }));
        bench.questions.answer(1);
        IM_CHECK_STR_EQ(bench.workspace.name().c_str(), "own_density");
        bench.commands.run("edit.undo", bench);
        IM_CHECK_EQ(bench.workspace.value("path.n_levels").get<int>(), 13);
    });
}

class Dropped : public ::testing::Test {
protected:
    void SetUp() override { fs::create_directories(folder.path); }

    fs::path write(const std::string& name, const std::string& bytes) const {
        std::ofstream(folder.path / name, std::ios::binary) << bytes;
        return folder.path / name;
    }
    /// Standard normals [40, 2].
    static std::vector<double> points() {
        std::mt19937 random(5);
        std::normal_distribution<double> normal;
        std::vector<double> out(80);
        for (double& v : out) {
            v = normal(random);
        }
        return out;
    }
    static std::string rows(const std::vector<double>& x, std::size_t columns) {
        std::string text;
        for (std::size_t i = 0; i < x.size(); ++i) {
            text += csv_number(x[i]) + ((i + 1) % columns ? "," : "\n");
        }
        return text;
    }
    const test::ScratchFolder folder{"dropped"};
};

TEST_F(Dropped, PointsBecomeTheReferenceOfRuns) {
    const fs::path file = write("points.csv", rows(points(), 2));
    play("points", [&](ImGuiTestContext* ctx, Workbench& bench) {
        Workspace& w = bench.workspace;
        bench.open_file(file.string());
        IM_CHECK(looked_at(ctx, bench));
        IM_CHECK_EQ(static_cast<int>(bench.bring->points().look()->n_rows), 40);
        IM_CHECK(w.value("run.reference") == Json(""));
        enter_card(ctx);
        ctx->ItemClick("###reference");
        IM_CHECK(until(ctx, [&] { return !bench.bring->is_open(); }));
        IM_CHECK(w.value("run.reference") == Json(file.string()));
        IM_CHECK(w.problems().empty());
        IM_CHECK_STR_EQ(w.file().filename().c_str(), "two_lakes.json");
        w.start();
        IM_CHECK(reaches(ctx, bench, RunState::finished));
        IM_CHECK(w.result()->summary.contains("metrics"));
    });
}

TEST_F(Dropped, ArraysAndArchivesAreLookedAtAlike) {
    const fs::path npy = folder.path / "a.npy", npz = folder.path / "b.npz";
    write_npy(npy, NpyArray::of(points(), {40, 2}));
    write_npz(npz, {{"x", NpyArray::of(points(), {40, 2})}});
    play("arrays", [&](ImGuiTestContext* ctx, Workbench& bench) {
        for (const fs::path& file : {npy, npz}) {
            bench.open_file(file.string());
            IM_CHECK(until(ctx, [&] {
                const PointsLook* look = bench.bring->points().look();
                return look && look->file == file;
            }));
            IM_CHECK_STR_EQ(bench.bring->points().look()->error.c_str(), "");
            IM_CHECK(bench.bring->points().look()->reference.refused.empty());
        }
        enter_card(ctx);
        IM_CHECK(ctx->ItemInfo("###labelled_rows").ItemFlags & ImGuiItemFlags_Disabled);
    });
}

TEST_F(Dropped, LabelledRowsBecomeARegression) {
    std::vector<double> x = points();
    for (std::size_t i = 1; i < x.size(); i += 2) {
        x[i] = x[i - 1] + 0.3 * x[i] > 0 ? 1 : 0;
    }
    const fs::path file = write("ill.csv", "dose,ill\n" + rows(x, 2));
    play("labels", [&](ImGuiTestContext* ctx, Workbench& bench) {
        bench.open_file(file.string());
        IM_CHECK(looked_at(ctx, bench));
        enter_card(ctx);
        ctx->ItemClick("###labelled_rows");
        IM_CHECK(until(ctx, [&] { return !bench.bring->is_open(); }));
        IM_CHECK(bench.workspace.value("target.labels") == Json("ill"));
        IM_CHECK_STR_EQ(bench.workspace.name().c_str(), "ill");
        IM_CHECK(bench.workspace.problems().empty());
    });
}

TEST_F(Dropped, PointsTrainANetwork) {
    const fs::path file = write("points.csv", rows(points(), 2));
    play("training", [&](ImGuiTestContext* ctx, Workbench& bench) {
        bench.open_file(file.string());
        IM_CHECK(looked_at(ctx, bench));
        enter_card(ctx);
        ctx->ItemClick("###training");
        IM_CHECK(until(ctx, [&] { return !bench.bring->is_open(); }));
        IM_CHECK(bench.workspace.value("model.training.data") == Json(file.string()));
        IM_CHECK(bench.workspace.problems().empty());
        IM_CHECK_STR_EQ(bench.learning.obstacle().c_str(), "");
    });
}

TEST_F(Dropped, WhatCannotBeReadSaysWhyAndWhatCould) {
    write("module.pt", "no archive");
    write("rubbish.csv", std::string("\x7f"
                                     "ELF\0\1",
                                     6));
    write("word.csv", "1,2\n3,four\n");
    write("empty.npy", "");
    play("rubbish", [&](ImGuiTestContext* ctx, Workbench& bench) {
        const Json before = bench.workspace.document();
        const auto error_of = [&](const char* name) -> std::string {
            bench.open_file((folder.path / name).string());
            until(ctx, [&] {
                const PointsLook* look = bench.bring->points().look();
                return look && look->file.filename() == name;
            });
            return bench.bring->points().look()->error;
        };
        IM_CHECK(error_of("rubbish.csv").find("no text") != std::string::npos);
        IM_CHECK(error_of("word.csv").find("row 2, column 2") != std::string::npos);
        IM_CHECK(!error_of("empty.npy").empty());
        bench.open_file((folder.path / "module.pt").string());
        IM_CHECK(looked_at(ctx, bench));
        const TargetLook* module = bench.bring->module().look();
        IM_CHECK(!module->problems.empty());
        IM_CHECK(module->problems[0].text.find("no TorchScript archive") != std::string::npos);
        IM_CHECK(!bench.bring->model().look()->use.refused.empty());
        ctx->KeyPress(ImGuiKey_Escape);
        IM_CHECK(until(ctx, [&] { return !bench.bring->is_open(); }));
        IM_CHECK(bench.workspace.document() == before);
        IM_CHECK(bench.workspace.messages.empty());
    });
}

TEST_F(Dropped, AnythingElseIsToldWhatOpens) {
    write("photo.jpeg", "\xff\xd8\xff");
    fs::create_directories(folder.path / "plain_folder");
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(bench.workspace.open(shipped("two_lakes")));
    const Json before = bench.workspace.document();
    for (const char* name : {"photo.jpeg", "plain_folder", "nowhere.xyz"}) {
        bench.open_file((folder.path / name).string());
        window.frames(3);
        ASSERT_EQ(bench.workspace.messages.size(), 1u) << name;
        const auto& message = bench.workspace.messages.front();
        EXPECT_NE(message.title.find(name), std::string::npos);
        const bool there = fs::exists(folder.path / name);
        EXPECT_NE(message.lines.at(0).find(there ? ".npz" : "does not exist"), std::string::npos)
            << message.lines.at(0);
        bench.workspace.messages.clear();
        window.frames(3);
    }
    EXPECT_EQ(bench.workspace.document(), before);
    EXPECT_FALSE(bench.bring->is_open());
}

TEST_F(Dropped, FilesAreKnownByWhatTheyAre) {
    EXPECT_EQ(file_kind(shipped("two_lakes")), FileKind::preset);
    EXPECT_EQ(file_kind(write("own.preset", "// mine\n{ }")), FileKind::preset);
    EXPECT_EQ(file_kind("A.CSV"), FileKind::points);
    EXPECT_EQ(file_kind("model.pt"), FileKind::module);
    EXPECT_EQ(file_kind(write("notes.txt", "hello")), FileKind::unknown);
    fs::create_directories(folder.path / "training");
    write("training/preset.json", "{}");
    write("training/weights.npz", "");
    EXPECT_EQ(file_kind(folder.path / "training"), FileKind::points) << "a network to use";
    write("preset.json", "{}");
    write("summary.json", "{}");
    EXPECT_EQ(file_kind(write("samples.npz", "")), FileKind::preset) << "it belongs to a run";
}

TEST_F(Dropped, APresetOfOnesOwnIsNotOverwrittenByAnotherTarget) {
    const fs::path own = folder.path / "own.json";
    fs::copy_file(shipped("expression_banana"), own);
    play("own", [&](ImGuiTestContext* ctx, Workbench& bench) {
        Workspace& w = bench.workspace;
        bench.open_file(own.string());
        IM_CHECK(w.saves_in_place());
        bench.bring->show_formula("-x1^2 - x2^2");
        IM_CHECK(looked_at(ctx, bench));
        enter_card(ctx);
        ctx->ItemClick("###use");
        IM_CHECK(until(ctx, [&] { return w.name() == "own_density"; }));
        IM_CHECK(w.file().empty());
        const fs::path other = folder.path / "other.json";
        IM_CHECK(w.save_as(other));
        IM_CHECK(!w.modified());
        w.undo();
        IM_CHECK_STR_EQ(w.file().c_str(), own.c_str());
        IM_CHECK(!w.modified());
        IM_CHECK(get_value(load_preset(own), "name") == Json("expression_banana"));
        IM_CHECK(get_value(load_preset(other), "target.log_density") == Json("-x1^2 - x2^2"));
        IM_CHECK(check_preset(load_preset(other)).empty());
    });
}

TEST(BringYourOwn, SetupMarksThePlaceInATextThatIsWrong) {
    play(
        "mark",
        [](ImGuiTestContext* ctx, Workbench& bench) {
            ctx->SetRef(ctx->WindowInfo("//###setup/###fields").Window);
            ctx->ItemInput("target.log_density/###value");
            ctx->KeyCharsReplaceEnter("-x1^2 - z*x2^2");
            IM_CHECK(until(ctx, [&] { return !bench.workspace.problems().empty(); }));
            const Problem* problem = bench.workspace.problem_at("target.log_density");
            IM_CHECK(problem && problem->text.starts_with("column 9: "));
            ctx->Yield(3);
        },
        "expression_banana");
}

}  // namespace
}  // namespace tempera::app
