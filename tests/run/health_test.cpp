// SPDX-License-Identifier: MIT
// Every rule speaks where it should and is silent where all is well.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "run/record/health.hpp"

namespace tempera {
namespace {

HealthNumbers healthy(bool exchange) {
    HealthNumbers h;
    h.exchange = exchange;
    h.sampling_done = h.after_burn_in = true;
    h.n = 4096;
    h.ess_fraction = 0.8;
    h.pareto_k = 0.4;
    h.measured_trips = h.predicted_trips = 0.4;
    h.min_swap_acceptance = 0.6;
    h.log_z_error = 0.01;
    h.log_z_stderr = 0.01;
    h.modes_exact = {0.667, 0.333};
    h.modes_found = {0.66, 0.34};
    h.modes_interval = {0.02, 0.02};
    h.used_noise_min = h.trained_noise_min = 0.02, h.used_noise_max = h.trained_noise_max = 10;
    return h;
}

std::vector<std::string> ids(const HealthNumbers& h) {
    std::vector<std::string> out;
    for (const RunWarning& w : health_warnings(h)) {
        EXPECT_FALSE(w.text.empty() || w.fix.empty()) << w.id;
        out.push_back(w.id);
    }
    return out;
}

using Ids = std::vector<std::string>;

HealthNumbers healthy_training() {
    HealthNumbers h;
    h.subject = HealthNumbers::Subject::training;
    h.training.step = 1000;
    h.training.loss_before = 1, h.training.loss_now = 0.9;
    h.training.losses = {"dsm", "diffclf"};
    h.training.train = {0.5, 0.3}, h.training.held_out = {0.52, 0.31};
    h.learned_total_variation = 0.01, h.learned_worst_at = "sigma 0.2";
    return h;
}

TEST(Health, NothingIsSaidOfAHealthyRun) {
    EXPECT_EQ(ids(healthy(false)), Ids());
    EXPECT_EQ(ids(healthy(true)), Ids());
    EXPECT_EQ(ids(healthy_training()), Ids());
}

TEST(HealthRules, AreNamedOnceAndExplained) {
    std::set<std::string> ids, names, keys;
    for (const HealthRule& rule : health_rules()) {
        EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
        EXPECT_FALSE(rule.measures.empty() || rule.meaning.empty()) << rule.id;
        EXPECT_TRUE(rule.key.empty() || keys.insert(rule.key).second) << rule.id << ": " << rule.key;
        EXPECT_EQ(rule.row == HealthRule::Row::never, rule.name.empty()) << rule.id;
        EXPECT_EQ(rule.row == HealthRule::Row::never, rule.shown == nullptr) << rule.id;
        EXPECT_TRUE(rule.name.empty() || names.insert(rule.name).second) << rule.id << ": " << rule.name;
        if (rule.more_is_better) {
            EXPECT_FALSE(rule.good < rule.warning) << rule.id;
        } else {
            EXPECT_FALSE(rule.good > rule.warning) << rule.id;
        }
        if (rule.warn) {
            EXPECT_FALSE(std::isnan(rule.warning)) << rule.id;
            EXPECT_FALSE(warning_range(rule).empty()) << rule.id;
        }
    }
    EXPECT_THROW(health_rule("no_such_rule"), std::out_of_range);
}

/// Numbers of every kind of subject, each far from the others' thresholds and through its own.
std::vector<HealthNumbers> grid() {
    std::vector<HealthNumbers> out;
    const auto vary = [&](const HealthNumbers& base, const std::vector<double>& values, auto set) {
        for (const double v : values) {
            out.push_back(base);
            set(out.back(), v);
        }
    };
    const std::vector<double> shares{0,   0.001, 0.015, 0.02, 0.03, 0.049, 0.05, 0.09, 0.1, 0.15,
                                     0.2, 0.25,  0.3,   0.5,  0.6,  0.79,  0.8,  0.95, 1,   std::nan("")},
        counts{0, 1, 2, 70}, sizes{0, 1, 20, 24, 25, 99, 100, 199, 201, 1e6},
        variations{0, 0.01, 0.05, 0.1, 0.15, 0.4, 0.6, 3, std::nan("")};
    for (HealthNumbers base : {healthy(false), healthy(true), healthy_training()}) {
        for (const bool done : {false, true}) {
            base.sampling_done = done;
            vary(base, shares, [](HealthNumbers& h, double v) { h.ess_fraction = v; });
            for (const double n : sizes) {
                vary(base, shares, [n](HealthNumbers& h, double v) { h.n = n, h.ess_fraction = v; });
                vary(base, shares, [n](HealthNumbers& h, double v) { h.n = n, h.unique_fraction = v; });
                vary(base, {0.4, 0.7, 0.71, 3}, [n](HealthNumbers& h, double v) { h.n = n, h.pareto_k = v; });
            }
            for (const double error : {0.0, 0.01, 0.3, std::nan("")}) {
                vary(base, {0, 0.02, -0.035, 0.05, -0.2, 7},
                     [error](HealthNumbers& h, double v) { h.log_z_error = v, h.log_z_stderr = error; });
                vary(base, {0, 0.02, 0.035, 0.08, 0.3}, [error](HealthNumbers& h, double v) {
                    h.modes_found = {0.667 - v, 0.333 + v}, h.modes_interval = {error, error};
                });
            }
            vary(base, counts, [](HealthNumbers& h, double v) { h.tally.map_not_converged = long(v); });
            vary(base, counts, [](HealthNumbers& h, double v) { h.tally.non_finite = long(v); });
            vary(base, counts,
                 [](HealthNumbers& h, double v) { h.tally.log_density = 5000, h.tally.diverged = long(v); });
            vary(base, counts, [](HealthNumbers& h, double v) { h.tally.hessian_floored = long(v); });
            vary(base, counts, [](HealthNumbers& h, double v) { h.pairs_not_offered = int(v); });
            vary(base, counts, [](HealthNumbers& h, double v) { h.pair_apart = int(v) - 1; });
            vary(base, counts, [](HealthNumbers& h, double v) { h.stopped_at = long(v) - 1; });
            vary(base, counts, [](HealthNumbers& h, double v) { h.learned = v > 0, h.edited = v > 1; });
            vary(base, counts, [](HealthNumbers& h, double v) { h.failure = v > 0 ? "infinite" : ""; });
            vary(base, {0, 1, 2, 16, 64},
                 [](HealthNumbers& h, double v) { h.levels_moved = 64, h.levels_frozen = int(v); });
            vary(base, shares, [](HealthNumbers& h, double v) { h.pilot_independence = v; });
            vary(base, shares, [](HealthNumbers& h, double v) { h.acceptance = v; });
            vary(base, shares, [](HealthNumbers& h, double v) { h.min_swap_acceptance = v; });
            vary(base, shares, [](HealthNumbers& h, double v) { h.measured_trips = 0.4 * v; });
            vary(base, {0.5, 0.99, 1.1, 4}, [](HealthNumbers& h, double v) { h.used_noise_max *= v; });
            vary(base, variations, [](HealthNumbers& h, double v) { h.learned_total_variation = v; });
            vary(base, variations, [](HealthNumbers& h, double v) { h.roughness = v; });
            vary(base, variations, [](HealthNumbers& h, double v) { h.training.loss_now = 5 * v; });
            if (base.training.held_out.size() > 0) {
                vary(base, variations, [](HealthNumbers& h, double v) { h.training.held_out[0] = v; });
            }
            vary(base, counts,
                 [](HealthNumbers& h, double v) { h.training.failure = v > 0 ? "diverged" : ""; });
        }
    }
    return out;
}

TEST(HealthRules, MarksAndWarningsAgree) {
    std::map<std::string, std::set<Mark>> seen;
    for (const HealthNumbers& h : grid()) {
        const std::vector<HealthFinding> findings = health_findings(h);
        const std::vector<RunWarning> warnings = health_warnings(h);
        std::size_t given = 0;
        for (const HealthFinding& f : findings) {
            const bool warned = std::ranges::any_of(
                warnings, [&](const RunWarning& w) { return w.id == f.rule->id && w.text == f.text; });
            EXPECT_EQ(warned, f.mark == Mark::bad && f.rule->warn != nullptr) << f.rule->id;
            EXPECT_EQ(f.text.empty(), !warned) << f.rule->id;
            EXPECT_TRUE(f.has_row || f.rule->row != HealthRule::Row::always) << f.rule->id;
            EXPECT_FALSE(f.has_row && f.value.empty()) << f.rule->id;
            seen[f.rule->id].insert(f.mark);
            given += warned;
        }
        EXPECT_EQ(given, warnings.size());
    }
    for (const HealthRule& rule : health_rules()) {  // the grid goes through every threshold
        const std::set<Mark>& marks = seen[rule.id];
        const bool on_off = rule.id == "weights_not_verifiable";  // speaks wherever it applies
        EXPECT_EQ(marks.contains(Mark::bad), !std::isnan(rule.warning)) << rule.id;
        EXPECT_EQ(marks.contains(Mark::good), !std::isnan(rule.good) && !on_off) << rule.id;
        EXPECT_EQ(marks.contains(Mark::warning), !std::isnan(rule.good) && rule.good != rule.warning)
            << rule.id;
    }
}

TEST(HealthRules, MarksGetWorseWithTheNumber) {
    const std::vector<double> rising{0.01, 0.02, 0.049, 0.06, 0.1, 0.15, 0.19, 0.25, 0.31, 0.6, 0.85, 0.99};
    const auto marks = [&](const char* id, const HealthNumbers& base, auto set) {
        std::vector<Mark> out;
        for (const double v : rising) {
            HealthNumbers h = base;
            set(h, v);
            for (const HealthFinding& f : health_findings(h)) {
                if (f.rule->id == id) {
                    out.push_back(f.mark);
                }
            }
        }
        EXPECT_EQ(out.size(), rising.size()) << id;
        return out;
    };
    const auto falls = [](const std::vector<Mark>& m) { return std::ranges::is_sorted(m, std::greater{}); };
    EXPECT_TRUE(falls(
        marks("weight_collapse", healthy(false), [](HealthNumbers& h, double v) { h.ess_fraction = v; })));
    EXPECT_TRUE(
        falls(marks("few_roots", healthy(false), [](HealthNumbers& h, double v) { h.unique_fraction = v; })));
    EXPECT_TRUE(falls(marks("low_swap_acceptance", healthy(true),
                            [](HealthNumbers& h, double v) { h.min_swap_acceptance = v; })));
    EXPECT_TRUE(falls(marks("slow_local_mixing", healthy(true),
                            [](HealthNumbers& h, double v) { h.measured_trips = 0.4 * v; })));
    EXPECT_TRUE(std::ranges::is_sorted(
        marks("log_z_off", healthy(false), [](HealthNumbers& h, double v) { h.log_z_error = 0.2 * v; })));
    EXPECT_TRUE(
        std::ranges::is_sorted(marks("learned_total_variation", healthy_training(),
                                     [](HealthNumbers& h, double v) { h.learned_total_variation = v; })));
}

TEST(HealthRules, AnEstimateWithoutAnErrorIsNotCalledGood) {
    HealthNumbers h = healthy(true);
    h.log_z_stderr = std::nan("");
    h.modes_interval.clear();
    for (const HealthFinding& f : health_findings(h)) {
        if (f.rule->id == "log_z_off" || f.rule->id == "mode_weights_off") {
            EXPECT_EQ(f.mark, Mark::none) << f.rule->id;
        }
    }
}

TEST(Health, EveryRuleSpeaks) {
    const struct {
        const char* id;
        bool exchange;
        std::function<void(HealthNumbers&)> harm;
    } cases[] = {
        {"weight_collapse", false, [](HealthNumbers& h) { h.ess_fraction = 0.049; }},
        {"weight_collapse", false, [](HealthNumbers& h) { h.n = 20, h.ess_fraction = 0.4; }},
        {"weight_collapse", false, [](HealthNumbers& h) { h.ess_fraction = std::nan(""); }},
        {"heavy_tail", false, [](HealthNumbers& h) { h.pareto_k = 0.71; }},
        {"few_roots", false, [](HealthNumbers& h) { h.unique_fraction = 0.019; }},
        {"mode_weights_off", false, [](HealthNumbers& h) { h.modes_found = {0.6, 0.4}; }},
        {"mode_weights_off", true, [](HealthNumbers& h) { h.modes_found = {1, 0}; }},
        {"mode_weights_off", true, [](HealthNumbers& h) { h.modes_found = {std::nan(""), 0.3}; }},
        {"mode_weights_off", true,
         [](HealthNumbers& h) { h.modes_found = {1, 0}, h.modes_interval.clear(); }},
        {"log_z_off", false, [](HealthNumbers& h) { h.log_z_error = -891, h.log_z_stderr = std::nan(""); }},
        {"no_overlap", true, [](HealthNumbers& h) { h.pair_apart = 3; }},
        {"stuck_moves", false, [](HealthNumbers& h) { h.levels_moved = h.levels_frozen = 64; }},
        {"stuck_moves", true, [](HealthNumbers& h) { h.levels_moved = 64, h.levels_idle = 16; }},
        {"pairs_not_offered", true, [](HealthNumbers& h) { h.pairs_not_offered = 2; }},
        {"log_z_off", false, [](HealthNumbers& h) { h.log_z_error = -0.041; }},
        {"maps_failed", true, [](HealthNumbers& h) { h.tally.map_not_converged = 1; }},
        {"non_finite", false, [](HealthNumbers& h) { h.tally.non_finite = 1; }},
        {"diverged", true, [](HealthNumbers& h) { h.tally.log_density = 999, h.tally.diverged = 1; }},
        {"hessian_floored", false, [](HealthNumbers& h) { h.tally.hessian_floored = 1; }},
        {"weights_not_verifiable", false, [](HealthNumbers& h) { h.learned = true; }},
        {"beyond_training", false, [](HealthNumbers& h) { h.used_noise_min = 0.019; }},
        {"beyond_training", false, [](HealthNumbers& h) { h.used_noise_max = 10.1; }},
        {"low_swap_acceptance", true, [](HealthNumbers& h) { h.min_swap_acceptance = 0.09; }},
        {"slow_local_mixing", true, [](HealthNumbers& h) { h.measured_trips = 0.31; }},
        {"pilot_collapsed", false, [](HealthNumbers& h) { h.pilot_independence = 0.1; }},
    };
    for (const auto& c : cases) {
        HealthNumbers h = healthy(c.exchange);
        c.harm(h);
        EXPECT_EQ(ids(h), Ids{c.id}) << c.id;
    }
}

TEST(Health, FewEqualParticlesHaveNotCollapsed) {
    HealthNumbers few = healthy(false);
    few.n = 2;
    few.ess_fraction = 0.998;
    EXPECT_EQ(ids(few), Ids());
}

TEST(Health, AnUnknownErrorIsSaidWithItsReason) {
    HealthNumbers h = healthy(true);
    h.log_z_error = 2.5;
    h.log_z_stderr = std::nan("");
    h.log_z_stderr_missing = "levels 3 and 4 do not overlap";
    ASSERT_EQ(ids(h), Ids{"log_z_off"});
    const std::string text = health_warnings(h)[0].text;
    EXPECT_NE(text.find("no error of it is known: levels 3 and 4"), std::string::npos) << text;
    EXPECT_EQ(text.find("nan"), std::string::npos) << text;
    h.log_z_error = 0.05;
    EXPECT_EQ(ids(h), Ids());
}

TEST(Health, ATailWithoutMeanLeavesNoError) {
    HealthNumbers h = healthy(false);
    add_weights(h, 4096, 0.95, 1.2);
    EXPECT_EQ(h.log_z_stderr, 0.01);
    add_weights(h, 4096, 0.5, 1.2);
    EXPECT_TRUE(std::isnan(h.log_z_stderr));
    EXPECT_NE(h.log_z_stderr_missing.find("1.2"), std::string::npos);
}

TEST(Health, AcceptanceIsCountedByLevel) {
    HealthNumbers h = healthy(false);
    for (const double acceptance : {0.0, 0.004, 0.5, 0.7, 0.999, 1.0, std::nan("")}) {
        count_acceptance(h, acceptance);
    }
    EXPECT_EQ(h.levels_moved, 6);
    EXPECT_EQ(h.levels_frozen, 2);
    EXPECT_EQ(h.levels_idle, 1);
    EXPECT_EQ(ids(h), Ids{"stuck_moves"});
}

TEST(Health, WhatCannotBeJudgedIsNotJudged) {
    HealthNumbers nothing_swapped = healthy(true);
    nothing_swapped.min_swap_acceptance = nothing_swapped.measured_trips = nothing_swapped.predicted_trips =
        std::nan("");
    EXPECT_EQ(ids(nothing_swapped), Ids());
    HealthNumbers early = healthy(false);
    early.sampling_done = false;
    early.modes_found = {1, 0};
    early.log_z_error = 3;
    early.unique_fraction = 0.001;
    EXPECT_EQ(ids(early), Ids());
    HealthNumbers unknown = healthy(false);
    unknown.modes_exact.clear();
    unknown.log_z_error = std::nan("");
    EXPECT_EQ(ids(unknown), Ids());
    HealthNumbers burning_in = healthy(true);
    burning_in.after_burn_in = false;
    burning_in.measured_trips = 0;
    burning_in.min_swap_acceptance = 0;
    burning_in.trained_noise_max = 0;  // a file that does not say
    burning_in.used_noise_min = 1e-4;
    EXPECT_EQ(ids(burning_in), Ids());
}

}  // namespace
}  // namespace tempera
