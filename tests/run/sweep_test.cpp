// SPDX-License-Identifier: MIT
// Sweeps of named variants, with trainings and with runs that fail; reports of trainings.
#include "run/sweep/sweep.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "core/csv.hpp"
#include "run/figures/training_figures.hpp"
#include "run/preset/preset.hpp"
#include "run/report/sweep_figures.hpp"
#include "run/report/sweep_report.hpp"
#include "run/report/training_report.hpp"
#include "run/sweep/sweep_table.hpp"
#include "run/training/training_folder.hpp"
#include "support/files.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

/// A learned path with a network small enough to train at once.
Json learned_preset(const std::string& sweep) {
    Json p = parse_preset(R"({ "schema": "tempera-preset", "version": 1, "name": "variants",
        "target": { "type": "gaussian_mixture", "weights": [0.75, 0.25], "means": [[-1, 0], [1, 0]], "sigmas": [0.5, 0.5] },
        "path": { "type": "learned_diffusion", "process": "ve", "n_levels": 4, "standardise": false,
                  "schedule": { "type": "log_snr", "rho_min": 0.1, "rho_max": 5 } },
        "kernel": { "type": "second_order" }, "sampler": { "type": "ais", "n_particles": 64 },
        "model": { "type": "energy_mlp", "hidden": [8], "losses": [ { "type": "dsm", "weight": 1 } ],
                   "training": { "n_steps": 4, "batch_size": 16, "n_data": 200, "seed": 5 } },
        "run": { "seed": 3 } })",
                          "variants");
    p["sweep"] = Json::parse(sweep);
    return p;
}

const char* two_columns = R"({ "variants": {
    "sampler": [ { "name": "AIS", "set": {} },
                 { "name": "exchange", "set": { "sampler": { "type": "replica_exchange", "n_ensembles": 2, "n_scans": 12 } } } ],
    "order": [ { "name": "first", "set": { "kernel": { "type": "first_order" } } }, { "name": "second", "set": {} } ] },
    "seeds": 2, "seed_of": "model.training.seed" })";

struct Folder : test::ScratchFolder {
    Folder() : ScratchFolder("sweep") {}
};

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

TEST(SweepPlan, VariantsMultiplyInTheOrderOfTheText) {
    const SweepPlan plan = plan_sweep(learned_preset(two_columns), {}, 0);
    ASSERT_EQ(plan.columns.size(), 2u);
    EXPECT_EQ(plan.columns[0].name, "sampler");
    EXPECT_FALSE(plan.columns[0].numeric());
    ASSERT_EQ(plan.cells.size(), 8u);
    EXPECT_EQ(plan.cells[2].labels, (std::vector<std::string>{"AIS", "second"}));
    EXPECT_EQ(plan.cells[4].preset["sampler"]["type"], "replica_exchange");
    EXPECT_EQ(plan.cells[4].preset["kernel"]["type"], "first_order");
    EXPECT_EQ(plan.cells[5].preset["model"]["training"]["seed"], 6);
    EXPECT_EQ(plan.cells[5].preset["run"]["seed"], 3);
    // Kernels and samplers are nothing to a training: each training seed is trained once.
    ASSERT_EQ(plan.trainings.size(), 2u);
    EXPECT_EQ(plan.cells[0].model, plan.cells[6].model);
    EXPECT_NE(plan.cells[0].model, plan.cells[1].model);
}

TEST(SweepPlan, SeedsStayWithinWhatDoublesHold) {
    Json preset = learned_preset(two_columns);
    preset["model"]["training"]["seed"] = 9007199254740992;
    EXPECT_EQ(plan_sweep(preset, {}, 1).cells[0].preset["model"]["training"]["seed"], 9007199254740992);
    EXPECT_THROW(plan_sweep(preset, {}, 2), ConfigError);
    preset["model"]["training"]["seed"] = 9007199254740991;
    EXPECT_EQ(plan_sweep(preset, {}, 2).cells[1].preset["model"]["training"]["seed"], 9007199254740992);
}

TEST(SweepPlan, SaysWhatIsWrong) {
    const auto message = [](const std::string& sweep) {
        try {
            plan_sweep(learned_preset(sweep), {}, 0);
        } catch (const ConfigError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_NE(message(R"({ "variants": { "a": [ { "set": {} } ] } })").find("sweep.variants.a"),
              std::string::npos);
    EXPECT_NE(
        message(R"({ "variants": { "a": [ { "name": "x", "set": {} }, { "name": "x", "set": {} } ] } })")
            .find("\"x\" names two cases"),
        std::string::npos);
    EXPECT_NE(message(R"({ "variants": { "a": [] } })").find("sweep.variants.a"), std::string::npos);
    EXPECT_NE(message(R"({ "variant": {} })").find("did you mean \"variants\""), std::string::npos);
    EXPECT_NE(message(R"({ "grid": { "path.n_levels": [4] }, "seed_of": "name" })").find("sweep.seed_of"),
              std::string::npos);
    EXPECT_NE(message(R"({ "variants": { "a": [ { "name": "x", "set": { "path.n_levels": 0 } } ] } })")
                  .find("path.n_levels"),
              std::string::npos);
}

TEST(Sweep, TrainsOnceAndTellsTheLearnedWeights) {
    const Folder folder;
    const SweepPlan plan = plan_sweep(learned_preset(two_columns), {}, 0);
    SweepOptions options;
    options.folder = folder.path;
    const SweepResult result = run_sweep(plan, options);
    write_sweep_report(plan, result, folder.path, {"svg"});
    EXPECT_TRUE(result.complete);
    EXPECT_EQ(result.n_failed, 0);
    ASSERT_EQ(result.trainings.size(), 2u);
    for (const Json& s : result.summaries) {
        EXPECT_EQ(s["training"]["steps"], 4);
        EXPECT_TRUE(s["learned_path"]["max_total_variation"].is_number());
    }
    const auto means = parse_csv(text_of(folder.path / "means.csv"));
    ASSERT_EQ(means.size(), 5u);
    EXPECT_EQ(means[1][2], "2");
    for (const char* figure : {"sweep_mode_weight_mae", "sweep_learned_mode_weights", "sweep_score_error"}) {
        EXPECT_NE(text_of(folder.path / "figures" / (std::string(figure) + ".svg")).find("<svg"),
                  std::string::npos)
            << figure;
    }
    EXPECT_NE(text_of(folder.path / "report.html").find("exchange"), std::string::npos);
    const auto trained = fs::last_write_time(folder.path / "models" / "00001" / "weights.npz");
    int runs = 0;
    options.resume = true;
    options.progress = [&](long, long) { ++runs; };
    run_sweep(plan, options);
    EXPECT_EQ(runs, 0);
    EXPECT_EQ(fs::last_write_time(folder.path / "models" / "00001" / "weights.npz"), trained);
}

/// What a folder holds, file by file.
std::map<std::string, std::string> contents_of(const fs::path& folder) {
    std::map<std::string, std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            out[fs::relative(entry.path(), folder).string()] = text_of(entry.path());
        }
    }
    return out;
}

TEST(Sweep, OnlyTheSameSweepIsResumed) {
    const Folder folder;
    Json preset = learned_preset("{}");
    preset["path"]["type"] = "diffusion";
    preset["model"] = Json{{"type", "none"}};
    const std::vector<std::string> grid{"path.n_levels=4,8"};
    SweepOptions options;
    options.folder = folder.path;
    run_sweep(plan_sweep(preset, grid, 2), options);
    const auto before = contents_of(folder.path);
    options.resume = true;
    const auto refused = [&](const SweepPlan& plan) {
        try {
            run_sweep(plan, options);
            return std::string("not refused");
        } catch (const ConfigError& error) {
            EXPECT_EQ(contents_of(folder.path), before) << error.what();
            return error.problems().front().place == "--out " + folder.path.string()
                       ? std::string()
                       : std::string(error.what());
        }
    };
    EXPECT_EQ(refused(plan_sweep(preset, {"kernel.type=first_order,second_order"}, 2)), "");
    EXPECT_EQ(refused(plan_sweep(preset, {"path.n_levels=4,16"}, 2)), "");
    EXPECT_EQ(refused(plan_sweep(preset, {"path.n_levels=4"}, 2)), "");
    EXPECT_EQ(refused(plan_sweep(preset, {"path.n_levels=8,4"}, 2)), "");
    EXPECT_EQ(refused(plan_sweep(preset, grid, 3)), "");
    Json other = preset;
    other["sampler"]["n_particles"] = 65;
    EXPECT_EQ(refused(plan_sweep(other, grid, 2)), "");
    // A sweep of an earlier version left no plan: its runs tell.
    fs::remove(folder.path / "sweep.json");
    const auto old = contents_of(folder.path);
    EXPECT_THROW(run_sweep(plan_sweep(preset, {"path.n_levels=4,16"}, 2), options), ConfigError);
    EXPECT_THROW(run_sweep(plan_sweep(preset, {"path.n_levels=4"}, 2), options), ConfigError);
    EXPECT_EQ(contents_of(folder.path), old);
    Json noted = preset;
    noted["note"] = "what is only told does not make another sweep";
    int runs = 0;
    options.progress = [&](long, long) { ++runs; };
    EXPECT_TRUE(run_sweep(plan_sweep(noted, grid, 2), options).complete);
    EXPECT_EQ(runs, 0);
}

TEST(Sweep, AFolderOfSomethingElseIsNotResumed) {
    const Folder folder;
    fs::create_directories(folder.path);
    std::ofstream(folder.path / "report.html") << "of a run";
    SweepOptions options;
    options.folder = folder.path;
    options.resume = true;
    EXPECT_THROW(run_sweep(plan_sweep(learned_preset("{}"), {"run.seed=1,2"}, 1), options), ConfigError);
    EXPECT_EQ(text_of(folder.path / "report.html"), "of a run");
}

TEST(Sweep, ARunThatFailsIsRecordedAndTheOthersGoOn) {
    const Folder folder;
    const SweepPlan plan = plan_sweep(learned_preset(R"({ "variants": { "model": [
            { "name": "missing", "set": { "model.file": "/nowhere/weights.npz" } },
            { "name": "exact", "set": { "model": { "type": "perturbed_exact", "logit_noise": 1 } } } ] } })"),
                                      {}, 0);
    EXPECT_TRUE(plan.trainings.empty());
    SweepOptions options;
    options.folder = folder.path;
    const SweepResult result = run_sweep(plan, options);
    write_sweep_report(plan, result, folder.path, {"svg"});
    EXPECT_TRUE(result.complete);
    EXPECT_EQ(result.n_failed, 1);
    EXPECT_EQ(result.summaries[0]["status"], "failed");
    EXPECT_NE(result.summaries[0]["error"].get<std::string>().find("/nowhere/weights.npz"),
              std::string::npos);
    EXPECT_EQ(result.summaries[1]["status"], "finished");
    EXPECT_NE(text_of(folder.path / "report.html").find("Failed runs"), std::string::npos);
    EXPECT_NE(text_of(folder.path / "results.csv").find("/nowhere/weights.npz"), std::string::npos);
}

TEST(Sweep, RowsStandApartByBlockAndColour) {
    const SweepPlan plan = plan_sweep(learned_preset(R"({ "variants": {
        "sampler": [ { "name": "a", "set": {} }, { "name": "b", "set": {} } ],
        "mechanism": [ { "name": "m", "set": {} }, { "name": "n", "set": {} }, { "name": "o", "set": {} } ],
        "model": [ { "name": "u", "set": {} }, { "name": "v", "set": {} } ] }, "seeds": 2 })"),
                                      {}, 0);
    std::vector<Json> summaries(plan.cells.size(), Json{{"status", "finished"}});
    for (std::size_t i = 0; i < summaries.size(); ++i) {
        summaries[i]["mode_weight_mae"] = 0.01 * static_cast<double>(i + 1);
    }
    const auto figures = sweep_figures(plan, summaries);
    ASSERT_EQ(figures.size(), 1u);
    EXPECT_EQ(figures[0].y.ticks.size(), 6u);
    std::vector<std::vector<double>> rows;
    for (const PlotLayer& l : figures[0].layers) {
        if (l.kind == PlotLayer::Kind::points) {
            EXPECT_EQ(l.x.size(), 6u);
            rows.push_back(l.y);
        }
    }
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0], rows[1]);
    EXPECT_GT(rows[0][2] - rows[0][3], rows[0][1] - rows[0][2]);  // room between blocks
    const SweepMean mean = sweep_mean(plan, summaries, 0, present_metrics(plan, summaries).front());
    EXPECT_NEAR(mean.mean, 0.015, 1e-15);
    EXPECT_NEAR(mean.standard_error, 0.005, 1e-15);
}

TEST(Sweep, ASingleRunHasItsOwnStandardError) {
    Json p = learned_preset(R"({ "grid": { "path.n_levels": [4, 8, 16] } })");
    p["path"]["type"] = "diffusion";
    p["model"] = Json{{"type", "none"}};
    const SweepPlan plan = plan_sweep(p, {}, 0);
    std::vector<Json> summaries(plan.cells.size(), Json{{"status", "finished"}});
    for (std::size_t i = 0; i < summaries.size(); ++i) {
        summaries[i]["log_z"] = 0.5, summaries[i]["log_z_stderr"] = 0.25;
        summaries[i]["observables"]["energy"] = {
            {"mean", 3.0}, {"stderr", 0.125}, {"heat_capacity", 1.5}, {"heat_capacity_stderr", 0.0625}};
    }
    std::map<std::string, double> errors;
    for (const SweepMetric& metric : present_metrics(plan, summaries)) {
        errors[metric.title] = sweep_mean(plan, summaries, 1, metric).standard_error;
    }
    EXPECT_EQ(errors.at("energy"), 0.125);
    EXPECT_EQ(errors.at("heat capacity"), 0.0625);
    for (const PlotSpec& figure : sweep_figures(plan, summaries)) {
        EXPECT_TRUE(std::ranges::any_of(figure.layers, [](const PlotLayer& l) {
            return l.kind == PlotLayer::Kind::segments && l.x.size() == 6;
        })) << figure.title;
    }
}

TEST(Sweep, TwoNumericColumnsGiveAHeatMapBesideTheLines) {
    Json p =
        learned_preset(R"({ "grid": { "path.n_levels": [4, 8, 16], "sampler.n_particles": [50, 100] } })");
    p["path"]["type"] = "diffusion";
    p["model"] = Json{{"type", "none"}};
    const SweepPlan plan = plan_sweep(p, {}, 0);
    std::vector<Json> summaries;
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
        summaries.push_back({{"status", "finished"}, {"ess_fraction", 0.1 * static_cast<double>(i + 1)}});
    }
    const std::vector<PlotSpec> figures = sweep_figures(plan, summaries);
    const auto map = std::find_if(figures.begin(), figures.end(),
                                  [](const PlotSpec& f) { return f.id == "sweep_ess_fraction_map"; });
    ASSERT_NE(map, figures.end());
    EXPECT_TRUE(std::any_of(figures.begin(), figures.end(),
                            [](const PlotSpec& f) { return f.id == "sweep_ess_fraction"; }));
    ASSERT_EQ(map->x.ticks.size() * map->y.ticks.size(), 6u);
    EXPECT_EQ(map->layers.size(), 7u);
    EXPECT_EQ(map->layers[1].text, "0.1");
    EXPECT_EQ(map->layers[6].text, "0.6");
    // the smallest cell is at one corner of the picture and the largest at the other
    EXPECT_FLOAT_EQ(map->layers[0].image->value.front(), 0);
    EXPECT_FLOAT_EQ(map->layers[0].image->value.back(), 1);
}

TEST(TrainingFigures, AFolderReadBackGivesLossesWeightsAndScoreError) {
    const Folder folder;
    Json preset = learned_preset("{}");
    preset.erase("sweep");
    preset["model"]["training"]["n_steps"] = 20;
    write_training_folder(train_model(resolve_preset(preset), {}), folder.path);
    ASSERT_TRUE(is_training_folder(folder.path));
    const TrainingResult stored = read_training_folder(folder.path);
    std::vector<std::string> ids;
    for (const PlotSpec& p : training_figures(snapshot_of(stored))) {
        ids.push_back(p.id);
        EXPECT_EQ(p.dropped, 0) << p.id;
    }
    EXPECT_EQ(ids, (std::vector<std::string>{"losses", "learned_mode_weights", "score_error"}));
    EXPECT_NE(training_html(stored).find("relative score error"), std::string::npos);
    fs::remove(folder.path / "loss.csv");
    EXPECT_THROW(read_training_folder(folder.path), ConfigError);
}

}  // namespace
}  // namespace tempera
