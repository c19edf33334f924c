// SPDX-License-Identifier: MIT
#include "run/work/run_work.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "run/background/path_maps.hpp"
#include "run/preset/preset.hpp"
#include "run/record/result.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

using test::small_exchange, test::small_run;

void wait_for(const RunRunner& runner, RunState state) {
    for (int i = 0; i < 20000 && runner.latest()->state != state; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_EQ(std::string(to_string(runner.latest()->state)), to_string(state)) << runner.latest()->error;
}

void expect_same_bits(const RunResult& a, const RunResult& b) {
    EXPECT_EQ(a.first.x, b.first.x);
    EXPECT_EQ(a.first.log_weight, b.first.log_weight);
    EXPECT_EQ(a.first.ancestor, b.first.ancestor);
    Json sa = a.summary, sb = b.summary;
    sa.erase("seconds");
    sb.erase("seconds");
    for (Json* s : {&sa, &sb}) {
        if (s->contains("replicates")) {
            for (Json& r : (*s)["replicates"]) {
                r.erase("seconds");
            }
        }
    }
    EXPECT_EQ(sa, sb) << preset_difference(sa, sb).size();
}

TEST(Runner, ShowsHowFarTheReplicatesAre) {
    const test::FewThreads two(2);
    Json preset = small_run();
    preset["run"]["n_replicates"] = 200;
    RunRunner runner;
    runner.start(preset, true);
    wait_for(runner, RunState::paused);
    std::vector<double> fractions;
    for (int i = 0; i < 14; ++i) {  // twelve levels of the first, then two slices of the others
        test::take_steps(runner, 1, StepSize::boundary);
        fractions.push_back(runner.latest()->fraction);
    }
    EXPECT_TRUE(std::is_sorted(fractions.begin(), fractions.end()));
    EXPECT_NEAR(fractions[5], 0.5 / 200, 1e-12);
    EXPECT_NEAR(fractions[11], 1.0 / 200, 1e-12);
    // A slice that a busy machine takes away gets no replicate on.
    for (int i = 0; i < 100 && !(runner.latest()->fraction > fractions[11]); ++i) {
        test::take_steps(runner, 1, StepSize::boundary);
    }
    EXPECT_GT(runner.latest()->fraction, fractions[11]);
    EXPECT_LT(runner.latest()->fraction, 1);
    EXPECT_GT(runner.latest()->eta_seconds, 0);
    runner.resume();
    runner.wait();
    EXPECT_EQ(runner.latest()->fraction, 1);
    EXPECT_EQ(runner.latest()->eta_seconds, 0);
}

TEST(Runner, GivesTheBitsOfTheCommandLine) {
    for (Json preset : {small_run(), small_exchange()}) {
        preset["run"]["n_replicates"] = 3;
        RunRunner runner;
        runner.start(preset);
        runner.wait();
        ASSERT_EQ(runner.latest()->state, RunState::finished) << runner.latest()->error;
        ASSERT_TRUE(runner.result());
        expect_same_bits(*runner.result(), run_preset(preset));
    }
}

TEST(Runner, PauseStepAndResumeChangeNoBit) {
    for (const Json& preset : {small_run(), small_exchange()}) {
        RunRunner runner;
        runner.start(preset, true);
        wait_for(runner, RunState::paused);
        EXPECT_EQ(runner.latest()->steps_done, 0);
        runner.step();
        for (int i = 0; i < 10000 && runner.latest()->steps_done < 1; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        EXPECT_EQ(runner.latest()->steps_done, 1);
        EXPECT_EQ(runner.latest()->state, RunState::paused);
        const long before = runner.latest()->progress;
        runner.step(StepSize::boundary);
        for (int i = 0; i < 10000 && runner.latest()->steps_done < 2; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        EXPECT_LE(runner.latest()->progress, before + 1);
        runner.resume();
        runner.pause();
        runner.resume();
        runner.wait();
        ASSERT_EQ(runner.latest()->state, RunState::finished);
        expect_same_bits(*runner.result(), run_preset(preset));
    }
}

TEST(Runner, CancelKeepsWhatWasReached) {
    RunRunner runner;
    runner.start(small_run(), true);
    wait_for(runner, RunState::paused);
    runner.step(StepSize::boundary);
    runner.step(StepSize::boundary);
    for (int i = 0; i < 10000 && runner.latest()->progress < 2; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    runner.cancel();
    runner.wait();
    EXPECT_EQ(runner.latest()->state, RunState::cancelled);
    ASSERT_TRUE(runner.result());
    EXPECT_EQ(runner.result()->summary["status"], "partial");
    EXPECT_EQ(runner.result()->first.log_weight.size(), 300u);
    EXPECT_TRUE(runner.result()->summary["log_z_error"].is_null());
}

TEST(Runner, EditsAreAppliedRecordedOrRefused) {
    RunRunner runner;
    runner.start(small_run(), true);
    wait_for(runner, RunState::paused);
    runner.edit({{"sampler.ess_threshold", 0.1}, {"kernel.type", "first_order"}});
    EXPECT_THROW(runner.edit({{"sampler.n_particles", 400}}), ConfigError);
    EXPECT_THROW(runner.edit({{"sampler.ess_threshold", 7}}), ConfigError);
    EXPECT_THROW(runner.edit({{"moves.n_leapfrogs", 7}}), ConfigError);
    runner.resume();
    runner.wait();
    ASSERT_EQ(runner.latest()->state, RunState::finished) << runner.latest()->error;
    EXPECT_EQ((*runner.latest()->preset)["kernel"]["type"], "first_order");
    ASSERT_EQ(runner.latest()->edits.size(), 1u);
    EXPECT_NE(runner.latest()->edits[0].text.find("sampler.ess_threshold 0.9 -> 0.1"), std::string::npos)
        << runner.latest()->edits[0].text;
    EXPECT_EQ(runner.result()->preset["edits"].size(), 1u);
    EXPECT_EQ(runner.result()->preset["kernel"]["type"], "first_order");
}

TEST(Runner, BadPresetsAreRefusedAtOnce) {
    RunRunner runner;
    Json bad = small_run();
    bad["path"]["n_levels"] = 0;
    EXPECT_THROW(runner.start(bad), ConfigError);
    EXPECT_EQ(runner.latest()->state, RunState::idle);
    runner.wait();
}

TEST(Runner, SnapshotsAreCompleteAndOrdered) {
    RunRunner runner;
    std::atomic<long> calls{0};
    runner.set_on_publish([&] { ++calls; });
    const long id = runner.start(small_run());
    runner.wait();
    const auto s = runner.latest();
    EXPECT_EQ(s->id, id);
    EXPECT_GE(calls.load(), 3);  // preparing, running, finished
    EXPECT_EQ(s->fraction, 1);
    ASSERT_TRUE(s->sprites && s->density && s->record->find("ess_fraction") && s->modes && s->positions &&
                s->weight_histogram && s->lorenz);
    EXPECT_EQ(s->sprites->x.size(), 300u);
    EXPECT_EQ(s->positions->size(), 13u);
    EXPECT_EQ(s->modes->size(), 13u);
    EXPECT_EQ(s->modes->front().level, 12);
    EXPECT_EQ(s->modes->back().level, 0);
    EXPECT_EQ(s->ess_fraction, runner.result()->summary["ess_fraction"].get<double>());
    EXPECT_EQ(s->log_z, runner.result()->summary["log_z"].get<double>());
}

TEST(Runner, KeepsTheSameParticlesOfTheThumbnailsHoweverItIsLookedAt) {
    std::vector<std::shared_ptr<const Snapshot>> ends;
    for (const bool stepped : {false, true}) {
        RunRunner runner;
        runner.start(small_run(), stepped);
        if (stepped) {
            wait_for(runner, RunState::paused);
            for (int i = 0; i < 7; ++i) {
                runner.step();
            }
            runner.resume();
        }
        runner.wait();
        ends.push_back(runner.latest());
    }
    const std::vector<int> levels = thumbnail_levels(12, n_thumbnails);
    for (const auto& end : ends) {
        ASSERT_TRUE(end->sights);
        ASSERT_EQ(end->sights->size(), levels.size());
    }
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const LevelSight &a = (*ends[0]->sights)[i], &b = (*ends[1]->sights)[i];
        EXPECT_EQ(a.level, levels[i]);
        EXPECT_EQ(b.level, levels[i]);
        EXPECT_EQ(a.sprites->x, b.sprites->x);
        EXPECT_EQ(a.sprites->weight, b.sprites->weight);
        EXPECT_EQ(a.density->value, b.density->value);
    }
    EXPECT_EQ(ends[0]->sights->back().sprites->x, ends[0]->sprites->x);  // the target's are those of the end
}

TEST(Runner, StormOfCommands) {
    RunRunner runner;
    std::mt19937 random(5);
    std::atomic<bool> reading{true};
    // A reader as the window is one: run ids and sequence numbers never go back.
    std::thread reader([&] {
        long run = 0, sequence = 0;
        while (reading) {
            const auto s = runner.latest();
            EXPECT_GE(s->id, run);
            EXPECT_GE(s->sequence, sequence);
            run = s->id;
            sequence = s->sequence;
            std::this_thread::yield();
        }
    });
    Json preset = small_run();
    for (int i = 0; i < 1000; ++i) {
        switch (random() % 12) {
        case 0: {
            preset = random() % 4 ? small_run() : small_exchange();
            const long id = runner.start(preset, random() % 2);
            EXPECT_EQ(runner.latest()->id, id);
            break;
        }
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
        case 6:
        case 7:
            runner.step();
            break;
        case 8:
            runner.step(StepSize::boundary);
            break;
        case 9:
            runner.set_pace(random() % 2 ? 0 : 200);
            break;
        case 10: {
            try {
                runner.edit({{"moves.step_size", 0.5 + static_cast<double>(random() % 10) / 10},
                             {"moves.n_steps", 1 + static_cast<int>(random() % 3)}});
            } catch (const ConfigError&) {
                // the run has just ended
            }
            break;
        }
        default:
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 2000));
        }
    }
    runner.set_pace(0);
    runner.start(small_run());
    runner.wait();
    EXPECT_EQ(runner.latest()->state, RunState::finished);
    reading = false;
    reader.join();
    expect_same_bits(*runner.result(), run_preset(small_run()));
}

}  // namespace
}  // namespace tempera
