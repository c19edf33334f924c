// SPDX-License-Identifier: MIT
#include "run/folder/run_folder.hpp"
#include "run/record/result.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "core/csv.hpp"
#include "core/folders.hpp"
#include "core/parallel.hpp"
#include "run/preset/preset.hpp"
#include "run/record/assertion.hpp"
#include "run/report/comparison.hpp"
#include "run/sweep/sweep.hpp"
#include "run/sweep/sweep_table.hpp"
#include "run/work/run_work.hpp"
#include "support/files.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

Json preset_with(const std::string& sampler, int n_replicates = 1) {
    Json p = parse_preset(R"({ "schema": "tempera-preset", "version": 1, "name": "result",
        "target": { "type": "gaussian_mixture", "weights": [0.6666666666666666, 0.3333333333333333], "means": [[-4, 0], [4, 0]], "sigmas": [0.25, 1.0] },
        "path": { "type": "diffusion", "n_levels": 10 }, "kernel": { "type": "second_order" }, "run": { "seed": 3 } })",
                          "result");
    p["sampler"] = Json::parse(sampler);
    p["run"]["n_replicates"] = n_replicates;
    return p;
}

const char* smc = R"({ "type": "smc", "n_particles": 200, "ess_threshold": 1.0 })";
const char* exchange =
    R"({ "type": "replica_exchange", "n_ensembles": 3, "n_scans": 30, "burn_in_fraction": 0.5, "moves_per_scan": 0, "initial": "exact" })";

struct Folder : test::ScratchFolder {
    Folder() : ScratchFolder("result") { fs::create_directories(path); }
};

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

TEST(Result, SummaryHasTheKeysOfTheContract) {
    for (const char* sampler : {smc, exchange}) {
        const Json s = run_preset(preset_with(sampler)).summary;
        for (const char* key : {"schema",
                                "version",
                                "name",
                                "status",
                                "target",
                                "path",
                                "kernel",
                                "moves",
                                "sampler",
                                "dim",
                                "n_particles",
                                "n_levels",
                                "seed",
                                "precision",
                                "threads",
                                "ranks",
                                "isa",
                                "build",
                                "ess_fraction",
                                "log_z",
                                "log_z_stderr",
                                "log_z_stderr_missing",
                                "log_z_true",
                                "log_z_error",
                                "log_weight_variance",
                                "log_weight_max",
                                "mode_weights",
                                "mode_weight_mae",
                                "sliced_w2",
                                "n_resamplings",
                                "unique_ancestor_fraction",
                                "acceptance",
                                "replica_exchange",
                                "evaluations",
                                "failures",
                                "seconds",
                                "warnings"}) {
            EXPECT_TRUE(s.contains(key)) << key;
        }
        EXPECT_EQ(s["status"], "finished");
        EXPECT_NEAR(s["log_z_error"].get<double>(), s["log_z"].get<double>() - s["log_z_true"].get<double>(),
                    1e-15);
    }
    const Json e = run_preset(preset_with(exchange)).summary["replica_exchange"];
    for (const char* key :
         {"swap_rejection", "min_swap_acceptance", "communication_barrier", "round_trips_per_scan",
          "predicted_round_trips_per_scan", "log_z_stepping_stone", "log_z_bar", "mode_weight_bias"}) {
        EXPECT_TRUE(e.contains(key)) << key;
    }
}

TEST(Result, ReplicatesGiveMeansAndDeviations) {
    const Json s = run_preset(preset_with(smc, 5)).summary;
    ASSERT_EQ(s["replicates"].size(), 5u);
    double mean = 0, square = 0;
    for (const Json& r : s["replicates"]) {
        mean += r["log_z"].get<double>() / 5;
        EXPECT_TRUE(r.contains("sliced_w2"));
    }
    for (const Json& r : s["replicates"]) {
        square += std::pow(r["log_z"].get<double>() - mean, 2) / 4;
    }
    EXPECT_NEAR(s["log_z"].get<double>(), mean, 1e-12);
    EXPECT_NEAR(s["log_z_sd"].get<double>(), std::sqrt(square), 1e-12);
    EXPECT_NEAR(s["log_z_stderr"].get<double>(), std::sqrt(square / 5), 1e-12);
    EXPECT_NEAR(s["mode_weights"]["weighted_stderr"][0].get<double>(),
                s["mode_weights"]["weighted_sd"][0].get<double>() / std::sqrt(5), 1e-12);
    EXPECT_EQ(s["seed"], 3);
    EXPECT_EQ(s["mode_weights"]["weighted"].size(), 2u);
    EXPECT_EQ(s["mode_weights"]["weighted_sd"].size(), 2u);
    EXPECT_NE(s["replicates"][0]["log_z"], s["replicates"][1]["log_z"]);
    // replicate 0 alone is the single run
    EXPECT_EQ(run_preset(preset_with(smc)).summary["log_z"], s["replicates"][0]["log_z"]);
}

TEST(Result, FolderReadBackIsTheSame) {
    for (const char* sampler : {smc, exchange}) {
        const Folder folder;
        const RunResult r = run_preset(preset_with(sampler));
        write_run_folder(r, folder.path / "run", {"csv", "svg", "html"}, false);
        const RunResult back = read_run_folder(folder.path / "run");
        // but for the folder that it was read from
        EXPECT_EQ(preset_difference(back.preset, r.preset), std::vector<std::string>());
        EXPECT_EQ(back.summary, r.summary);
        EXPECT_EQ(back.dim, r.dim);
        EXPECT_EQ(back.first.x, r.first.x);
        EXPECT_EQ(back.first.log_weight, r.first.log_weight);
        EXPECT_EQ(back.first.mode, r.first.mode);
        EXPECT_EQ(back.first.ancestor, r.first.ancestor);
        EXPECT_EQ(back.first.genealogy, r.first.genealogy);
        ASSERT_EQ(back.first.record.series.size(), r.first.record.series.size());
        for (std::size_t i = 0; i < r.first.record.series.size(); ++i) {
            const Series &a = r.first.record.series[i], &b = back.first.record.series[i];
            EXPECT_EQ(a.name, b.name);
            EXPECT_EQ(a.x, b.x) << a.name;
            ASSERT_EQ(a.y.size(), b.y.size()) << a.name;
            for (std::size_t k = 0; k < a.y.size(); ++k) {
                EXPECT_TRUE(a.y[k] == b.y[k] || (std::isnan(a.y[k]) && std::isnan(b.y[k]))) << a.name;
            }
        }
        EXPECT_EQ(back.first.modes.size(), r.first.modes.size());
        EXPECT_EQ(back.first.exchange != nullptr, r.first.exchange != nullptr);
        EXPECT_EQ(back.mode_names, r.mode_names);
        EXPECT_EQ(resolve_preset(back.preset)["path"], resolve_preset(r.preset)["path"]);
        EXPECT_TRUE(fs::exists(folder.path / "run" / "report.html"));
        // nothing but the run itself: no temporary names
        EXPECT_EQ(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()), 1);
        const auto rows = parse_csv(text_of(folder.path / "run" / "samples.csv"));
        ASSERT_EQ(rows.size(), r.first.log_weight.size() + 1);
        EXPECT_EQ(rows[0], (std::vector<std::string>{"x0", "x1", "log_weight", "mode", "ancestor"}));
        EXPECT_EQ(parse_csv_number(rows[7][1]), r.first.x[13]);
    }
}

TEST(Result, FoldersAreNeverOverwrittenSilently) {
    const Folder folder;
    const RunResult r = run_preset(preset_with(smc));
    const fs::path run = folder.path / "run";
    EXPECT_EQ(free_folder(run), run);
    write_run_folder(r, run, {}, false);
    EXPECT_EQ(free_folder(run).filename(), "run-2");
    EXPECT_THROW(write_run_folder(r, run, {}, false), ConfigError);
    write_run_folder(r, run, {}, true);
    fs::create_directories(folder.path / "other");
    std::ofstream(folder.path / "other" / "precious.txt") << "x";
    EXPECT_THROW(write_run_folder(r, folder.path / "other", {}, true), ConfigError);
    EXPECT_TRUE(fs::exists(folder.path / "other" / "precious.txt"));
    EXPECT_THROW(read_run_folder(folder.path / "other"), ConfigError);
}

TEST(Result, ProgramsThatWriteAtOnceLoseNothing) {
    const Folder folder;
    const RunResult r = run_preset(preset_with(smc));
    std::atomic<int> ready{0}, refused{0};
    std::vector<std::string> names(8);
    {
        std::vector<std::jthread> writers;
        for (std::size_t i = 0; i < names.size(); ++i) {
            writers.emplace_back([&, i] {
                for (++ready; ready < 8;) {
                }
                names[i] = add_run_folder(r, folder.path / "run", {}).filename().string();
                try {
                    write_run_folder(r, folder.path / "only", {}, false);
                } catch (const ConfigError&) {
                    ++refused;
                }
                write_run_folder(r, folder.path / "last", {}, true);
            });
        }
    }
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 8u);
    for (const std::string& name : names) {
        EXPECT_NO_THROW(read_run_folder(folder.path / name)) << name;
    }
    EXPECT_EQ(refused, 7);
    EXPECT_NO_THROW(read_run_folder(folder.path / "only"));
    EXPECT_NO_THROW(read_run_folder(folder.path / "last"));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()), 10);
}

TEST(Result, SameBitsForAnyNumberOfThreads) {
    for (const char* sampler : {smc, exchange}) {
        std::vector<RunResult> runs;
        for (int threads : {1, 2, 3}) {
            set_thread_count(threads);
            runs.push_back(run_preset(preset_with(sampler, 2)));
        }
        set_thread_count(0);
        for (const RunResult& r : runs) {
            EXPECT_EQ(r.first.x, runs[0].first.x);
            EXPECT_EQ(r.summary["log_z"], runs[0].summary["log_z"]);
            EXPECT_EQ(r.summary["mode_weights"], runs[0].summary["mode_weights"]);
        }
    }
}

TEST(Result, StopGivesAPartialResult) {
    std::stop_source stop;
    DriveOptions callbacks;
    callbacks.stop = stop.get_token();
    callbacks.progress = [&](double fraction, const std::string&) {
        if (fraction > 0) {
            stop.request_stop();
        }
    };
    Json preset = preset_with(R"({ "type": "smc", "n_particles": 100000 })");
    preset["path"]["n_levels"] = 400;
    const RunResult r = run_preset(preset, callbacks);
    EXPECT_EQ(r.summary["status"], "partial");
    EXPECT_EQ(r.first.log_weight.size(), 100000u);
    EXPECT_TRUE(r.summary["mode_weight_mae"].is_null());
}

TEST(Assertion, ComparesKeysAndNamesUnknownOnes) {
    const Json s = Json::parse(
        R"({"ess_fraction": 0.5, "log_z_error": -0.25, "status": "finished", "acceptance": null, "mode_weights": {"weighted": [0.7, 0.3]}})");
    EXPECT_TRUE(holds(s, "ess_fraction > 0.4"));
    EXPECT_FALSE(holds(s, "ess_fraction > 1.5"));
    EXPECT_TRUE(holds(s, "abs(log_z_error)<=0.25"));
    EXPECT_FALSE(holds(s, "abs(log_z_error) < 0.25"));
    EXPECT_TRUE(holds(s, "log_z_error < 0"));
    EXPECT_TRUE(holds(s, "status == finished"));
    EXPECT_FALSE(holds(s, "acceptance > 0"));
    EXPECT_TRUE(holds(s, "mode_weights.weighted[0] == 0.7"));
    for (const char* bad : {"ess_fracton > 0.5", "ess_fraction", "ess_fraction >", "> 1",
                            "abs(ess_fraction > 1", "status > finished", ""}) {
        EXPECT_THROW(holds(s, bad), ConfigError) << bad;
    }
    try {
        holds(s, "ess_fracton > 0.5");
    } catch (const ConfigError& error) {
        EXPECT_NE(std::string(error.what()).find("ess_fraction"), std::string::npos);
    }
}

TEST(Sweep, RunsEveryCellOnceAndResumes) {
    const Folder folder;
    const SweepPlan plan =
        plan_sweep(preset_with(smc), {"path.n_levels=4,8", "kernel.type=first_order,second_order"}, 2);
    ASSERT_EQ(plan.cells.size(), 8u);
    EXPECT_EQ(plan.cells[1].seed, 4);
    SweepOptions options;
    options.folder = folder.path / "sweep";
    const SweepResult whole = run_sweep(plan, options);
    EXPECT_TRUE(whole.complete);
    EXPECT_EQ(parse_csv(sweep_csv(plan, whole.summaries)).size(), 9u);
    fs::remove(options.folder / "cells" / "00003.json");
    options.resume = true;
    int ran = 0;
    options.progress = [&](long, long) { ++ran; };
    run_sweep(plan, options);
    EXPECT_EQ(ran, 1);
    EXPECT_THROW(plan_sweep(preset_with(smc), {"path.n_levels=0,8"}, 1), ConfigError);
    EXPECT_THROW(plan_sweep(preset_with(smc), {}, 1), ConfigError);
}

TEST(Comparison, TableAndOverlays) {
    const std::vector<RunResult> runs = {run_preset(preset_with(smc)), run_preset(preset_with(smc))};
    const Comparison c = compare_runs(runs, {"a", "b"});
    EXPECT_EQ(c.rows.size(), 3u);
    EXPECT_NE(c.table.find("ESS"), std::string::npos);
    EXPECT_FALSE(c.figures.empty());
    EXPECT_NE(comparison_html(c).find("<svg"), std::string::npos);
}

}  // namespace
}  // namespace tempera
