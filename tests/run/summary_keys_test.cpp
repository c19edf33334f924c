// SPDX-License-Identifier: MIT
// The table of summary keys against what runs write, and what reads it.
#include "run/record/summary_keys.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "run/diagnostics/diagnostic.hpp"
#include "run/preset/preset_schema.hpp"
#include "run/record/assertion.hpp"
#include "run/record/summary.hpp"
#include "run/report/comparison.hpp"
#include "run/report/report.hpp"
#include "run/sweep/sweep_table.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

using Kind = SummaryKey::Kind;
using Over = SummaryKey::Over;

bool is_list_of(const Json& value, bool (*fits)(const Json&)) {
    return value.is_array() && std::all_of(value.begin(), value.end(), fits);
}
bool is_number_or_null(const Json& v) { return v.is_number() || v.is_null(); }
bool are_numbers(const Json& v) { return v.is_null() || is_list_of(v, is_number_or_null); }

/// `mean`: of replicates, where whole numbers need not be whole.
bool fits(const Json& value, Kind kind, bool mean) {
    switch (value.is_null() ? Kind::group : kind) {
    case Kind::group:
        return value.is_null() || value.is_object();
    case Kind::text:
        return value.is_string();
    case Kind::texts:
        return is_list_of(value, [](const Json& v) { return v.is_string(); });
    case Kind::count:
        return mean ? value.is_number() : value.is_number_integer();
    case Kind::number:
        return value.is_number();
    case Kind::numbers:
        return are_numbers(value);
    case Kind::table:
        return is_list_of(value, are_numbers);
    case Kind::objects:
        return is_list_of(value, [](const Json& v) { return v.is_object(); });
    }
    return false;
}

/// Every key of a summary is in the table with the kind that it has; collects the lines of the table.
void expect_known(const Json& summary, const std::string& place, bool means, std::set<std::string>& lines) {
    for (const auto& [key, value] : summary.items()) {
        const std::string name = place + key;
        const FoundKey found = find_summary_key(name);
        ASSERT_TRUE(found.key) << name << " is not in the table";
        EXPECT_TRUE(fits(value, found.key->kind, means && found.key->over == Over::mean))
            << name << " is no " << kind_text(found.key->kind) << ": " << value.dump().substr(0, 200);
        lines.insert(found.key->name);
        if (value.is_object()) {
            expect_known(value, name + ".", means, lines);
        } else if (found.key->kind == Kind::objects) {
            for (std::size_t i = 0; i < value.size(); ++i) {
                expect_known(value[i], name + "[" + std::to_string(i) + "].", false, lines);
            }
        }
    }
}

/// The two lakes by a sampler of the catalogue, made small.
Json preset_of(const std::string& sampler) {
    Json preset = test::small_run();
    preset["sampler"] = {{"type", sampler}};
    for (const Field& field : section_fields("sampler", sampler)) {
        if (field.name == "n_particles" || field.name == "n_scans") {
            preset["sampler"][field.name] = 64;
        } else if (field.name == "n_ensembles") {
            preset["sampler"][field.name] = 2;
        }
    }
    const bool weighted = !sampler_info(preset["sampler"]).chains;
    for (const DiagnosticEntry& entry : diagnostic_catalogue()) {
        if (weighted || !entry.needs_weights) {
            preset["run"]["record"]["diagnostics"].push_back({{"type", entry.info.name}});
        }
    }
    return preset;
}

/// Summaries of a sweep's cells: a learned path whose model the sweep trains, and one that fails.
std::vector<Json> cells_of_a_sweep(const std::filesystem::path& folder) {
    Json preset = preset_of("ais");
    preset["path"] = {{"type", "learned_diffusion"}, {"process", "ve"}, {"n_levels", 4}};
    preset["model"] =
        Json::parse(R"({ "type": "energy_mlp", "hidden": [8], "losses": [ { "type": "dsm", "weight": 1 } ],
        "training": { "n_steps": 4, "batch_size": 16, "n_data": 200 } })");
    preset["sweep"] = Json::parse(R"({ "variants": { "model": [ { "name": "trained", "set": {} },
        { "name": "missing", "set": { "model.file": "/nowhere/weights.npz" } } ] }, "seeds": 1 })");
    SweepOptions options;
    options.folder = folder;
    return run_sweep(plan_sweep(preset, {}, 0), options).summaries;
}

TEST(SummaryKeys, AreThoseThatRunsWrite) {
    const test::ScratchFolder folder("summary_keys");
    std::set<std::string> lines;
    for (const auto& [sampler, summary] : section_types("sampler")) {
        for (const int n_replicates : {1, 2}) {
            Json preset = preset_of(sampler);
            preset["run"]["n_replicates"] = n_replicates;
            preset["run"]["reference"] = "exact";
            expect_known(run_preset(preset).summary, "", n_replicates > 1, lines);
        }
    }
    for (const Json& cell : cells_of_a_sweep(folder.path / "sweep")) {
        expect_known(cell, "", false, lines);
    }
    for (const SummaryKey& key : summary_keys()) {
        const bool pattern = std::string(key.name).find('*') != std::string::npos;
        EXPECT_TRUE(pattern || lines.count(key.name)) << key.name << " is written by no run";
    }
}

TEST(SummaryKeys, AreDescribedOnceAndInFull) {
    std::set<std::string> names;
    for (const SummaryKey& key : summary_keys()) {
        EXPECT_TRUE(names.insert(key.name).second) << key.name << " stands twice";
        EXPECT_TRUE(std::string(key.help).ends_with(".")) << key.name << ": " << key.help;
        EXPECT_EQ(find_summary_key(key.name).key, &key);
        const bool derived = key.over == Over::error_of_mean || key.over == Over::reason;
        EXPECT_EQ(derived, key.of != nullptr) << key.name;
        if (key.of) {
            const std::string name = key.name;
            const std::size_t dot = name.rfind('.');
            EXPECT_EQ(summary_key((dot == name.npos ? "" : name.substr(0, dot + 1)) + key.of).over,
                      Over::mean);
        }
    }
    EXPECT_THROW(summary_key("log_zz"), std::out_of_range);
}

TEST(SummaryKeys, ColumnsHaveAHeadingAndAPlaceEach) {
    const Json summary = Json::parse(R"({ "estimates": { "energy": { "value": 1, "unit": "kT" },
        "magnetisation": { "value": 2, "unit": null } } })");
    for (const auto place : {&SummaryKey::in_sweeps, &SummaryKey::in_comparisons}) {
        int last = 0;
        std::vector<std::string> headings;
        for (const SummaryColumn& column : summary_columns(place, {&summary})) {
            EXPECT_TRUE(column.key->*place == last + 1 || column.key->*place == last) << column.name;
            EXPECT_NE(column.heading, "") << column.name;
            EXPECT_EQ(column.name.find('*'), std::string::npos);
            last = column.key->*place;
            headings.push_back(column.heading);
        }
        ASSERT_GT(headings.size(), 10u);
        EXPECT_EQ((std::vector<std::string>{headings.end() - 2, headings.end()}),
                  (std::vector<std::string>{"energy (kT)", "magnetisation"}));
    }
}

TEST(SummaryKeys, EntriesSpreadsAndReplicatesAreFound) {
    const auto name_of = [](const std::string& name) {
        const FoundKey found = find_summary_key(name);
        return found.key ? std::string(found.key->name) : "";
    };
    EXPECT_EQ(name_of("log_z_sd"), "log_z");
    EXPECT_EQ(name_of("mode_weights.weighted_sd[1]"), "mode_weights.weighted");
    EXPECT_EQ(name_of("replicates[12].replica_exchange.log_z_bar"), "replica_exchange.log_z_bar");
    EXPECT_EQ(name_of("warnings[0].id"), "warnings.*.id");
    EXPECT_EQ(name_of("training.losses.diffclf"), "training.losses.*");
    for (const char* none : {"", "log", "log_z.value", "log_z[0]", "status_sd", "log_z_true_sd", "_sd",
                             "mode_weights.weighted.first", "replicates[0].log", "warnings[0].colour"}) {
        EXPECT_EQ(name_of(none), "") << none;
    }
    EXPECT_TRUE(find_summary_key("mode_weights.weighted[0]").is_number());
    EXPECT_FALSE(find_summary_key("mode_weights.weighted").is_number());
    EXPECT_TRUE(find_summary_key("learned_path.bar_weights[1][0]").is_number());
    EXPECT_TRUE(find_summary_key("training.losses.dsm").open);
    EXPECT_FALSE(find_summary_key("warnings[0].id").open);
}

TEST(SummaryKeys, AnEstimateNeedsNoLineToBeShown) {
    const RunResult run = run_preset(preset_of("smc"));
    ASSERT_TRUE(run.summary["estimates"].contains("pareto_k"));
    EXPECT_NE(summary_table(run).find("pareto_k"), std::string::npos);
    const Comparison compared = compare_runs({run, run}, {"a", "b"});
    EXPECT_EQ(std::count(compared.rows[0].begin(), compared.rows[0].end(), "pareto_k"), 1);
    EXPECT_NE(compared.csv.find(",estimates.pareto_k.value,"), std::string::npos);
    const SweepPlan plan = plan_sweep(preset_of("smc"), {"run.precision=f64"}, 2);
    const std::vector<Json> summaries(2, run.summary);
    const std::vector<SweepMetric> shown = present_metrics(plan, summaries);
    EXPECT_EQ(std::count_if(shown.begin(), shown.end(),
                            [](const SweepMetric& m) { return m.key == "estimates.pareto_k.value"; }),
              1);
    EXPECT_NE(sweep_csv(plan, summaries).find(",estimates.pareto_k.value,"), std::string::npos);
    EXPECT_TRUE(holds(run.summary,
                      "estimates.pareto_k.value == " + run.summary["estimates"]["pareto_k"]["value"].dump()));
}

Json replicate(double log_z, const Json& weighted, const Json& reason) {
    return {
        {"status", "finished"},
        {"log_z", log_z},
        {"log_z_stderr", 0.5},
        {"log_z_stderr_missing", nullptr},
        {"log_z_error", nullptr},
        {"mode_weights", {{"weighted", weighted}, {"weighted_stderr", nullptr}, {"stderr_missing", reason}}},
        {"replica_exchange", {{"swap_rejection", {0.25, nullptr}}}},
        {"new_key", log_z},
        {"warnings", Json::array()}};
}

TEST(Replicates, ErrorsOfMeansComeFromTheSpreadAndNeedNoReason) {
    const Json none = "fewer than ten lineages";
    const Json s = combine_summaries(
        {replicate(1, {0.5, 0.5}, none), replicate(3, {0.75, 0.25}, none), replicate(2, nullptr, none)});
    EXPECT_DOUBLE_EQ(s["log_z"].get<double>(), 2);
    EXPECT_DOUBLE_EQ(s["log_z_sd"].get<double>(), 1);
    EXPECT_DOUBLE_EQ(s["log_z_stderr"].get<double>(), 1 / std::sqrt(3));
    EXPECT_FALSE(s.contains("log_z_stderr_sd"));
    // of the two that have weights
    EXPECT_DOUBLE_EQ(s["mode_weights"]["weighted"][0].get<double>(), 0.625);
    EXPECT_DOUBLE_EQ(s["mode_weights"]["weighted_stderr"][0].get<double>(), 0.125);
    EXPECT_TRUE(s["mode_weights"]["stderr_missing"].is_null());
    EXPECT_EQ(s["replica_exchange"]["swap_rejection"], (Json{0.25, nullptr}));
    EXPECT_DOUBLE_EQ(s["new_key"].get<double>(), 2);
    EXPECT_EQ(s["replicates"].size(), 3u);
}

TEST(Replicates, OneAloneKeepsItsOwnErrorsAndReasons) {
    const Json s = combine_summaries({replicate(1, {0.5, 0.5}, "fewer than ten lineages")});
    EXPECT_DOUBLE_EQ(s["log_z_stderr"].get<double>(), 0.5);
    EXPECT_TRUE(s["mode_weights"]["weighted_stderr"].is_null());
    EXPECT_EQ(s["mode_weights"]["stderr_missing"], "fewer than ten lineages");
    EXPECT_TRUE(s["log_z_sd"].is_null());
}

/// What is said against an assertion; "" for nothing.
std::string complaint(const std::string& assertion) {
    try {
        check_assertion(assertion);
        return "";
    } catch (const ConfigError& error) {
        return error.what();
    }
}

TEST(Assertion, IsRefusedBeforeTheRunWhereNoRunCouldTell) {
    for (const char* good : {"replica_exchange.log_z_bar > 1", "log_z_sd < 1", "abs(log_z_error)<0.1",
                             "sampler == smc", "name == 3", "mode_weights.weighted[0] > 0.1",
                             "learned_path == null", "acceptance == null", "replicates[3].ess_fraction > 0.1",
                             "warnings[0].id != weight_collapse", "training.losses.dsm < 1"}) {
        EXPECT_EQ(complaint(good), "") << good;
    }
    EXPECT_NE(complaint("ess_fracton > 0.5").find("did you mean \"ess_fraction\""), std::string::npos);
    EXPECT_NE(complaint("log_z_bar > 0.5").find("did you mean \"replica_exchange.log_z_bar\""),
              std::string::npos);
    EXPECT_NE(complaint("sampler < 3").find("is a text"), std::string::npos);
    EXPECT_NE(complaint("abs(status) == finished").find("is a text"), std::string::npos);
    EXPECT_NE(complaint("ess_fraction == high").find("\"high\" is none"), std::string::npos);
    EXPECT_NE(complaint("mode_weights.weighted > 0.5").find("\"mode_weights.weighted[0] > 0.5\""),
              std::string::npos);
    EXPECT_NE(complaint("replica_exchange > 0.5").find("replica_exchange.swap_rejection[0] > 0.5"),
              std::string::npos);
    EXPECT_NE(complaint("warnings == 0").find("\"warnings[0].KEY == 0\""), std::string::npos);
}

TEST(Assertion, AKeyThatThisRunHasNoValueOfDoesNotHold) {
    const Json s =
        Json::parse(R"({ "log_z": 1.5, "replica_exchange": null, "acceptance": null, "sampler": "ais",
        "training": { "losses": { "dsm": 2 } } })");
    EXPECT_FALSE(holds(s, "replica_exchange.log_z_bar > 0"));
    EXPECT_FALSE(holds(s, "replica_exchange.log_z_bar < 0"));
    EXPECT_FALSE(holds(s, "log_z_sd < 1"));
    EXPECT_TRUE(holds(s, "replica_exchange.log_z_bar == null"));
    EXPECT_TRUE(holds(s, "replica_exchange == null"));
    EXPECT_FALSE(holds(s, "log_z == null"));
    EXPECT_TRUE(holds(s, "training.losses.dsm == 2"));
    EXPECT_THROW(holds(s, "training.losses.diffclf < 1"), ConfigError);  // a name of the run's own
    EXPECT_EQ(asserted_value(s, "replica_exchange.log_z_bar > 0"), "null");
    EXPECT_EQ(asserted_value(s, "log_z > 2"), "1.5");
}

}  // namespace
}  // namespace tempera
