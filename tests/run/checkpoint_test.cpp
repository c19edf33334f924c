// SPDX-License-Identifier: MIT
#include "run/work/checkpoint.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "core/errors.hpp"
#include "run/preset/preset.hpp"
#include "run/record/result.hpp"
#include "run/work/run_work.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

Json preset_with(const char* sampler, int n_replicates) {
    Json p = parse_preset(R"({ "schema": "tempera-preset", "version": 1, "name": "checkpoint",
        "target": { "type": "gaussian_mixture", "weights": [0.6666666666666666, 0.3333333333333333], "means": [[-4, 0], [4, 0]], "sigmas": [0.25, 1.0] },
        "path": { "type": "diffusion", "n_levels": 40 }, "kernel": { "type": "second_order" }, "moves": { "type": "mala", "n_steps": 2 }, "run": { "seed": 3 } })",
                          "checkpoint");
    p["sampler"] = Json::parse(sampler);
    p["run"]["n_replicates"] = n_replicates;
    return resolve_preset(p);
}

constexpr const char* smc = R"({ "type": "smc", "n_particles": 500, "ess_threshold": 0.9 })";
constexpr const char* exchange =
    R"({ "type": "replica_exchange", "n_ensembles": 3, "n_scans": 60, "moves_per_scan": 1 })";
constexpr const char* mcmc =
    R"({ "type": "mcmc", "n_chains": 4, "n_steps": 400, "burn_in": 100, "thin": 2 })";

struct Folder : test::ScratchFolder {
    Folder() : ScratchFolder("checkpoint") {}
};

Json without_seconds(Json summary) {
    summary.erase("seconds");
    if (summary.contains("replicates")) {
        for (Json& r : summary["replicates"]) {
            r.erase("seconds");
        }
    }
    return summary;
}

/// Runs until a state is there, stops, and leaves the checkpoint.
void interrupt(const Json& preset, const fs::path& folder) {
    RunCheckpoint checkpoint(folder, preset, 1e-9, RunCheckpoint::Mode::begin);
    std::stop_source stop;
    const std::jthread watcher([&](const std::stop_token& end) {
        while (!end.stop_requested() && !fs::exists(folder / "state.npz")) {
        }
        stop.request_stop();
    });
    run_preset(preset, {{}, stop.get_token(), &checkpoint});
}

/// Times that the clock cannot add must not become times that are over.
TEST(Checkpoint, NoStateIsDueEarlyHoweverLongTheTime) {
    for (const double seconds : {0.0, 60.0, 1e9, 9.3e9, 1e18, 1e300}) {
        RunCheckpoint::Timer timer(seconds);
        EXPECT_FALSE(timer.due()) << seconds;
        timer.written(std::chrono::steady_clock::now());
        EXPECT_FALSE(timer.due()) << seconds;
    }
}

TEST(Checkpoint, AnInterruptedRunGoesOnWithTheSameBits) {
    for (const char* sampler : {smc, exchange, mcmc}) {
        for (const int n_replicates : {1, 4}) {
            const Folder folder;
            const Json preset = preset_with(sampler, n_replicates);
            const RunResult whole = run_preset(preset);
            interrupt(preset, folder.path);
            ASSERT_TRUE(fs::exists(folder.path / "checkpoint.json"));
            RunCheckpoint checkpoint(folder.path, preset, 60, RunCheckpoint::Mode::go_on);
            EXPECT_EQ(checkpoint.warning(), "");
            const RunResult rest = run_preset(preset, {{}, {}, &checkpoint});
            EXPECT_EQ(without_seconds(rest.summary), without_seconds(whole.summary));
            EXPECT_EQ(rest.first.x, whole.first.x);
            EXPECT_EQ(rest.first.log_weight, whole.first.log_weight);
            EXPECT_EQ(rest.first.genealogy, whole.first.genealogy);
            ASSERT_EQ(rest.first.modes.size(), whole.first.modes.size());
            for (std::size_t i = 0; i < rest.first.modes.size(); ++i) {
                EXPECT_EQ(rest.first.modes[i].level, whole.first.modes[i].level);
                EXPECT_EQ(rest.first.modes[i].weighted, whole.first.modes[i].weighted);
            }
            checkpoint.remove();
            EXPECT_FALSE(fs::exists(folder.path));
        }
    }
}

TEST(Checkpoint, ReplicatesGoOnWhereverTheyWereStopped) {
    const test::FewThreads one(1);
    const Json preset = preset_with(R"({ "type": "smc", "n_particles": 100, "ess_threshold": 0.9 })", 300);
    const Json whole = without_seconds(run_preset(preset).summary);
    constexpr int of_the_first = 40 * 3;  // a transition and two moves at each level
    for (const int n_steps : {50, of_the_first, of_the_first + 1, of_the_first + 2}) {
        const Folder folder;
        {
            RunCheckpoint checkpoint(folder.path, preset, 0, RunCheckpoint::Mode::begin);
            const std::unique_ptr<Work> work = make_run_work(preset, false, {});
            work->start();
            int left = n_steps;
            ASSERT_FALSE(advance_to_end(*work, [&] { return left-- > 0; }));
            checkpoint.save(*work);
        }
        RunCheckpoint checkpoint(folder.path, preset, 0, RunCheckpoint::Mode::go_on);
        EXPECT_EQ(without_seconds(run_preset(preset, {{}, {}, &checkpoint}).summary), whole) << n_steps;
    }
}

TEST(Checkpoint, OneWithoutWorkIsInNobodysWay) {
    const Folder folder;
    const Json preset = preset_with(smc, 1);
    {
        const RunCheckpoint unused(folder.path, preset, 1, RunCheckpoint::Mode::begin);
    }
    EXPECT_FALSE(fs::exists(folder.path));
    fs::create_directories(folder.path);  // what a program leaves that ends at once
    std::ofstream(folder.path / "checkpoint.json") << "{";
    EXPECT_NO_THROW(RunCheckpoint(folder.path, preset, 1, RunCheckpoint::Mode::begin));
}

TEST(Checkpoint, ForeignDamagedAndUsedOnesAreRefused) {
    const Folder folder;
    const Json preset = preset_with(smc, 1);
    interrupt(preset, folder.path);
    using Mode = RunCheckpoint::Mode;
    EXPECT_THROW(RunCheckpoint(folder.path, preset, 1, Mode::begin), ConfigError);
    Json other = preset;
    other["run"]["seed"] = 4;
    try {
        RunCheckpoint(folder.path, other, 1, Mode::go_on);
        ADD_FAILURE() << "a checkpoint of another preset was taken";
    } catch (const ConfigError& error) {
        EXPECT_NE(std::string(error.what()).find("run.seed"), std::string::npos) << error.what();
    }
    {
        const RunCheckpoint mine(folder.path, preset, 1, Mode::go_on);
        EXPECT_THROW(RunCheckpoint(folder.path, preset, 1, Mode::go_on), ConfigError);
        EXPECT_THROW(RunCheckpoint(folder.path, preset, 1, Mode::start_again), ConfigError);
    }
    Json shown = preset;
    shown["note"] = "told otherwise";
    shown["view"]["theme"] = "dark";
    shown["run"]["checkpoint_seconds"] = 7;
    EXPECT_NO_THROW(RunCheckpoint(folder.path, shown, 1, Mode::go_on));
    std::ofstream(folder.path / "state.npz") << "no archive";
    {
        RunCheckpoint checkpoint(folder.path, preset, 1, Mode::go_on);
        EXPECT_THROW(run_preset(preset, {{}, {}, &checkpoint}), ConfigError);
    }
    std::ofstream(folder.path / "checkpoint.json") << "{";
    EXPECT_THROW(RunCheckpoint(folder.path, preset, 1, Mode::go_on), ConfigError);
    RunCheckpoint again(folder.path, other, 1, Mode::start_again);
    EXPECT_FALSE(again.restore(*make_run_work(other, false, {})));
}

}  // namespace
}  // namespace tempera
