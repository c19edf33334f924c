// SPDX-License-Identifier: MIT
// Steering: whatever is paused, edited, kept, taken up and refused, the bits are those of the work itself.
#include "run/work/work.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "core/npy.hpp"
#include "run/work/run_keeper.hpp"
#include "run/work/waiting_edits.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;
using test::facts, test::ScratchFolder, test::small_run, test::take_steps, test::wait_until;

bool paused(const WorkView& view) { return view.state == RunState::paused; }

std::vector<std::string> warning_ids(const RunResult& result) {
    std::vector<std::string> ids;
    for (const Json& w : result.summary["warnings"]) {
        ids.push_back(w["id"].get<std::string>());
    }
    return ids;
}

/// Steps of the state that stands in a folder; -1 where there is none.
double kept_steps(const fs::path& folder) {
    const fs::path file = folder / "state.npz";
    return fs::exists(file) ? read_npz(file).at("work.steps").to_doubles().at(0) : -1;
}

/// Six steps (a level and a half), a warm and a hot edit at the same place of the run, and the rest. With
/// `kill`, the state after two more steps goes on in another runner.
std::shared_ptr<const Snapshot> edited_run(const fs::path& folder, bool kill, Json& outcome) {
    auto runner = std::make_unique<RunRunner>();
    runner->keep_states(folder, 1e-9);
    runner->start(small_run(), true);
    EXPECT_TRUE(wait_until(*runner, paused));
    take_steps(*runner, 6);
    runner->edit({{"moves.n_steps", 5}});
    runner->edit({{"moves.step_size", 0.4}});
    EXPECT_TRUE(wait_until(*runner, [](const WorkView& v) { return v.edits.size() == 1; }));
    take_steps(*runner, 3);
    if (kill) {
        // What a killed program leaves is what stands in the folder while it runs.
        const fs::path left = folder.string() + ".left";
        EXPECT_TRUE(wait_until(*runner, [&](const WorkView&) { return kept_steps(folder) == 9; }));
        fs::copy(folder, left, fs::copy_options::recursive);
        runner = std::make_unique<RunRunner>();
        runner->keep_states(left, 1e9);
        runner->take_up(kept_run(left), true);
        EXPECT_TRUE(wait_until(*runner, paused));
        EXPECT_EQ(runner->latest()->steps_done, 9);
    }
    runner->resume();
    runner->wait();
    EXPECT_EQ(runner->latest()->state, RunState::finished) << runner->latest()->error;
    outcome = runner->result() ? facts(*runner->result()) : Json();
    fs::remove_all(folder.string() + ".left");
    return runner->latest();
}

TEST(Work, AnEditedRunThatIsKilledAndTakenUpIsTheRunThatWasNot) {
    const ScratchFolder folder("work");
    Json whole, killed;
    const auto a = edited_run(folder.path, false, whole);
    const auto b = edited_run(folder.path, true, killed);
    EXPECT_EQ(whole, killed);
    for (const auto& end : {a, b}) {
        // The hot edit took effect at once, the warm one at the next level, and neither undid the other.
        EXPECT_EQ((*end->preset)["moves"]["step_size"], 0.4);
        EXPECT_EQ((*end->preset)["moves"]["n_steps"], 5);
        ASSERT_EQ(end->edits.size(), 2u);
        EXPECT_EQ(end->edits[0].text, "moves.step_size 1.0 -> 0.4");
        EXPECT_EQ(end->edits[0].move, 6);
        EXPECT_EQ(end->edits[1].text, "moves.n_steps 3 -> 5");
        EXPECT_EQ(end->edits[1].move, 8);
        EXPECT_TRUE(end->refused.empty());
    }
    ASSERT_EQ(a->sights->size(), b->sights->size());
    for (std::size_t i = 0; i < a->sights->size(); ++i) {
        EXPECT_EQ((*a->sights)[i].level, (*b->sights)[i].level);
        EXPECT_EQ((*a->sights)[i].sprites->x, (*b->sights)[i].sprites->x);
        EXPECT_EQ((*a->sights)[i].density->value, (*b->sights)[i].density->value);
        const PointSet &p = *(*a->sights)[i].points, &q = *(*b->sights)[i].points;
        EXPECT_EQ(p.x, q.x);
        EXPECT_EQ(p.particle, q.particle);
        EXPECT_EQ(p.observables, q.observables);
        EXPECT_EQ(p.principal, q.principal);
    }
}

TEST(Work, AnEditThatWasTakenBackStillMarksTheRunAfterItIsTakenUp) {
    const ScratchFolder folder("work");
    Json preset = small_run();
    preset["run"]["n_replicates"] = 3;
    {
        RunRunner runner;
        runner.keep_states(folder.path, 1e9);
        runner.start(preset, true);
        ASSERT_TRUE(wait_until(runner, paused));
        take_steps(runner, 4);
        runner.edit({{"moves.step_size", 0.4}});
        ASSERT_TRUE(wait_until(runner, [](const WorkView& v) { return v.edits.size() == 1; }));
        take_steps(runner, 1);
        runner.edit({{"moves.step_size", 1.0}});
        ASSERT_TRUE(wait_until(runner, [](const WorkView& v) { return v.edits.size() == 2; }));
    }
    RunRunner runner;
    runner.keep_states(folder.path, 1e9);
    runner.take_up(preset);
    runner.wait();
    ASSERT_EQ(runner.latest()->state, RunState::finished) << runner.latest()->error;
    EXPECT_EQ(runner.latest()->edits.size(), 2u);
    const std::vector<std::string> ids = warning_ids(*runner.result());
    EXPECT_EQ(std::count(ids.begin(), ids.end(), std::string("edited")), 1);
    EXPECT_EQ(runner.result()->summary["status"], "finished");
    EXPECT_FALSE(runner.result()->summary.contains("replicates")) << "they would not repeat it";
}

TEST(Work, TheOtherReplicatesPauseButTakeNoEdits) {
    const test::FewThreads two(2);
    Json preset = small_run();
    preset["run"]["n_replicates"] = 150;
    RunRunner runner;
    runner.start(preset, true);
    ASSERT_TRUE(wait_until(runner, paused));
    take_steps(runner, 13, StepSize::boundary);  // twelve levels, then some replicates
    const double before = runner.latest()->fraction;
    EXPECT_GT(before, 1.0 / 150);
    ASSERT_LT(before, 1) << "there must be something left to pause";
    runner.edit({{"moves.step_size", 0.4}});
    ASSERT_TRUE(wait_until(runner, [](const WorkView& v) { return !v.refused.empty(); }));
    EXPECT_NE(runner.latest()->refused[0].why.find("next run"), std::string::npos);
    EXPECT_EQ(runner.latest()->refused[0].text, "moves.step_size 1.0 -> 0.4");
    EXPECT_EQ(runner.latest()->state, RunState::paused);
    EXPECT_EQ(runner.latest()->fraction, before);
    runner.resume();
    runner.wait();
    ASSERT_EQ(runner.latest()->state, RunState::finished) << runner.latest()->error;
    EXPECT_EQ((*runner.latest()->preset)["moves"]["step_size"], 1.0);
    EXPECT_EQ(facts(*runner.result()), facts(run_preset(preset)));
}

struct CountView final : WorkView {
    std::shared_ptr<WorkView> copy() const override { return std::make_shared<CountView>(*this); }
};

/// Counts to a hundred; refuses a step size above 2; its state takes as long as the test wants.
class Counting final : public Work {
public:
    Counting(Json preset, std::function<void()> on_keep)
        : preset_(std::move(preset)), on_keep_(std::move(on_keep)) {}
    void start() override {}
    void advance() override { ++steps_; }
    bool finished() const override { return steps_ >= 100; }
    bool at_boundary() const override { return steps_ % 10 == 0; }
    WorkProgress progress() const override { return {static_cast<double>(steps_) / 100, ""}; }
    const Json& preset() const override { return preset_; }
    void apply(const Edits& edits) override {
        const Json wanted = with_edits(preset_, edits);
        if (wanted["moves"]["step_size"].get<double>() > 2) {
            throw ConfigError("moves.step_size", "is too large for this path");
        }
        edits_.push_back({steps_, 0, edit_text(preset_, edits)});
        preset_ = wanted;
    }
    void archive(StateArchive& archive) override {
        if (on_keep_) {
            on_keep_();
        }
        archive("steps", steps_);
    }
    std::shared_ptr<WorkView> view(bool) override {
        auto v = std::make_shared<CountView>();
        v->preset = std::make_shared<Json>(preset_);
        v->steps_done = steps_;
        v->edits = edits_;
        return v;
    }
    std::shared_ptr<WorkResult> result(const Ending&) override { return nullptr; }

private:
    Json preset_;
    std::function<void()> on_keep_;
    std::vector<AppliedEdit> edits_;
    long steps_ = 0;
};

using CountRunner = RunnerOf<CountView, WorkResult>;

Runner::Make counting(std::function<void()> on_keep = {}) {
    return [on_keep](const Json& preset, const std::stop_token&) {
        return std::make_unique<Counting>(preset, on_keep);
    };
}

TEST(Work, AnEditThatCannotBeAppliedIsRefusedAndTheWorkGoesOn) {
    CountRunner runner;
    runner.start(small_run(), counting(), true);
    ASSERT_TRUE(wait_until(runner, paused));
    take_steps(runner, 3);
    runner.edit({{"moves.n_steps", 7}});      // waits for the boundary
    runner.edit({{"moves.step_size", 3.0}});  // is checked by the work alone
    ASSERT_TRUE(wait_until(runner, [](const WorkView& v) { return !v.refused.empty(); }));
    EXPECT_EQ(runner.latest()->state, RunState::paused);
    EXPECT_EQ(runner.latest()->refused[0].text, "moves.step_size 1.0 -> 3.0");
    EXPECT_NE(runner.latest()->refused[0].why.find("too large"), std::string::npos);
    EXPECT_EQ(runner.latest()->refused[0].edits[0].place, "moves.step_size");
    EXPECT_TRUE(runner.latest()->edits.empty());
    // The same value is a new edit after it was refused: nothing pretends that the run has it.
    runner.edit({{"moves.step_size", 3.0}});
    ASSERT_TRUE(wait_until(runner, [](const WorkView& v) { return v.refused.size() == 2; }));
    runner.edit({{"moves.step_size", 2.0}});
    ASSERT_TRUE(wait_until(runner, [](const WorkView& v) { return v.edits.size() == 1; }));
    runner.resume();
    runner.wait();
    EXPECT_EQ(runner.latest()->state, RunState::finished) << runner.latest()->error;
    EXPECT_EQ((*runner.latest()->preset)["moves"]["n_steps"], 7);
    EXPECT_EQ((*runner.latest()->preset)["moves"]["step_size"], 2.0);
    ASSERT_EQ(runner.latest()->edits.size(), 2u);
    EXPECT_EQ(runner.latest()->edits[0].move, 3);
    EXPECT_EQ(runner.latest()->edits[1].move, 10);
}

TEST(Work, WhatNoStepFollowsIsReportedAndNotForgotten) {
    CountRunner runner;
    runner.start(small_run(), counting(), true);
    ASSERT_TRUE(wait_until(runner, paused));
    take_steps(runner, 95);
    runner.edit({{"moves.n_steps", 7}});  // warm: the boundary that it waits for is the end
    runner.resume();
    runner.wait();
    EXPECT_TRUE(runner.latest()->edits.empty());
    ASSERT_EQ(runner.latest()->refused.size(), 1u);
    EXPECT_EQ(runner.latest()->refused[0].text, "moves.n_steps 3 -> 7");
    EXPECT_EQ((*runner.latest()->preset)["moves"]["n_steps"], 3);
}

TEST(Work, CommandsOfTheNextWorkAreNotEatenByTheOldOne) {
    const ScratchFolder folder("work");
    CountRunner runner;
    runner.keep_states(folder.path, 1e-9);
    std::latch keeping(1), released(1);
    std::atomic<bool> first{true};
    runner.start(small_run(), counting([&] {
                     if (first.exchange(false)) {  // between its look at the stop and its look at commands
                         keeping.count_down();
                         released.wait();
                     }
                 }));
    keeping.wait();
    const long next = runner.start(small_run(), counting(), true);
    runner.edit({{"moves.step_size", 0.5}});
    runner.step();
    released.count_down();
    ASSERT_TRUE(wait_until(runner, [&](const WorkView& v) { return v.id == next && v.steps_done == 1; }));
    EXPECT_EQ((*runner.latest()->preset)["moves"]["step_size"], 0.5);
    EXPECT_EQ(runner.latest()->edits.size(), 1u);
}

TEST(Edits, LeadFromOnePresetToTheOther) {
    const Json from = resolve_preset(small_run());
    Json to = from;
    to["moves"]["step_size"] = 0.5;
    to["kernel"] = Json{{"type", "transport_midpoint"}, {"log_det", "exact"}};
    to["sampler"]["resampling"] = "stratified";
    to = resolve_preset(to);
    const Edits edits = edits_between(from, to);
    ASSERT_EQ(edits.size(), 3u);
    EXPECT_EQ(edits[0].place, "kernel") << "a new method comes whole";
    EXPECT_EQ(edits[1].place, "moves.step_size");
    EXPECT_EQ(with_edits(from, edits), to);
    EXPECT_EQ(with_edits(to, edits_between(to, from)), from);
    EXPECT_TRUE(edits_between(from, from).empty());
    EXPECT_EQ(edit_text(from, edits_between(from, from)), "");
    EXPECT_EQ(resolve_preset(with_edits(from, {{"kernel.type", "first_order"}}))["kernel"]["type"],
              "first_order");
}

TEST(Edits, ALaterOneTakesThePlaceOfOneThatWaits) {
    WaitingEdits edits(resolve_preset(small_run()));
    EXPECT_FALSE(edits.accept({{"moves.n_steps", 3}})) << "it is so already";
    EXPECT_TRUE(edits.accept({{"moves.n_steps", 4}, {"moves.step_size", 0.5}}));
    EXPECT_TRUE(edits.accept({{"moves.step_size", 0.7}}));
    auto due = edits.due(false);
    ASSERT_EQ(due.size(), 1u);
    EXPECT_EQ(due[0].text, "moves.step_size 1.0 -> 0.7");
    edits.settle(with_edits(resolve_preset(small_run()), due[0].edits));
    due = edits.due(true);
    ASSERT_EQ(due.size(), 1u);
    ASSERT_EQ(due[0].edits.size(), 1u) << "the step size was set anew since";
    EXPECT_EQ(due[0].edits[0].place, "moves.n_steps");
}

TEST(Edits, ASettingOfAMethodThatWaitsWaitsWithIt) {
    WaitingEdits edits(resolve_preset(small_run()));
    EXPECT_TRUE(edits.accept({{"moves.type", "hmc"}}));
    EXPECT_TRUE(edits.accept({{"moves.step_size", 0.5}}));
    EXPECT_TRUE(edits.due(false).empty());
    EXPECT_EQ(edits.due(true).size(), 2u);
    EXPECT_EQ(edits.close().size(), 0u);
    EXPECT_THROW(edits.accept({{"moves.step_size", 0.6}}), ConfigError);
}

}  // namespace
}  // namespace tempera
