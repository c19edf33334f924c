// SPDX-License-Identifier: MIT
// Whole trainings of a preset: what lies in the folder when one is killed or diverges, points kept apart.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/files.hpp"
#include "run/preset/preset.hpp"
#include "run/training/training_work.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

struct Killed {};

class TrainingRun : public ::testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() /
                  ("tempera_training_" +
                   std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
        fs::remove_all(folder_);
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    static Json preset(const Json& training, const Json& losses = Json::array({Json{{"type", "dsm"}}})) {
        Json p = Json::parse(R"({ "schema": "tempera-preset", "version": 1, "name": "small",
            "target": { "type": "gaussian_mixture", "weights": [0.5, 0.5], "means": [[-2, 0], [2, 0]], "sigmas": [0.5, 1] },
            "path": { "type": "learned_diffusion", "n_levels": 4, "standardise": false,
                      "schedule": { "type": "log_snr", "rho_min": 0.1, "rho_max": 10 } },
            "kernel": { "type": "none" }, "sampler": { "type": "ais", "n_particles": 64 },
            "model": { "type": "energy_mlp", "hidden": [16, 16],
                       "training": { "n_steps": 60, "batch_size": 64, "n_data": 500, "checkpoint_every": 20 } } })");
        p["model"]["losses"] = losses;
        p["model"]["training"].update(training);
        return resolve_preset(p);
    }

    fs::path folder_;
};

TEST_F(TrainingRun, a_killed_training_goes_on_from_its_folder_with_the_same_bits) {
    for (const char* schedule : {"inverse", "cosine", "constant"}) {
        const Json p = preset({{"schedule", schedule}});
        const TrainingResult whole = train_model(p, {});
        TrainingCallbacks callbacks;
        callbacks.checkpoints = folder_ / schedule;
        callbacks.progress = [](const TrainingProgress& at) {
            if (at.step == 47) {
                throw Killed{};
            }
        };
        EXPECT_THROW(train_model(p, callbacks), Killed);
        EXPECT_EQ(read_npz(callbacks.checkpoints / "checkpoint.pt").at("step").to_doubles()[0], 40);
        EXPECT_NO_THROW(read_network_weights((callbacks.checkpoints / "weights.npz").string(), "weights"));
        const TrainingResult rest = train_model(p, {}, callbacks.checkpoints);
        EXPECT_EQ(rest.report["steps"], 60);
        EXPECT_EQ(rest.history.size(), 60U);
        for (const auto& [name, array] : whole.checkpoint) {
            EXPECT_EQ(array.bytes, rest.checkpoint.at(name).bytes) << name << " " << schedule;
        }
    }
}

TEST_F(TrainingRun, a_state_does_not_grow_with_the_steps_and_the_losses_are_appended_to_their_table) {
    Json losses = Json::array({Json{{"type", "dsm"}}, Json{{"type", "diffclf"}, {"warm_up", 30}}});
    const Json p = preset({{"n_steps", 100}, {"checkpoint_every", 10}}, losses);
    const fs::path folder = folder_ / "model";
    std::map<long, std::size_t> state, table;
    TrainingCallbacks callbacks;
    callbacks.checkpoints = folder;
    callbacks.progress = [&](const TrainingProgress& at) {
        if (at.step % 10 == 0) {
            state[at.step] = fs::file_size(folder / "checkpoint.pt");
            const std::string text = read_file_text(folder / "loss.csv");
            table[at.step] = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) - 1;
        }
        if (at.step == 57) {
            std::ofstream(folder / "loss.csv", std::ios::app) << "51,0.1";  // killed while it wrote a row
            throw Killed{};
        }
    };
    EXPECT_THROW(train_model(p, callbacks), Killed);
    EXPECT_EQ(state[10], state[50]);
    for (long step = 10; step <= 50; step += 10) {
        EXPECT_EQ(table[step], static_cast<std::size_t>(step));
    }
    callbacks.progress = {};
    const TrainingResult rest = train_model(p, callbacks, folder), whole = train_model(p, {});
    ASSERT_EQ(rest.history.size(), 100U);
    write_training_folder(rest, folder);
    write_training_folder(whole, folder_ / "whole");
    EXPECT_EQ(read_file_text(folder / "loss.csv"), read_file_text(folder_ / "whole" / "loss.csv"));
}

TEST_F(TrainingRun, a_work_goes_on_from_its_state_with_the_same_bits) {
    const Json p = preset(Json::object());
    StateArchive saved;
    {
        TrainingWork half(p);
        half.start();
        EXPECT_FALSE(advance_to_end(half, [&] { return half.session().steps_done() < 37; }));
        half.archive(saved);
    }
    TrainingWork rest(p);
    StateArchive restored(saved.arrays(), "the state");
    rest.archive(restored);
    EXPECT_EQ(rest.session().steps_done(), 37);
    EXPECT_TRUE(advance_to_end(rest, [] { return true; }));
    const auto result = std::dynamic_pointer_cast<TrainingResult>(rest.result({}));
    const TrainingResult whole = train_model(p, {});
    EXPECT_EQ(result->history.size(), 60U);
    for (const auto& [name, array] : whole.checkpoint) {
        EXPECT_EQ(array.bytes, result->checkpoint.at(name).bytes) << name;
    }
}

TEST_F(TrainingRun, who_is_in_a_hurry_does_not_wait_for_a_careful_judgement) {
    for (const bool hurry : {true, false}) {
        TrainingWork work(preset({{"n_steps", 4}}));
        work.own_folder(folder_ / "model");
        work.start();
        EXPECT_TRUE(advance_to_end(work, [] { return true; }));
        const auto last = [&] {
            return dynamic_cast<const TrainingSnapshot&>(*work.view(true)).judgements->back();
        };
        const auto before = last();
        Ending ending;
        ending.hurry = hurry;
        EXPECT_TRUE(work.result(ending));
        EXPECT_EQ(last() == before, hurry);
        EXPECT_EQ(last()->step, 4);
    }
}

TEST_F(TrainingRun, a_diverging_training_keeps_the_state_before) {
    // the pinned log density is beyond float32 from step 50 on
    Json p = preset({{"data", (folder_ / "x.npy").string()}},
                    Json::array({Json{{"type", "dsm"}}, Json{{"type", "energy_pinning"}, {"warm_up", 50}}}));
    p["target"]["sigmas"] = {1e-21, 1e-21};
    std::vector<double> x;
    for (int j = 0; j < 200; ++j) {
        x.insert(x.end(), {std::sin(j), std::cos(3.0 * j)});
    }
    write_npy(folder_ / "x.npy", NpyArray::of(x, {200, 2}));
    TrainingCallbacks callbacks;
    callbacks.checkpoints = folder_ / "model";
    const TrainingResult result = train_model(p, callbacks);
    EXPECT_EQ(result.report["status"], "failed");
    EXPECT_EQ(result.report["steps"], 40);
    EXPECT_EQ(result.history.size(), 50U);
    EXPECT_NE(result.report["error"].get<std::string>().find("step 51"), std::string::npos);
    const Npz on_disk = read_npz(callbacks.checkpoints / "checkpoint.pt");
    EXPECT_EQ(result.checkpoint.at("parameters").bytes, on_disk.at("parameters").bytes);
    for (const float w : result.weights.layers[0].weight) {
        EXPECT_TRUE(std::isfinite(w));
    }
}

TEST_F(TrainingRun, what_cannot_be_written_where_it_should_is_written_elsewhere) {
    std::ofstream(folder_ / "file") << "in the way";
    TrainingCallbacks callbacks;
    callbacks.checkpoints = folder_ / "file" / "below";
    const TrainingResult result = train_model(preset(Json::object()), callbacks);
    EXPECT_EQ(result.report["status"], "finished");
    std::string problem;
    const fs::path saved = save_training(result, callbacks.checkpoints, problem);
    EXPECT_NE(problem, "");
    EXPECT_EQ(read_npz(saved / "checkpoint.pt").at("step").to_doubles()[0], 60);
    fs::remove_all(saved);
    problem.clear();
    EXPECT_EQ(save_training(result, folder_ / "model", problem), folder_ / "model");
    EXPECT_EQ(problem, "");
}

TEST_F(TrainingRun, rows_of_a_file_are_held_out) {
    std::vector<double> x;
    for (int j = 0; j < 300; ++j) {
        x.insert(x.end(), {static_cast<double>(j), 1});
    }
    write_npy(folder_ / "x.npy", NpyArray::of(x, {300, 2}));
    const TrainingSession session(preset({{"data", (folder_ / "x.npy").string()}}));
    ASSERT_EQ(session.held_out().size(), 30);
    EXPECT_EQ(session.held_out().x[0], 9);
    EXPECT_EQ(session.held_out().x[2], 19);
    const TrainingSession exact(preset(Json::object()));
    EXPECT_EQ(exact.held_out().size(), 2048);
    const auto losses = exact.trainer().losses_on(exact.held_out());
    ASSERT_EQ(losses.size(), 1U);
    EXPECT_NEAR(losses[0], exact.trainer().final_losses()[0], 0.2 * losses[0]);
    EXPECT_NE(losses[0], exact.trainer().final_losses()[0]);
}

TEST_F(TrainingRun, a_teacher_of_other_coordinates_is_refused) {
    const TrainingSession taught(preset(Json::object()));
    const fs::path file = folder_ / "teacher.npz";
    NetworkWeights weights = taught.weights();
    const Json losses = Json::array({Json{{"type", "energy_distillation"}, {"teacher", file.string()}}});
    write_network_weights(file, weights);
    EXPECT_NO_THROW(TrainingSession(preset(Json::object(), losses)));
    weights.shift[1] += 0.5;
    write_network_weights(file, weights);
    EXPECT_THROW(TrainingSession(preset(Json::object(), losses)), ConfigError);
}

TEST_F(TrainingRun, the_step_falls_as_its_schedule_says) {
    const auto rate = [](const char* schedule, long step) {
        return TrainingSession(preset({{"schedule", schedule}, {"n_steps", 1000}, {"learning_rate", 0.01}}))
            .trainer()
            .learning_rate(step);
    };
    EXPECT_DOUBLE_EQ(rate("inverse", 300), 0.01 / 1.25);
    EXPECT_DOUBLE_EQ(rate("cosine", 0), 0.01);
    EXPECT_DOUBLE_EQ(rate("cosine", 500), 0.005);
    EXPECT_NEAR(rate("cosine", 1000), 0, 1e-18);
    EXPECT_DOUBLE_EQ(rate("constant", 700), 0.01);
}

}  // namespace
}  // namespace tempera
