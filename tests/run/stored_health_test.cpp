// SPDX-License-Identifier: MIT
// The health of a stored run against that of the run itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "run/record/health.hpp"
#include "run/record/run_folder_snapshot.hpp"
#include "run/record/summary.hpp"
#include "samplers/pilots/adaptive_schedule.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

/// By rule: what the row of a finding shows, and its mark.
std::map<std::string, std::pair<std::string, Mark>> rows(const std::vector<HealthFinding>& findings) {
    std::map<std::string, std::pair<std::string, Mark>> out;
    for (const HealthFinding& f : findings) {
        if (f.has_row) {
            out[f.rule->id] = {f.value, f.mark};
        }
    }
    return out;
}

/// Moves that nobody accepts, on a schedule of a pilot that they have made collapse.
Json stuck_run() {
    Json p = test::small_run();
    p["path"] = {{"type", "tempering"}, {"schedule", {{"type", "equal_cess"}, {"cess", 0.9}}}};
    p["kernel"] = {{"type", "none"}};
    p["moves"]["step_size"] = 1e6;
    return p;
}

std::vector<HealthFinding> live_findings(const Json& preset) {
    RunRunner runner;
    runner.start(resolve_preset(preset));
    EXPECT_TRUE(test::wait_until(runner, [](const Snapshot& s) { return s.state == RunState::finished; }));
    return runner.latest()->findings;
}

TEST(StoredHealth, IsThatOfTheRun) {
    for (const Json& preset : {test::small_run(), test::small_exchange()}) {
        const auto live = rows(live_findings(preset));
        EXPECT_GE(live.size(), 6u);
        auto stored = rows(snapshot_of(run_preset(resolve_preset(preset))).findings);
        for (const auto& [id, row] : live) {
            if (id == "acceptance") {  // of the last level there, their mean here
                EXPECT_TRUE(stored.contains(id));
                continue;
            }
            EXPECT_EQ(stored[id].first, row.first) << id;
            if (id == "mode_weights_off" && sampler_info(preset["sampler"]).exchanges) {
                continue;  // by round trips there, by the chains' errors here, which so few scans do not tell
            }
            EXPECT_EQ(stored[id].second, row.second) << id;
        }
    }
}

Json summary_with(double log_z_error, const char* warned) {
    Json s = Json::parse(R"({"status": "finished", "n_particles": 1000, "ess_fraction": 0.6, "log_z": 0.1,
        "log_z_stderr": 0.05, "log_z_true": 0, "warnings": []})");
    s["log_z_error"] = log_z_error;
    if (*warned) {
        s["warnings"].push_back({{"id", warned}, {"text", "said then"}});
    }
    return s;
}

Mark mark_of(const Json& summary, const std::string& id) {
    for (const HealthFinding& f : stored_findings(health_numbers(summary), summary)) {
        if (f.rule->id == id) {
            return f.mark;
        }
    }
    return Mark::none;
}

TEST(StoredHealth, WarnsOfWhatTheRunWarnedOf) {
    EXPECT_EQ(mark_of(summary_with(0.1, ""), "log_z_off"), Mark::good);
    EXPECT_EQ(mark_of(summary_with(0.1, "log_z_off"), "log_z_off"), Mark::bad);
    EXPECT_EQ(mark_of(summary_with(3, ""), "log_z_off"),
              Mark::warning);  // it judged with more than is stored
    EXPECT_EQ(mark_of(summary_with(0.1, "heavy_tail"), "heavy_tail"), Mark::bad);
    EXPECT_EQ(mark_of(summary_with(0.1, "heavy_tail"), "log_z_off"), Mark::good);
}

TEST(StoredHealth, KnowsOfStuckMovesAndOfThePilot) {
    const RunResult run = run_preset(resolve_preset(stuck_run()));
    auto stored = rows(snapshot_of(run).findings), live = rows(live_findings(stuck_run()));
    for (const char* id : {"stuck_moves", "pilot_collapsed"}) {
        EXPECT_EQ(stored[id].second, Mark::bad) << id;
        EXPECT_EQ(stored[id], live[id]) << id;
    }
    EXPECT_LT(run.summary["pilot_independence"].get<double>(), PilotReport::collapsed);
    EXPECT_TRUE(run_preset(resolve_preset(test::small_run())).summary["pilot_independence"].is_null());
}

TEST(StoredHealth, KnowsOfFlooredCovariances) {
    RunResult run = run_preset(resolve_preset(test::small_run()));
    EXPECT_EQ(run.summary["failures"]["hessian_floored"], Json(0));
    run.first.summary["failures"]["hessian_floored"] = 3;
    run.first.summary["warnings"].push_back({{"id", "hessian_floored"}, {"text", "said then"}});
    const Snapshot s = snapshot_of(run);
    EXPECT_EQ(s.tally.hessian_floored, 3);
    const auto row = std::pair<std::string, Mark>("3", Mark::bad);
    EXPECT_EQ(rows(s.findings)["hessian_floored"], row);
}

TEST(StoredHealth, SaysWhyARunFailed) {
    RunResult run = run_preset(resolve_preset(test::small_run()));
    EXPECT_EQ(snapshot_of(run).error, "");
    HealthNumbers failed;
    failed.failure = "the density is infinite";
    run.summary["status"] = "failed";
    run.summary["warnings"] = warnings_json({warning_of("numerical_failure", failed)});
    const Snapshot s = snapshot_of(run);
    EXPECT_EQ(s.state, RunState::failed);
    EXPECT_EQ(s.error, "the density is infinite");
}

TEST(StoredHealth, OfReplicatesIsThatOfMostAndDoubtfulWhereOneWarns) {
    const Json good = summary_with(0.1, ""), bad = summary_with(3, "log_z_off");
    const auto combined = [](std::vector<Json> replicates) {
        for (Json& r : replicates) {
            r["mode_weights"] = nullptr;
        }
        return combine_summaries(replicates);
    };
    EXPECT_EQ(mark_of(combined({good, good, good}), "log_z_off"), Mark::good);
    EXPECT_EQ(mark_of(combined({good, bad, good}), "log_z_off"), Mark::bad);  // their mean is off
    EXPECT_EQ(mark_of(combined({bad, bad, bad}), "log_z_off"), Mark::bad);
    EXPECT_EQ(mark_of(combined({good, summary_with(0.1, "heavy_tail"), good}), "heavy_tail"), Mark::warning);
    EXPECT_EQ(mark_of(combined({good, summary_with(0.05, "log_z_off"), good}), "log_z_off"), Mark::warning);
}

}  // namespace
}  // namespace tempera
