// SPDX-License-Identifier: MIT
// A stop within a slow level: soon, with the state of the last whole one.
#include "run/work/take_back.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "core/parallel.hpp"
#include "run/preset/preset.hpp"
#include "run/work/replicate_run.hpp"

namespace tempera {
namespace {

/// A step in which a stop is requested as its first block ends: no clock decides.
struct Stepping {
    std::stop_source stop;
    bool stops = false;
    std::vector<double> values = std::vector<double>(64);
    double steps = 0;

    void advance() {
        parallel_for(static_cast<int>(values.size()), [&](int i) {
            values[static_cast<std::size_t>(i)] += 1;
            if (stops) {
                stop.request_stop();
            }
        });
        ++steps;
    }
    bool at_boundary() const { return true; }
    void archive(StateArchive& archive) {
        archive("values", values);
        archive("steps", steps);
    }
};

TEST(TakeBack, AStopWithinAStepLeavesTheStateBeforeIt) {
    Stepping object;
    TakeBack take_back;
    const std::stop_token token = object.stop.get_token();
    object.stops = true;
    EXPECT_FALSE(take_back.advance(object, token)) << "nothing is known of the first step: it may be slow";
    EXPECT_EQ(object.steps, 0);
    EXPECT_EQ(object.values, std::vector<double>(64));
}

TEST(TakeBack, QuickStepsAreFinished) {
    Stepping object;
    TakeBack take_back;
    const std::stop_token token = object.stop.get_token();
    EXPECT_TRUE(take_back.advance(object, token));
    object.stops = true;
    EXPECT_TRUE(take_back.advance(object, token));
    EXPECT_EQ(object.steps, 2);
    EXPECT_EQ(object.values, std::vector<double>(64, 2.0));
}

Json large_preset(const std::string& sampler) {
    Json p = {{"schema", "tempera-preset"},
              {"version", 1},
              {"name", "large"},
              {"target", {{"type", "two_mode"}, {"dim", 48}}},
              {"path", {{"type", "diffusion"}, {"n_levels", 4}}},
              {"kernel", {{"type", "second_order"}}},
              {"moves", {{"type", "mala"}, {"n_steps", 1}}},
              {"sampler", {{"type", sampler}, {"n_particles", 6000}}},
              {"run", {{"seed", 3}}}};
    if (sampler == "replica_exchange") {
        p["sampler"] = {{"type", sampler}, {"n_ensembles", 1200}, {"n_scans", 2}};
    }
    return p;
}

Npz state_of(ReplicateRun<double>& run) {
    StateArchive archive;
    run.archive(archive);
    return archive.take();
}

void expect_same(const Npz& a, const Npz& b, const char* when) {
    ASSERT_EQ(a.size(), b.size());
    for (const auto& [name, array] : a) {
        if (name.find("seconds") == std::string::npos) {
            EXPECT_EQ(array.bytes, b.at(name).bytes) << name << " " << when;
        }
    }
}

/// Every sampler, stopped at some time within every move: the state is the one before, or the move was done;
/// what follows has the bits of a run that nobody stopped.
TEST(TakeBack, RunsGoOnFromItWithTheSameBits) {
    for (const char* sampler : {"ais", "smc", "replica_exchange"}) {
        const auto experiment = build_experiment<double>(resolve_preset(large_preset(sampler)));
        ReplicateRun<double> whole(experiment, 0, true), stopped(experiment, 0, true);
        whole.start(), stopped.start();
        int taken_back = 0;
        while (!whole.finished()) {
            const Npz before = state_of(stopped);
            TakeBack take_back;  // knows nothing: every move may be slow
            std::stop_source stop;
            const Stopwatch watch;
            whole.advance();
            const double seconds = watch.seconds();
            std::jthread clock([&] {
                std::this_thread::sleep_for(std::chrono::duration<double>(0.3 * seconds));
                stop.request_stop();
            });
            if (!take_back.advance(stopped, stop.get_token())) {
                ++taken_back;
                expect_same(before, state_of(stopped), "as it was taken back");
                EXPECT_TRUE(take_back.advance(stopped, std::stop_token()));
            }
        }
        EXPECT_GT(taken_back, 0) << sampler;
        EXPECT_TRUE(stopped.finished());
        expect_same(state_of(whole), state_of(stopped), sampler);
    }
}

TEST(TakeBack, PreparationsStopBetweenTwoBlocks) {
    Json p = large_preset("smc");
    p["path"]["schedule"] = {{"type", "equal_rejection"}};
    p["path"]["n_levels"] = 64;
    std::stop_source stop;
    std::jthread clock([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        stop.request_stop();
    });
    EXPECT_THROW(build_experiment<double>(resolve_preset(p), stop.get_token()), Stopped);
}

}  // namespace
}  // namespace tempera
