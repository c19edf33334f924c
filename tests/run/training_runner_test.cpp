// SPDX-License-Identifier: MIT
#include "run/training/training_runner.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <fstream>
#include <random>
#include <thread>

#include "core/npy.hpp"
#include "run/preset/preset.hpp"
#include "run/training/training.hpp"
#include "support/files.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;
using test::small_training;

struct Scratch : test::ScratchFolder {
    Scratch() : ScratchFolder("training") { fs::create_directories(path); }
};

Json report_of(const fs::path& folder) {
    std::ifstream in(folder / "training.json");
    return Json::parse(in);
}

template <class Condition>
bool until(Condition holds) {
    for (int i = 0; i < 30000; ++i) {
        if (holds()) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

bool reaches(const TrainingRunner& runner, RunState state) {
    return until([&] { return runner.latest()->state == state; });
}

void expect_same_arrays(const fs::path& a, const fs::path& b) {
    const Npz x = read_npz(a), y = read_npz(b);
    ASSERT_EQ(x.size(), y.size());
    for (const auto& [name, array] : x) {
        ASSERT_TRUE(y.contains(name)) << name;
        EXPECT_EQ(array.bytes, y.at(name).bytes) << name;
    }
}

TEST(TrainingRunner, GivesTheBitsOfTheCommandLineWhateverIsLookedAt) {
    const Scratch scratch;
    const Json preset = small_training(
        Json::object(), {{{"type", "dsm"}, {"weight", 1}}, {{"type", "diffclf"}, {"weight", 1}}});
    write_training_folder(train_model(preset, {}), scratch.path / "cli");
    TrainingRunner runner;
    runner.start(preset, scratch.path / "window", true);
    ASSERT_TRUE(reaches(runner, RunState::paused));
    EXPECT_EQ(runner.latest()->step, 0);
    for (long n = 1; n <= 3; ++n) {
        runner.step();
        ASSERT_TRUE(until([&] { return runner.latest()->step == n; }));
        EXPECT_EQ(runner.latest()->state, RunState::paused);
    }
    runner.resume();
    runner.pause();
    runner.resume();
    runner.wait();
    const auto end = runner.latest();
    ASSERT_EQ(end->state, RunState::finished) << end->error;
    EXPECT_EQ(end->step, 40);
    EXPECT_EQ(end->folder, scratch.path / "window");
    expect_same_arrays(end->folder / "weights.npz", scratch.path / "cli" / "weights.npz");
    expect_same_arrays(end->folder / "checkpoint.pt", scratch.path / "cli" / "checkpoint.pt");
}

TEST(TrainingRunner, SaysWhatWasReached) {
    const Scratch scratch;
    TrainingRunner runner;
    std::atomic<int> calls{0};
    runner.set_on_publish([&] { ++calls; });
    const long id = runner.start(small_training(), scratch.path / "a");
    runner.wait();
    const auto s = runner.latest();
    ASSERT_EQ(s->state, RunState::finished) << s->error;
    EXPECT_EQ(s->id, id);
    EXPECT_GE(calls.load(), 3);
    EXPECT_EQ(s->loss_names, std::vector<std::string>{"dsm"});
    EXPECT_EQ(s->true_mode_weights, (std::vector<double>{0.75, 0.25}));
    for (const char* name : {"total", "learning_rate", "gradient_norm", "dsm"}) {
        const Series* series = s->record->find(name);
        ASSERT_NE(series, nullptr) << name;
        EXPECT_EQ(series->axis, "step");
        EXPECT_EQ(series->x.size(), 40u);
        EXPECT_EQ(series->x.back(), 40);
    }
    EXPECT_EQ(s->record->find("dsm")->y, s->record->find("total")->y);
    ASSERT_GE(s->judgements->size(), 2u);
    const Judgement &first = *s->judgements->front(), &last = *s->judgements->back();
    EXPECT_EQ(first.step, 0);
    EXPECT_EQ(last.step, 40);
    EXPECT_TRUE(std::isfinite(last.held_out[0]));
    ASSERT_GE(last.levels.size(), 16u);
    for (std::size_t i = 0; i < last.levels.size(); ++i) {
        const NoiseLevel& level = last.levels[i];
        EXPECT_TRUE(std::isfinite(level.loss));
        ASSERT_EQ(level.mode_weights.size(), 2u);
        EXPECT_NEAR(level.mode_weights[0] + level.mode_weights[1], 1, 1e-12);
        EXPECT_EQ(level.sigma, first.levels[i].sigma);
        EXPECT_TRUE(i == 0 || last.levels[i - 1].sigma < level.sigma);
    }
    ASSERT_TRUE(s->weights);
    EXPECT_EQ(s->weights->dim, 2);
}

TEST(TrainingRunner, KeepsLongCurvesShort) {
    const Scratch scratch;
    TrainingRunner runner;
    Json preset = small_training({{"n_steps", 1400}, {"batch_size", 8}, {"n_data", 50}});
    preset["model"]["hidden"] = {4};
    runner.start(preset, scratch.path / "long");
    runner.wait();
    const auto s = runner.latest();
    ASSERT_EQ(s->state, RunState::finished) << s->error;
    const Series* total = s->record->find("total");
    ASSERT_NE(total, nullptr);
    EXPECT_LE(total->x.size(), 512u);
    EXPECT_GE(total->x.size(), 256u);
    EXPECT_EQ(total->x.back(), 1400);
    EXPECT_LE(s->judgements->size(), 128u);
}

TEST(TrainingRunner, CancelKeepsAndWritesWhatWasReached) {
    const Scratch scratch;
    TrainingRunner runner;
    runner.start(small_training({{"n_steps", 100000}}), scratch.path / "cut");
    ASSERT_TRUE(until([&] { return runner.latest()->step > 5; }));
    runner.cancel();
    runner.wait();
    const auto s = runner.latest();
    EXPECT_EQ(s->state, RunState::cancelled);
    ASSERT_EQ(s->folder, scratch.path / "cut");
    const Json report = report_of(s->folder);
    EXPECT_EQ(report["status"], "partial");
    EXPECT_EQ(report["steps"], s->step);
    EXPECT_EQ(read_network_weights(s->folder, "test").hidden, (std::vector<int>{16, 16}));
}

TEST(TrainingRunner, NeverOverwritesAFolder) {
    const Scratch scratch;
    fs::create_directories(scratch.path / "model");
    TrainingRunner runner;
    runner.start(small_training({{"n_steps", 2}}), scratch.path / "model");
    runner.wait();
    EXPECT_EQ(runner.latest()->folder, scratch.path / "model-2");
    EXPECT_TRUE(fs::is_empty(scratch.path / "model"));
}

TEST(TrainingRunner, ADivergingTrainingKeepsItsLastGoodWeights) {
    const Scratch scratch;
    // The pinned log density at points far from both modes is beyond single precision.
    std::vector<double> x;
    for (int j = 0; j < 200; ++j) {
        x.insert(x.end(), {1e8 * std::sin(j), 1e8 * std::cos(3.0 * j)});
    }
    write_npy(scratch.path / "x.npy", NpyArray::of(x, {200, 2}));
    Json preset = small_training(
        {{"n_steps", 100}, {"checkpoint_every", 20}, {"data", (scratch.path / "x.npy").string()}},
        Json::array({Json{{"type", "dsm"}}, Json{{"type", "energy_pinning"}, {"warm_up", 50}}}));
    preset["target"]["sigmas"] = {1e-13, 1e-13};
    TrainingRunner runner;
    runner.start(preset, scratch.path / "bad");
    runner.wait();
    const auto s = runner.latest();
    ASSERT_EQ(s->state, RunState::failed);
    ASSERT_NE(s->record->find("total"), nullptr) << s->error;
    EXPECT_NE(s->error.find("step 51"), std::string::npos) << s->error;
    EXPECT_EQ(s->step, 40);
    EXPECT_EQ(s->record->find("total")->x.back(), 50);
    ASSERT_EQ(s->folder, scratch.path / "bad");
    EXPECT_EQ(report_of(s->folder)["status"], "failed");
    const NetworkWeights weights = read_network_weights(s->folder, "test");
    for (const float w : weights.layers[0].weight) {
        EXPECT_TRUE(std::isfinite(w));
    }
}

TEST(TrainingRunner, RefusesWhatCannotBeTrained) {
    TrainingRunner runner;
    Json preset = small_training();
    preset["model"] = Json{{"type", "none"}};
    EXPECT_THROW(runner.start(preset, "never"), ConfigError);
    EXPECT_EQ(runner.latest()->state, RunState::idle);
    runner.start(small_training({{"data", "no_such_file.npy"}}), "never");
    runner.wait();
    EXPECT_EQ(runner.latest()->state, RunState::failed);
    EXPECT_NE(runner.latest()->error.find("no_such_file.npy"), std::string::npos) << runner.latest()->error;
    EXPECT_FALSE(fs::exists("never"));
}

TEST(TrainingRunner, SurvivesAStormOfCommands) {
    const Scratch scratch;
    std::mt19937 random(5);
    TrainingRunner runner;
    std::atomic<bool> done{false};
    std::atomic<long> seen{0};
    std::jthread reader([&] {
        long sequence = 0;
        while (!done) {
            const auto s = runner.latest();
            EXPECT_GE(s->sequence, sequence);
            sequence = s->sequence;
            EXPECT_LE(s->step, s->n_steps);
            seen = s->id;
            std::this_thread::yield();
        }
    });
    const Json preset = small_training({{"n_steps", 30}, {"batch_size", 16}, {"n_data", 60}});
    long last = 0;
    for (int i = 0; i < 400; ++i) {
        switch (random() % 8) {
        case 0:
            last = runner.start(preset, scratch.path / "storm", random() % 2 == 0);
            break;
        case 1:
            runner.cancel();
            break;
        case 2:
        case 3:
            runner.pause();
            break;
        case 4:
        case 5:
            runner.resume();
            break;
        default:
            runner.step();
            break;
        }
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 900));
    }
    runner.cancel();
    runner.wait();
    done = true;
    reader.join();
    const auto s = runner.latest();
    EXPECT_EQ(s->id, last);
    EXPECT_TRUE(s->state == RunState::cancelled || s->state == RunState::finished) << to_string(s->state);
}

}  // namespace
}  // namespace tempera
