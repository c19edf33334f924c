// SPDX-License-Identifier: MIT
// Diagnostics of a run: what they tell reaches every file and view by its name, and the run does not notice.
#include "run/diagnostics/diagnostic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/csv.hpp"
#include "core/files.hpp"
#include "run/folder/run_folder.hpp"
#include "run/record/run_folder_snapshot.hpp"
#include "run/work/run_keeper.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;
using test::facts, test::ScratchFolder, test::small_exchange, test::small_run, test::take_steps,
    test::wait_until;

Json with_diagnostics(Json preset) {
    const bool weighted = !sampler_info(preset["sampler"]).exchanges;
    for (const DiagnosticEntry& entry : diagnostic_catalogue()) {
        if (weighted || !entry.needs_weights) {
            preset["run"]["record"]["diagnostics"].push_back({{"type", entry.info.name}});
        }
    }
    return preset;
}

void expect_same(const Record& a, const Record& b) {
    ASSERT_EQ(a.series.size(), b.series.size());
    for (std::size_t i = 0; i < a.series.size(); ++i) {
        const Series &p = a.series[i], &q = b.series[i];
        EXPECT_EQ(p.name, q.name);
        if (p.name == "seconds") {
            continue;
        }
        EXPECT_EQ(p.axis, q.axis);
        EXPECT_EQ(p.x, q.x) << p.name;
        ASSERT_EQ(p.y.size(), q.y.size()) << p.name;
        ASSERT_EQ(p.error.size(), q.error.size()) << p.name;
        for (std::size_t k = 0; k < p.y.size(); ++k) {
            EXPECT_TRUE(p.y[k] == q.y[k] || (std::isnan(p.y[k]) && std::isnan(q.y[k]))) << p.name << k;
        }
        EXPECT_EQ(p.exact, q.exact) << p.name;
    }
}

TEST(Diagnostics, LeaveTheBitsOfARun) {
    for (const Json& preset : {small_run(), small_exchange()}) {
        Json plain = facts(run_preset(preset)), watched = facts(run_preset(with_diagnostics(preset)));
        plain["summary"].erase("estimates");
        watched["summary"].erase("estimates");
        EXPECT_EQ(plain, watched);
    }
}

TEST(Diagnostics, HaveNamesOfTheirOwn) {
    for (const Json& preset : {small_run(), small_exchange()}) {
        const RunResult result = run_preset(with_diagnostics(preset));
        std::set<std::string> names;
        for (const Series& series : result.first.record.series) {
            EXPECT_TRUE(names.insert(series.name).second) << series.name;
            EXPECT_EQ(series.x.size(), series.y.size());
            EXPECT_TRUE(series.error.empty() || series.error.size() == series.y.size());
        }
        EXPECT_TRUE(names.count("log_z"));
    }
}

TEST(Diagnostics, TellEveryLevelThatIsRecorded) {
    Json preset = with_diagnostics(small_run());
    preset["run"]["record"]["every_level"] = 5;
    const RunResult result = run_preset(preset);
    const Series* k = result.first.record.find("pareto_k");
    ASSERT_NE(k, nullptr);
    EXPECT_EQ(k->x, (std::vector<double>{12, 10, 5, 0}));
    const Series* log_z = result.first.record.find("log_z");
    ASSERT_NE(log_z, nullptr);
    EXPECT_EQ(log_z->y.back(), result.summary["log_z"].get<double>());
    EXPECT_EQ(log_z->error.back(), result.summary["log_z_stderr"].get<double>());
    EXPECT_EQ(log_z->exact, result.summary["log_z_true"].get<double>());
}

TEST(Diagnostics, OfReplicaExchangeLookAfterScans) {
    Json preset = small_exchange();
    preset["sampler"]["n_scans"] = 1100;
    preset["sampler"]["moves_per_scan"] = 0;
    const RunResult result = run_preset(with_diagnostics(preset));
    const Series* log_z = result.first.record.find("log_z");
    ASSERT_NE(log_z, nullptr);
    EXPECT_EQ(log_z->axis, "scan");
    EXPECT_LE(log_z->x.size(), 514u);
    EXPECT_GE(log_z->x.size(), 256u);
    EXPECT_EQ(log_z->x.back(), 1100);
    EXPECT_EQ(log_z->y.back(), result.summary["log_z"].get<double>());
}

TEST(Diagnostics, StandInTheFilesAndComeBack) {
    for (const Json& preset : {small_run(), small_exchange()}) {
        const ScratchFolder folder("diagnostics");
        const RunResult result = run_preset(with_diagnostics(preset));
        write_run_folder(result, folder.path, {}, false);
        const RunResult back = read_run_folder(folder.path);
        // Read back, series over levels come first.
        Record levels_first;
        for (const bool level : {true, false}) {
            for (const Series& series : result.first.record.series) {
                if ((series.axis == "level") == level) {
                    levels_first.series.push_back(series);
                }
            }
        }
        expect_same(levels_first, back.first.record);
        expect_same(*snapshot_of(back).record, back.first.record);
        EXPECT_EQ(back.summary["estimates"], result.summary["estimates"]);
    }
}

TEST(Diagnostics, OfAKilledRunGoOnWithIt) {
    for (const Json& preset : {with_diagnostics(small_run()), with_diagnostics(small_exchange())}) {
        const ScratchFolder folder("killed");
        RunRunner runner;
        runner.keep_states(folder.path, 1e-9);
        runner.start(preset, true);
        ASSERT_TRUE(wait_until(runner, [](const WorkView& v) { return v.state == RunState::paused; }));
        take_steps(runner, 7);
        const fs::path left = folder.path.string() + ".left";
        ASSERT_TRUE(wait_until(runner, [&](const WorkView&) {
            return fs::exists(folder.path / "state.npz") &&
                   read_npz(folder.path / "state.npz").at("work.steps").to_doubles().at(0) == 7;
        }));
        fs::copy(folder.path, left, fs::copy_options::recursive);
        runner.resume();
        runner.wait();
        RunRunner other;
        other.keep_states(left, 1e9);
        other.take_up(kept_run(left), false);
        other.wait();
        ASSERT_EQ(other.latest()->state, RunState::finished) << other.latest()->error;
        expect_same(*runner.latest()->record, *other.latest()->record);
        fs::remove_all(left);
    }
}

TEST(Diagnostics, OfReplicatesHaveTheErrorOfTheirMean) {
    Json preset = with_diagnostics(small_run());
    preset["run"]["n_replicates"] = 4;
    const Json summary = run_preset(preset).summary;
    double sum = 0;
    for (const Json& r : summary["replicates"]) {
        sum += r["estimates"]["pareto_k"]["value"].get<double>();
    }
    const Json& k = summary["estimates"]["pareto_k"];
    EXPECT_NEAR(k["value"].get<double>(), sum / 4, 1e-12);
    EXPECT_NEAR(k["stderr"].get<double>(), k["value_sd"].get<double>() / 2, 1e-12);
}

TEST(Diagnostics, OfWeightsAreRefusedWhereThereAreNone) {
    Json preset = small_exchange();
    preset["run"]["record"]["diagnostics"] = {
        {{"type", "weights"}}, {{"type", "log_z"}}, {{"type", "log_z"}}};
    try {
        resolve_preset(preset);
        FAIL();
    } catch (const ConfigError& error) {
        ASSERT_EQ(error.problems().size(), 2u);
        EXPECT_EQ(error.problems()[0].place, "run.record.diagnostics[0].type");
        EXPECT_EQ(error.problems()[1].place, "run.record.diagnostics[2].type");
    }
}

/// Columns are known by their names: more of them, in another order, are no other table.
TEST(Tables, AreReadByTheNamesOfTheirColumns) {
    const ScratchFolder folder("columns");
    const RunResult result = run_preset(small_run());
    write_run_folder(result, folder.path, {}, false);
    const CsvTable table(read_file_text(folder.path / "levels.csv"), "levels.csv", {"level"});
    std::string text = "temperature";
    for (std::size_t c = table.columns().size(); c-- > 0;) {
        text += "," + table.columns()[c];
    }
    for (std::size_t row = 0; row < table.size(); ++row) {
        text += "\n" + std::to_string(1 + row);
        for (std::size_t c = table.columns().size(); c-- > 0;) {
            text += "," + table.text(row, table.columns()[c]);
        }
    }
    write_bytes_atomically(folder.path / "levels.csv", text.data(), text.size());
    const RunResult back = read_run_folder(folder.path);
    EXPECT_EQ(back.first.record.find("ess_fraction")->y.size(),
              result.first.record.find("ess_fraction")->y.size());
    EXPECT_EQ(back.first.record.find("cess_fraction")->y.back(),
              result.first.record.find("cess_fraction")->y.back());
    EXPECT_EQ(back.positions[3].rho, result.positions[3].rho);
    ASSERT_NE(back.first.record.find("temperature"), nullptr);
    EXPECT_EQ(back.first.record.find("temperature")->y.front(), 1);

    const std::string nameless = "levl,rho\n3,0.5\n";
    write_bytes_atomically(folder.path / "levels.csv", nameless.data(), nameless.size());
    try {
        read_run_folder(folder.path);
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_NE(std::string(error.what()).find("has no column \"level\""), std::string::npos)
            << error.what();
    }
}

}  // namespace
}  // namespace tempera
