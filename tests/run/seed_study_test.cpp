// SPDX-License-Identifier: MIT
#include "run/background/seed_study.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <thread>

#include "core/build_id.hpp"
#include "core/npy.hpp"
#include "run/preset/preset.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

TEST(SeedPoint, ALossIsThatOfTheExactScorePlusItsError) {
    NoiseLevel a, b;
    a.sigma = 0.5, a.score_energy = 4, a.score_error = 0.2, a.mode_weights = {0.9, 0.1};
    b.sigma = 2, b.score_energy = 0.3, b.score_error = 0.01, b.mode_weights = {0.7, 0.3};
    const SeedPoint p = seed_point("dsm", 3, 2, {a, b});
    EXPECT_NEAR(p.exact_loss, 2 - (0.25 * 4 + 4 * 0.3) / 2, 1e-12);
    EXPECT_NEAR(p.loss - p.exact_loss, (0.25 * 0.2 + 4 * 0.01) / 2, 1e-12);
    EXPECT_EQ(p.mass_at(0.2), 0.9);
    EXPECT_EQ(p.mass_at(30), 0.7);
    EXPECT_TRUE(std::isnan(SeedPoint().mass_at(1)));
}

TEST(SeedPoints, ComeBackFromATable) {
    SeedPoint p;
    p.losses = "dsm, twice", p.seed = 7, p.loss = 1.25, p.exact_loss = 1.125;
    p.sigma = {0.05, 2}, p.mass = {0.875, 0.5};
    const auto file = std::filesystem::temp_directory_path() / "tempera_seed_points.csv";
    write_file_atomically(file, seed_points_csv({p, p}));
    const std::vector<SeedPoint> back = read_seed_points(file);
    ASSERT_EQ(back.size(), 2u);
    EXPECT_EQ(back[1].losses, p.losses);
    EXPECT_EQ(back[1].seed, 7);
    EXPECT_EQ(back[1].loss, p.loss);
    EXPECT_EQ(back[1].exact_loss, p.exact_loss);
    EXPECT_EQ(back[1].sigma, p.sigma);
    EXPECT_EQ(back[1].mass, p.mass);
    write_file_atomically(file, "seed,loss\n1,2\n");
    EXPECT_THROW(read_seed_points(file), ConfigError);
    std::filesystem::remove(file);
}

TEST(SeedPoints, TheStoredStudyShowsBlindness) {
    const auto points =
        read_seed_points(std::filesystem::path(TEMPERA_SOURCE_DIR) / "assets/studies/two_lakes_seeds.csv");
    int blind = 0, cured = 0;
    for (const SeedPoint& p : points) {
        EXPECT_GT(p.loss, p.exact_loss);
        EXPECT_LT(p.loss, 1.01 * p.exact_loss);
        if (p.losses == "dsm") {
            EXPECT_GT(p.mass_at(0.2), 0.9) << p.seed;
            ++blind;
        } else {
            EXPECT_NEAR(p.mass_at(0.2), 2.0 / 3, 0.08) << p.seed;
            ++cured;
        }
    }
    EXPECT_GE(blind, 6);
    EXPECT_GE(cured, 6);
}

TEST(SeedStudy, TrainsSeedsInTheBackgroundAndStops) {
    Json preset = load_preset(std::string(TEMPERA_PRESET_DIR) + "/learned_two_lakes_dsm.json");
    preset["path"]["n_levels"] = 16;
    preset["model"]["hidden"] = {16};
    preset["model"]["training"]["n_steps"] = 20;
    preset["model"]["training"]["n_data"] = 1000;
    preset = resolve_preset(preset);
    SeedStudy study;
    EXPECT_EQ(study.latest()->state, RunState::idle);
    const auto until = [&](const auto& holds) {
        for (int i = 0; i < 30000 && !holds(*study.latest()); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return holds(*study.latest());
    };
    study.start(preset, 2);
    ASSERT_TRUE(until([](const SeedStudy::State& s) { return s.state == RunState::finished; }));
    const std::vector<SeedPoint> points = study.latest()->points;
    ASSERT_EQ(points.size(), 2u);
    EXPECT_EQ(points[0].losses, "dsm");
    EXPECT_EQ(points[1].seed, 2);
    EXPECT_NE(points[0].loss, points[1].loss);
    EXPECT_GT(points[0].loss, points[0].exact_loss);
    EXPECT_NEAR(points[0].exact_loss, points[1].exact_loss, 0.05);
    // A first impression of a seed comes long before its point.
    preset["model"]["training"]["n_steps"] = 2000;
    study.start(preset, 2);
    ASSERT_TRUE(until([](const SeedStudy::State& s) { return s.on_its_way.has_value(); }));
    const std::shared_ptr<const SeedStudy::State> early = study.latest();
    EXPECT_TRUE(early->points.empty());
    EXPECT_EQ(early->on_its_way->seed, 1);
    EXPECT_GT(early->on_its_way->loss, early->on_its_way->exact_loss);
    EXPECT_FALSE(early->on_its_way->mass.empty());
    EXPECT_LT(early->fraction, 0.5);
    study.cancel();
    ASSERT_TRUE(until([](const SeedStudy::State& s) { return s.state == RunState::cancelled; }));
    EXPECT_TRUE(study.latest()->points.empty());
}

TEST(SeedStudy, ADivergingSeedSaysWhatOtherTrainingsSay) {
    // The pinned log density at points far from both modes is beyond single precision.
    const test::ScratchFolder folder("study");
    std::filesystem::create_directories(folder.path);
    std::vector<double> x;
    for (int j = 0; j < 200; ++j) {
        x.insert(x.end(), {1e8 * std::sin(j), 1e8 * std::cos(3.0 * j)});
    }
    write_npy(folder.path / "x.npy", NpyArray::of(x, {200, 2}));
    Json preset = load_preset(std::string(TEMPERA_PRESET_DIR) + "/learned_two_lakes_dsm.json");
    preset["target"]["sigmas"] = {1e-13, 1e-13};
    preset["path"]["n_levels"] = 16;
    preset["model"]["hidden"] = {16};
    preset["model"]["losses"] =
        Json::array({Json{{"type", "dsm"}}, Json{{"type", "energy_pinning"}, {"warm_up", 50}}});
    preset["model"]["training"].update({{"n_steps", 100},
                                        {"checkpoint_every", 20},
                                        {"n_data", 1000},
                                        {"data", (folder.path / "x.npy").string()}});
    SeedStudy study;
    study.start(resolve_preset(preset), 2);
    ASSERT_TRUE(test::wait_until(study, [](const WorkView& s) { return s.state == RunState::failed; }));
    EXPECT_NE(study.latest()->error.find("kept are the weights after step 40"), std::string::npos)
        << study.latest()->error;
}

}  // namespace
}  // namespace tempera
