// SPDX-License-Identifier: MIT
// First looks at what people bring, and the presets that are made of it: each passes the check and runs, from
// its file, to the same bits.
#include "run/background/first_looks.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>

#include "core/build_id.hpp"
#include "core/csv.hpp"
#include "core/npy.hpp"
#include "run/preset/point_files.hpp"
#include "run/preset/preset.hpp"
#include "run/record/result.hpp"
#include "support/presets.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

Json shipped(const char* name) {
    return load_preset(fs::path(TEMPERA_PRESET_DIR) / (std::string(name) + ".json"));
}

Json formula(const std::string& text, int dim = 2) {
    return {{"type", "expression"}, {"log_density", text}, {"dim", dim}};
}

std::shared_ptr<const TargetLook> look_at(const Json& target, const Json& present = shipped("two_lakes")) {
    return look_at_target({.present = present, .target = target, .name = "mine"}, {});
}

class BroughtThings : public ::testing::Test {
protected:
    void SetUp() override { fs::create_directories(scratch.path); }

    /// Standard normals [n, dim].
    static std::vector<double> normals(std::size_t n) {
        std::mt19937 random(5);
        std::normal_distribution<double> normal;
        std::vector<double> out(n);
        for (double& v : out) {
            v = normal(random);
        }
        return out;
    }
    fs::path csv(const std::string& name, const std::vector<double>& x, std::size_t columns,
                 const std::string& header = "") const {
        std::string text = header;
        for (std::size_t i = 0; i < x.size(); ++i) {
            text += csv_number(x[i]) + ((i + 1) % columns ? "," : "\n");
        }
        std::ofstream(scratch.path / name) << text;
        return scratch.path / name;
    }
    std::shared_ptr<const PointsLook> look(const fs::path& file,
                                           const Json& present = shipped("two_lakes")) const {
        return look_at_points({.present = present, .file = file}, {});
    }
    const test::ScratchFolder scratch{"first_looks"};
};

/// Small enough to run here.
Json small(Json preset) {
    preset["sampler"]["n_particles"] = 256;
    preset["path"]["n_levels"] = 8;
    return preset;
}

/// The preset as it is, and as it stands in a file, run to the same samples.
void expect_same_bits(const Json& preset, const fs::path& folder) {
    ASSERT_TRUE(check_preset(preset).empty()) << test::all_of(check_preset(preset));
    const Json little = small(preset);
    fs::create_directories(folder);
    std::ofstream(folder / "own.json") << format_preset(little);
    const Json read = load_preset(folder / "own.json");
    ASSERT_TRUE(check_preset(read).empty()) << test::all_of(check_preset(read));
    const RunResult here = run_preset(resolve_preset(little)), there = run_preset(resolve_preset(read));
    EXPECT_FALSE(here.first.x.empty());
    EXPECT_EQ(here.first.x, there.first.x);
    EXPECT_EQ(here.first.log_weight, there.first.log_weight);
}

TEST(FormulaLook, ShowsTheDensityAndWhatIsKnown) {
    const auto seen = look_at(formula("-0.5*((x1 - 2)^2 + (x2 + 1)^2/4)"));
    ASSERT_TRUE(seen->problems.empty()) << test::all_of(seen->problems);
    EXPECT_EQ(seen->shown, TargetLook::Shown::whole);
    ASSERT_TRUE(seen->log_z);
    EXPECT_NEAR(*seen->log_z, std::log(2 * M_PI * 2), 1e-5);
    const Grid& grid = *seen->density;
    const auto top = std::max_element(grid.value.begin(), grid.value.end()) - grid.value.begin();
    EXPECT_NEAR(grid.box.x_min + (static_cast<double>(top % grid.nx) + 0.5) * grid.cell_width(), 2,
                grid.cell_width());
    EXPECT_NEAR(grid.box.y_min + (static_cast<double>(top / grid.nx) + 0.5) * grid.cell_height(), -1,
                grid.cell_height());
}

TEST(FormulaLook, OfMoreDimensionsIsASliceThroughTheTop) {
    const auto seen = look_at(formula("-0.5*(x1^2 + x2^2 + (x3 - 30)^2 + 4*(x4 + x1 - 7)^2)", 4));
    ASSERT_TRUE(seen->problems.empty()) << test::all_of(seen->problems);
    EXPECT_EQ(seen->shown, TargetLook::Shown::slice);
    ASSERT_EQ(seen->centre.size(), 4u);
    EXPECT_NEAR(seen->centre[2], 30, 0.01) << "not where the density is exp(-450)";
    EXPECT_NEAR(seen->centre[3], 7, 0.01);
}

TEST(FormulaLook, OfOneDimensionIsALine) {
    const auto seen = look_at(formula("-x1^4 + 3*x1^2", 1));
    ASSERT_TRUE(seen->problems.empty()) << test::all_of(seen->problems);
    EXPECT_EQ(seen->density->ny, 1);
    EXPECT_EQ(seen->dim, 1);
}

TEST(FormulaLook, TellsWhereTheFormulaIsWrong) {
    const auto seen = look_at(formula("-x1^2 - y^2"));
    ASSERT_EQ(seen->problems.size(), 1u);
    EXPECT_EQ(seen->problems[0].place, "target.log_density");
    EXPECT_TRUE(seen->problems[0].text.starts_with("column 9: ")) << seen->problems[0].text;
    EXPECT_FALSE(seen->density);
    EXPECT_TRUE(seen->use.preset.is_null());
    EXPECT_EQ(look_at({{"type", "expression"}, {"log_denstiy", "x1"}})->problems[0].place,
              "target.log_denstiy");
    EXPECT_FALSE(look_at({{"type", "no_such"}})->problems.empty());
}

TEST_F(BroughtThings, AFormulaTakesThePresentPathWhereThatCarriesIt) {
    const Json target = formula("-x1^4 + 3*x1^2 - x2^2");
    Json present = shipped("re_ladder");
    present["target"] = formula("-x1^2 - x2^2");
    present["path"] = {
        {"type", "tempering"}, {"n_levels", 12}, {"standardise", false}, {"reference_scale", 4}};
    present["kernel"] = {{"type", "none"}};
    present["run"]["reference"] = "points_of_another_target.npy";
    const auto seen = look_at(target, present);
    ASSERT_EQ(seen->use.refused, "");
    EXPECT_TRUE(seen->use.basis.empty());
    EXPECT_EQ(seen->use.preset["path"], present["path"]);
    EXPECT_EQ(seen->use.preset["sampler"], present["sampler"]);
    EXPECT_EQ(seen->use.preset["target"], target);
    EXPECT_EQ(seen->use.preset["name"], "mine");
    EXPECT_FALSE(seen->use.preset["run"].contains("reference")) << "points of another target";
    EXPECT_FALSE(seen->use.preset.contains("note"));
}

TEST_F(BroughtThings, AFormulaOnAnExactDiffusionGetsATemperingPath) {
    const auto seen = look_at(formula("-x1^4 + 3*x1^2 - (x2 - 40)^2"));
    ASSERT_EQ(seen->use.refused, "");
    EXPECT_EQ(seen->use.basis.stem(), "expression_banana");
    EXPECT_EQ(seen->use.preset["path"]["type"], "tempering");
    EXPECT_EQ(seen->use.preset["path"]["standardise"], true) << "x2 = 40 is far from a reference around zero";
    expect_same_bits(seen->use.preset, scratch.path / "formula");
    // Without moments the reference is made wide enough.
    const auto wide = look_at(formula("-x1^2 - x2^2 - (x3 - 3)^2/400 - (x1 - 30)^2", 3));
    ASSERT_EQ(wide->use.refused, "");
    EXPECT_EQ(wide->use.preset["path"]["standardise"], false);
    EXPECT_GE(wide->use.preset["path"]["reference_scale"].get<double>(), 7);
}

TEST_F(BroughtThings, PointsOfEveryFormatAreTheSame) {
    const std::vector<double> x = normals(60);
    const fs::path table = csv("x.csv", x, 2, "a,b\n"), array = scratch.path / "x.npy",
                   archive = scratch.path / "x.npz", alone = scratch.path / "alone.npz";
    write_npy(array, NpyArray::of(x, {30, 2}));
    write_npz(archive, {{"x", NpyArray::of(x, {30, 2})}, {"other", NpyArray::of(x, {60})}});
    write_npz(alone, {{"samples", NpyArray::of(x, {30, 2})}});
    for (const fs::path& file : {table, array, archive, alone}) {
        EXPECT_EQ(read_points(file, 2, "here").x, x) << file;
        const auto seen = look(file);
        EXPECT_EQ(seen->error, "") << file;
        EXPECT_EQ(seen->n_rows, 30u);
        EXPECT_EQ(seen->columns.size(), 2u);
        EXPECT_EQ(seen->drawn, x);
        EXPECT_EQ(seen->reference.refused, "") << file;
    }
    EXPECT_EQ(look(table)->columns[1].name, "b");
    write_npz(archive, {{"a", NpyArray::of(x, {30, 2})}, {"b", NpyArray::of(x, {60})}});
    EXPECT_NE(look(archive)->error.find("holds the arrays a, b"), std::string::npos) << look(archive)->error;
}

TEST_F(BroughtThings, PointsAreOfferedWhereTheirShapesFit) {
    const auto fits = look(csv("two.csv", normals(80), 2));
    EXPECT_EQ(fits->reference.preset["run"]["reference"], (scratch.path / "two.csv").string());
    EXPECT_TRUE(fits->reference.basis.empty());
    expect_same_bits(fits->reference.preset, scratch.path / "reference");
    EXPECT_EQ(fits->training.refused, "");
    EXPECT_EQ(fits->training.basis.stem(), "train_from_samples");
    EXPECT_EQ(fits->training.preset["target"], shipped("two_lakes")["target"]);
    EXPECT_EQ(fits->training.preset["path"]["standardise"], true);
    EXPECT_NE(fits->labelled_rows.refused.find("labels"), std::string::npos) << fits->labelled_rows.refused;

    const auto wide = look(csv("three.csv", normals(90), 3));
    EXPECT_NE(wide->reference.refused.find("3 columns; points of this target need [n, 2]"), std::string::npos)
        << wide->reference.refused;
    EXPECT_NE(wide->training.refused.find("[n, 2]"), std::string::npos);
    // A preset that trains already keeps its path and network.
    const auto again = look(scratch.path / "two.csv", shipped("learned_two_lakes_dsm"));
    EXPECT_TRUE(again->training.basis.empty()) << again->training.refused;
    EXPECT_EQ(again->training.preset["model"]["hidden"], shipped("learned_two_lakes_dsm")["model"]["hidden"]);
    EXPECT_EQ(again->training.preset["model"]["training"]["data"], (scratch.path / "two.csv").string());
}

TEST_F(BroughtThings, RowsWithLabelsAreARegression) {
    std::vector<double> rows = normals(240);
    for (std::size_t i = 2; i < rows.size(); i += 3) {
        rows[i] = rows[i - 1] + 0.5 * rows[i] > 0 ? 1 : 0;
    }
    const auto seen = look(csv("ill.csv", rows, 3, "age,weight,ill\n"));
    ASSERT_EQ(seen->labelled_rows.refused, "");
    const Json& preset = seen->labelled_rows.preset;
    EXPECT_EQ(preset["target"]["labels"], "ill");
    EXPECT_EQ(preset["name"], "ill");
    expect_same_bits(preset, scratch.path / "regression");
    rows[2] = 0.5;
    EXPECT_NE(look(csv("half.csv", rows, 3))->labelled_rows.refused.find("labels are 0 or 1"),
              std::string::npos);
}

TEST_F(BroughtThings, WhatIsNotFiniteIsCountedAndRefused) {
    std::vector<double> x = normals(80);
    x[7] = std::nan("");
    x[30] = INFINITY;
    const auto seen = look(csv("holes.csv", x, 2, "a,b\n"));
    EXPECT_EQ(seen->n_bad, 2u);
    EXPECT_EQ(seen->first_bad, "row 5, column b");
    EXPECT_EQ(seen->columns[0].n_bad, 1u);
    EXPECT_TRUE(std::isfinite(seen->columns[0].max));
    EXPECT_NE(seen->reference.refused.find("row 5, column b"), std::string::npos) << seen->reference.refused;
}

TEST_F(BroughtThings, WhatHoldsNoNumbersSaysSo) {
    EXPECT_NE(look(csv("empty.csv", {}, 2))->error.find("no rows"), std::string::npos);
    for (const char* name : {"rubbish.csv", "rubbish.npy", "rubbish.npz"}) {
        std::ofstream(scratch.path / name, std::ios::binary) << std::string("\x7f"
                                                                            "ELF\0\1\2\xff\xfe",
                                                                            9);
        const auto seen = look(scratch.path / name);
        EXPECT_FALSE(seen->error.empty()) << name;
        EXPECT_TRUE(seen->reference.preset.is_null());
    }
    EXPECT_FALSE(look(scratch.path / "nowhere.csv")->error.empty());
}

TEST_F(BroughtThings, MoreRowsThanAreDrawnAreThinnedEvenly) {
    const std::size_t n = 2 * PointsLook::most_drawn + 7;
    std::vector<double> x(n);
    for (std::size_t i = 0; i < n; ++i) {
        x[i] = static_cast<double>(i);
    }
    write_npy(scratch.path / "long.npy", NpyArray::of(x, {n}));
    const auto seen = look(scratch.path / "long.npy");
    EXPECT_EQ(seen->n_rows, n);
    EXPECT_EQ(seen->drawn.size(), PointsLook::most_drawn);
    EXPECT_EQ(seen->columns[0].max, static_cast<double>(n - 1)) << "all rows count";
    EXPECT_NEAR(seen->columns[0].mean, static_cast<double>(n - 1) / 2, 1e-6);
    EXPECT_NEAR(seen->drawn.back(), static_cast<double>(n), 3);
}

}  // namespace
}  // namespace tempera
