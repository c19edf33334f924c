// SPDX-License-Identifier: MIT
// A runner that ends in the middle of its run, and the next one that goes on.
#include "run/work/run_keeper.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <thread>

#include "run/preset/preset.hpp"
#include "run/work/run_work.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

using test::facts, test::small_exchange, test::small_run, test::wait_until;

struct Folder : test::ScratchFolder {
    Folder() : ScratchFolder("kept") {}
};

void step(RunRunner& runner, int n) {
    for (int i = 0; i < n; ++i) {
        const long before = runner.latest()->steps_done;
        runner.step();
        ASSERT_TRUE(wait_until(runner, [&](const Snapshot& s) { return s.steps_done > before; }));
    }
}

Json whole(const Json& preset) {
    RunRunner runner;
    runner.start(preset);
    runner.wait();
    return facts(*runner.result());
}

TEST(RunKeeper, TheNextRunnerGoesOnWithTheSameBits) {
    for (const Json& preset : {small_run(), small_exchange()}) {
        for (const int n_moves : {1, 6, 17}) {
            const Folder folder;
            {
                RunRunner runner;
                runner.keep_states(folder.path, 1e9);
                runner.start(preset, true);
                step(runner, n_moves);
            }
            EXPECT_EQ(kept_run(folder.path), resolve_preset(preset));
            RunRunner runner;
            runner.keep_states(folder.path, 1e9);
            runner.take_up(preset, true);
            ASSERT_TRUE(wait_until(runner, [](const Snapshot& s) { return s.state == RunState::paused; }));
            EXPECT_EQ(runner.latest()->steps_done, n_moves);
            EXPECT_TRUE(runner.latest()->sprites);
            runner.resume();
            runner.wait();
            ASSERT_EQ(runner.latest()->state, RunState::finished) << runner.latest()->error;
            EXPECT_EQ(facts(*runner.result()), whole(preset)) << n_moves << " moves";
            EXPECT_EQ(runner.latest()->notice, "");
            EXPECT_FALSE(fs::exists(folder.path)) << "of no more use";
        }
    }
}

/// Six moves, an edit, six more, and the rest, in one runner or in two.
Json edited_run(const fs::path& folder, bool interrupted) {
    const Edits edits{{"kernel.type", "first_order"}, {"sampler.ess_threshold", 0.3}, {"moves.n_steps", 2}};
    auto runner = std::make_unique<RunRunner>();
    runner->keep_states(folder, 1e9);
    runner->start(small_run(), true);
    step(*runner, 6);
    runner->edit(edits);
    step(*runner, 6);
    EXPECT_EQ(runner->latest()->edits.size(), 1u);
    if (interrupted) {
        runner = std::make_unique<RunRunner>();
        runner->keep_states(folder, 1e9);
        runner->take_up(kept_run(folder), true);
        EXPECT_TRUE(wait_until(*runner, [](const Snapshot& s) { return s.state == RunState::paused; }));
        EXPECT_EQ((*runner->latest()->preset)["kernel"]["type"], "first_order");
        runner->edit(edits);  // nothing new
    }
    runner->resume();
    runner->wait();
    EXPECT_EQ(runner->latest()->edits.size(), 1u);
    return facts(*runner->result());
}

TEST(RunKeeper, EditsOfTheRunAreItsOwn) {
    const Folder folder;
    const Json expected = edited_run(folder.path, false);
    EXPECT_EQ(edited_run(folder.path, true), expected);
    EXPECT_NE(expected, whole(small_run()));
}

TEST(RunKeeper, ReplicatesThatWereDoneStayDone) {
    Json preset = small_run();
    preset["sampler"]["n_particles"] = 6000;
    preset["path"]["n_levels"] = 400;  // must not be over before the runner is
    preset["run"]["n_replicates"] = 6;
    const Folder folder;
    {
        RunRunner runner;
        runner.keep_states(folder.path, 1e-6);
        runner.start(preset);
        ASSERT_TRUE(
            wait_until(runner, [](const Snapshot& s) { return s.fraction > 0.4 || s.fraction == 1; }));
    }
    ASSERT_EQ(kept_run(folder.path), resolve_preset(preset));
    RunRunner runner;
    runner.keep_states(folder.path, 1e9);
    runner.take_up(preset);
    runner.wait();
    ASSERT_EQ(runner.latest()->state, RunState::finished) << runner.latest()->error;
    EXPECT_EQ(facts(*runner.result()), whole(preset));
}

TEST(RunKeeper, StatesOfRunsThatAreOverOrUnwantedGo) {
    const Folder folder;
    {
        RunRunner runner;
        runner.keep_states(folder.path, 1e-9);
        runner.start(small_run(), true);
        step(runner, 4);
        ASSERT_TRUE(wait_until(runner, [&](const Snapshot&) { return !kept_run(folder.path).is_null(); }));
        runner.cancel();
        runner.wait();
        EXPECT_FALSE(fs::exists(folder.path));
        runner.start(small_run(), true);
        step(runner, 4);
        runner.keep_states({}, 0);
    }
    EXPECT_FALSE(fs::exists(folder.path));
}

TEST(RunKeeper, AFolderThatCannotBeMadeIsNoReasonToStop) {
    const Folder folder;
    std::ofstream(folder.path) << "in the way";
    RunRunner runner;
    runner.keep_states(folder.path / "below", 1e-9);
    runner.start(small_run());
    runner.wait();
    EXPECT_EQ(runner.latest()->state, RunState::finished);
    EXPECT_NE(runner.latest()->notice.find("cannot be made"), std::string::npos) << runner.latest()->notice;
    EXPECT_TRUE(kept_run(folder.path).is_null());
}

TEST(RunKeeper, AnotherRunIsNotGoneOnWith) {
    const Folder folder;
    {
        RunRunner runner;
        runner.keep_states(folder.path, 1e9);
        runner.start(small_run(), true);
        step(runner, 3);
    }
    Json other = small_run();
    other["run"]["seed"] = 4;
    RunRunner runner;
    runner.keep_states(folder.path, 1e9);
    runner.take_up(other);
    runner.wait();
    EXPECT_EQ(runner.latest()->state, RunState::failed);
    EXPECT_NE(runner.latest()->error.find("run.seed"), std::string::npos) << runner.latest()->error;
    EXPECT_EQ(kept_run(folder.path), resolve_preset(small_run())) << "nothing is lost";
}

}  // namespace
}  // namespace tempera
