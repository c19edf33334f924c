// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>

#include "core/rng.hpp"
#include "run/figures/run_figures.hpp"
#include "run/record/result.hpp"
#include "run/report/report.hpp"

namespace tempera {
namespace {

RunResult empty_result() {
    RunResult r;
    r.preset = Json::object();
    r.summary = Json::object();
    return r;
}

RunResult small_result() {
    RunResult r;
    r.dim = 2;
    r.preset = Json::parse(R"({"schema": "tempera-preset", "version": 1, "name": "small <b>", "note": "",
        "path": {"type": "diffusion", "n_levels": 8}, "kernel": {"type": "second_order"},
        "target": {"type": "gaussian_mixture", "weights": [0.75, 0.25], "means": [[-3, 0], [3, 0]], "sigmas": [0.5, 1.0]},
        "sampler": {"type": "smc", "ess_threshold": 0.5}})");
    r.mode_names = {"left", "right"};
    StreamKey key;
    key.seed = 5;
    for (int i = 0; i < 400; ++i) {
        Stream stream(key, static_cast<std::uint32_t>(i));
        const int mode = i % 4 == 3;
        r.first.x.insert(r.first.x.end(), {(mode ? 3 : -3) + stream.normal() * 0.5, stream.normal() * 0.5});
        r.first.log_weight.push_back(0.5 * stream.normal());
        r.first.mode.push_back(mode);
        r.first.ancestor.push_back(i);
    }
    for (int k = 7; k >= 0; --k) {
        r.first.record.series_of("ess_fraction", "level").add(k, 0.6 + 0.05 * k);
        r.first.record.series_of("cess_fraction", "level").add(k, 0.95);
        r.first.record.series_of("log_z_increment", "level").add(k, 0.01);
        r.first.record.series_of("resampled", "level").add(k, k == 3);
        ModeRow m;
        m.level = k, m.exact = {0.75, 0.25}, m.sampled = {0.74, 0.26}, m.weighted = {0.76, 0.24},
        m.weighted_interval = {0.03, 0.03};
        r.first.modes.push_back(m);
    }
    r.positions.resize(9);
    r.summary = Json::parse(
        R"({"name": "small <b>", "status": "finished", "target": "gaussian_mixture", "path": "diffusion",
        "kernel": "second_order", "moves": "none", "sampler": "smc", "n_particles": 400, "n_levels": 8, "seed": 5, "ess_fraction": 0.6,
        "log_z": 0.08, "log_z_stderr": 0.04, "log_z_true": 0.0, "log_z_error": 0.08, "sliced_w2": null, "acceptance": null,
        "mode_weights": {"true": [0.75, 0.25], "sampled": [0.74, 0.26], "weighted": [0.76, 0.24], "weighted_stderr": [0.02, 0.02], "learned": null},
        "replica_exchange": null, "evaluations": {"log_density": 100}, "failures": {"map_not_converged": 0, "non_finite": 2},
        "seconds": {"total": 0.1, "sampling": 0.05}, "build": null, "isa": null,
        "warnings": [{"id": "x", "text": "Something <odd>."}]})");
    r.first.summary = r.summary;
    return r;
}

const PlotSpec* find(const std::vector<PlotSpec>& figures, const std::string& id) {
    const auto it =
        std::find_if(figures.begin(), figures.end(), [&](const PlotSpec& p) { return p.id == id; });
    return it == figures.end() ? nullptr : &*it;
}

TEST(ResultFigures, HoldWhatTheResultHolds) {
    const std::vector<PlotSpec> figures = result_figures(small_result());
    for (const char* id : {"particles", "ess_by_level", "mode_weights_by_level", "mode_weights",
                           "weight_histogram", "lorenz", "log_z_by_level"}) {
        EXPECT_NE(find(figures, id), nullptr) << id;
    }
    EXPECT_EQ(find(figures, "swap_acceptance"), nullptr);
    const PlotSpec* ess = find(figures, "ess_by_level");
    ASSERT_NE(ess, nullptr);
    EXPECT_TRUE(ess->x.reversed);
    for (const PlotSpec& p : figures) {
        EXPECT_FALSE(p.layers.empty()) << p.id;
        EXPECT_FALSE(to_svg(p, palette("light")).empty());
    }
}

TEST(ResultFigures, ReplicaExchangeHasItsOwn) {
    RunResult r = small_result();
    r.first.log_weight.assign(400, 0.0);
    ExchangeStats stats;
    stats.swap_rejection = {0.1, 0.2, 0.3, 0.1};
    stats.index_process = {{0, 1, 2, 3, 4}, {1, 0, 3, 2, 4}, {1, 3, 0, 4, 2}};
    r.first.exchange = std::make_shared<ExchangeStats>(stats);
    const std::vector<PlotSpec> figures = result_figures(r);
    EXPECT_NE(find(figures, "swap_acceptance"), nullptr);
    EXPECT_NE(find(figures, "index_process"), nullptr);
    const PlotSpec* barrier = find(figures, "barrier");
    ASSERT_NE(barrier, nullptr);
    EXPECT_NEAR(barrier->layers[0].y.back(), 0.7, 1e-12);
    EXPECT_EQ(find(figures, "lorenz"), nullptr);
}

TEST(ResultFigures, EmptyResultsGiveNone) {
    RunResult r = empty_result();
    r.preset = small_result().preset;
    r.first.summary = Json::object();
    EXPECT_TRUE(result_figures(r).empty());
}

TEST(Report, StandsAloneAndEscapesWhatUsersWrote) {
    const std::string page = html_report(small_result());
    EXPECT_NE(page.find("<svg"), std::string::npos);
    EXPECT_NE(page.find("prefers-color-scheme:dark"), std::string::npos);
    EXPECT_NE(page.find("small &lt;b&gt;"), std::string::npos);
    EXPECT_EQ(page.find("<odd>"), std::string::npos);
    EXPECT_EQ(page.find("https://"), std::string::npos);
    EXPECT_EQ(page.find("<script"), std::string::npos);
    std::size_t at = 0;
    while ((at = page.find("http://", at)) != std::string::npos) {
        EXPECT_EQ(page.compare(at, 17, "http://www.w3.org"), 0);
        ++at;
    }
    EXPECT_EQ(page, html_report(small_result()));
}

TEST(Report, VerdictSeesWrongWeights) {
    RunResult r = small_result();
    EXPECT_NE(html_report(r).find("agree with the exact values"), std::string::npos);
    r.summary["mode_weights"]["weighted"] = {0.99, 0.01};
    r.summary["warnings"].push_back({{"id", "mode_weights_off"}, {"text", "They differ."}});
    EXPECT_NE(html_report(r).find("by more than chance explains"), std::string::npos);
    r.summary["status"] = "partial";
    EXPECT_NE(html_report(r).find("stopped before its end"), std::string::npos);
}

TEST(Report, VerdictSpeaksFromTheFindings) {
    RunResult r = small_result();
    r.summary["log_z_error"] = 0.14;  // three and a half of its standard errors
    EXPECT_NE(html_report(r).find("log Z differs from the exact value by about as much"), std::string::npos);
    r.summary["ess_fraction"] = 0.2;
    EXPECT_NE(html_report(r).find("The weights are uneven"), std::string::npos);
    r.summary["warnings"].push_back({{"id", "weight_collapse"}, {"text", "Collapsed."}});
    EXPECT_NE(html_report(r).find("can be trusted"), std::string::npos);
    r = small_result();
    r.summary["log_z_stderr"] = nullptr;
    r.summary["mode_weights"]["weighted_stderr"] = nullptr;
    EXPECT_NE(html_report(r).find("No error is known by which"), std::string::npos);
}

TEST(Report, RowsHaveTheMarksOfTheFindings) {
    RunResult r = small_result();
    r.summary["ess_fraction"] = 0.2;
    r.summary["warnings"].push_back({{"id", "mode_weights_off"}, {"text", "They differ."}});
    const std::string page = html_report(r), table = summary_table(r);
    EXPECT_NE(page.find("<td class=\"m warning\" title=\"warning\">"), std::string::npos);
    EXPECT_NE(page.find("<td class=\"m bad\" title=\"bad\">"), std::string::npos);
    EXPECT_NE(page.find("<td class=\"m good\" title=\"good\">"), std::string::npos);
    EXPECT_NE(table.find("\n~ ESS / N"), std::string::npos) << table;
    EXPECT_NE(table.find("\n! mode weights, weighted"), std::string::npos) << table;
    EXPECT_NE(table.find("\n  log Z "), std::string::npos) << table;
    EXPECT_NE(table.find("~ ESS / N: good from 0.3 on"), std::string::npos) << table;
}

TEST(SummaryTable, IsPlainAndAligned) {
    const std::string table = summary_table(small_result());
    for (const char* part : {"ESS / N", "0.600", "log Z", "0.080 +- 0.040", "exact 0.000",
                             "mode weights, weighted", "warning: Something"}) {
        EXPECT_NE(table.find(part), std::string::npos) << part << "\n" << table;
    }
    EXPECT_TRUE(std::all_of(table.begin(), table.end(), [](char c) {
        return static_cast<unsigned char>(c) < 128;
    })) << table;
    EXPECT_FALSE(summary_table(empty_result()).empty());
}

}  // namespace
}  // namespace tempera
