// SPDX-License-Identifier: MIT
// Every rule speaks where it should and is silent where all is well.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

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

TEST(Health, NothingIsSaidOfAHealthyRun) {
    EXPECT_EQ(ids(healthy(false)), Ids());
    EXPECT_EQ(ids(healthy(true)), Ids());
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
        {"hessian_floored", false, [](HealthNumbers& h) { h.tally.hessian_floored = 1; }},
        {"weights_not_verifiable", false, [](HealthNumbers& h) { h.learned = true; }},
        {"beyond_training", false, [](HealthNumbers& h) { h.used_noise_min = 0.019; }},
        {"beyond_training", false, [](HealthNumbers& h) { h.used_noise_max = 10.1; }},
        {"low_swap_acceptance", true, [](HealthNumbers& h) { h.min_swap_acceptance = 0.09; }},
        {"slow_local_mixing", true, [](HealthNumbers& h) { h.measured_trips = 0.31; }},
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
