// SPDX-License-Identifier: MIT
// Observables in summaries, with errors that hold, and the sampler mcmc.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "run/record/run_folder_snapshot.hpp"
#include "run/record/summary.hpp"
#include "support/presets.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

/// A Gaussian in three dimensions from a wider one.
Json gaussian_run(const char* sampler) {
    Json p = parse_preset(R"({ "schema": "tempera-preset", "version": 1, "name": "gaussian",
        "target": { "type": "gaussian", "mean": [1, -2, 0], "sigmas": [0.5] },
        "path": { "type": "tempering", "n_levels": 12, "standardise": false, "reference_scale": 3 },
        "kernel": { "type": "none" }, "moves": { "type": "hmc", "n_steps": 1, "adapt": true } })",
                          "gaussian");
    p["sampler"] = Json::parse(sampler);
    return p;
}
constexpr const char* smc = R"({ "type": "smc", "n_particles": 512, "ess_threshold": 0.7 })";
constexpr const char* mcmc = R"({ "type": "mcmc", "n_chains": 8, "n_steps": 300, "burn_in": 100 })";
constexpr const char* exchange =
    R"({ "type": "replica_exchange", "n_ensembles": 8, "n_scans": 300, "burn_in_fraction": 0.2 })";

/// E of -log N(x; m, s^2 1) in three dimensions, with its normaliser.
const double mean_energy = 1.5 + 3 * std::log(0.5 * std::sqrt(2 * std::numbers::pi));
/// Var(E) / T^2, at any temperature.
constexpr double heat_capacity = 1.5;

/// z^2 over n seeds has the mean 1 with a standard error of sqrt(2 / n) where the errors are right.
TEST(Observables, ErrorsOfMeansHoldForEverySampler) {
    constexpr int n_seeds = 40;
    for (const char* sampler : {smc, mcmc, exchange}) {
        SCOPED_TRACE(sampler);
        double squares = 0, sum = 0, of_capacity = 0;
        for (int seed = 1; seed <= n_seeds; ++seed) {
            Json preset = gaussian_run(sampler);
            preset["run"]["seed"] = seed;
            const Json energy = run_preset(preset).summary["observables"]["energy"];
            ASSERT_TRUE(energy["stderr"].is_number()) << energy.dump();
            const double z = (energy["mean"].get<double>() - mean_energy) / energy["stderr"].get<double>();
            squares += z * z, sum += z;
            of_capacity += std::pow((energy["heat_capacity"].get<double>() - heat_capacity) /
                                        energy["heat_capacity_stderr"].get<double>(),
                                    2);
        }
        // The tail of the energy makes single z of a variance larger than a normal one's.
        EXPECT_NEAR(of_capacity / n_seeds, 1, 6 * std::sqrt(2.0 / n_seeds));
        EXPECT_NEAR(squares / n_seeds, 1, 4 * std::sqrt(2.0 / n_seeds));
        EXPECT_LT(std::abs(sum / n_seeds), 4 / std::sqrt(static_cast<double>(n_seeds)));
    }
}

TEST(Observables, EnergyIsThatOfTheDensityBeforeAnyTemperature) {
    Json preset = gaussian_run(smc);
    preset["target"]["temperature"] = 4;
    preset["sampler"]["n_particles"] = 4096;
    const Json summary = run_preset(preset).summary;
    const Json energy = summary["observables"]["energy"];
    // Variances are four times as large, and so is the mean of the square; the normaliser stays.
    EXPECT_NEAR(energy["mean"].get<double>(), mean_energy - 1.5 + 4 * 1.5,
                5 * energy["stderr"].get<double>());
    EXPECT_NEAR(energy["heat_capacity"].get<double>(), heat_capacity,
                5 * energy["heat_capacity_stderr"].get<double>());
    EXPECT_NEAR(energy["sd"].get<double>(), 4 * std::sqrt(heat_capacity),
                5 * energy["sd_stderr"].get<double>());
    EXPECT_NEAR(summary["log_z"].get<double>(), summary["log_z_true"].get<double>(),
                5 * summary["log_z_stderr"].get<double>());
}

TEST(Observables, OfTheIsingModelAreTheExactOnes) {
    Json preset = gaussian_run(R"({ "type": "smc", "n_particles": 2048, "ess_threshold": 0.7 })");
    preset["target"] = {{"type", "ising"}, {"size", 4}, {"temperature", 3.0}};
    preset["path"]["n_levels"] = 32;
    preset["moves"]["n_steps"] = 2;
    const Json found = run_preset(preset).summary["observables"];
    for (const char* name : {"magnetisation", "energy_per_spin"}) {
        EXPECT_NEAR(found[name]["mean"].get<double>(), found[name]["exact"].get<double>(),
                    4 * found[name]["stderr"].get<double>())
            << name;
    }
    // Its relaxed density is no power of that at another temperature.
    EXPECT_TRUE(found["energy"]["heat_capacity"].is_null());
}

TEST(Observables, CanBeAssertedAndAreInTheSnapshot) {
    const RunResult result = run_preset(gaussian_run(mcmc));
    EXPECT_GT(summary_number(result.summary, "observables.energy.ess_bulk"), 100);
    EXPECT_LT(summary_number(result.summary, "observables.energy.r_hat"), 1.1);
    const Snapshot s = snapshot_of(result);
    ASSERT_TRUE(s.points);
    ASSERT_EQ(s.points->observables.size(), s.observables.size());
    EXPECT_EQ(s.points->weight.size() * 3, s.points->x.size());
}

TEST(Mcmc, KeepsTheStepsThatWereAskedFor) {
    Json preset = gaussian_run(mcmc);
    preset["sampler"]["thin"] = 3;
    const RunResult result = run_preset(preset);
    EXPECT_EQ(result.first.log_weight.size(), 8u * 100u);
    EXPECT_EQ(result.first.ancestor[9], 1);
    EXPECT_TRUE(result.summary["log_z"].is_null());
    EXPECT_FALSE(result.summary["log_z_stderr_missing"].get<std::string>().empty());
    EXPECT_TRUE(result.summary["ess_fraction"].is_null());
    EXPECT_TRUE(result.summary["replica_exchange"].is_null());
}

TEST(Mcmc, WithoutMovesIsRefused) {
    Json preset = gaussian_run(mcmc);
    preset["moves"] = {{"type", "none"}};
    EXPECT_TRUE(test::mentions(check_preset(preset), "moves.type", "hmc"));
}

/// Particles on top of each other are no place to start from.
TEST(Mcmc, RelaxedStartsLeaveNoClash) {
    Json preset = gaussian_run(R"({ "type": "mcmc", "n_chains": 32, "n_steps": 50, "burn_in": 300,
                                    "initial": "relaxed" })");
    preset["target"] = {{"type", "lj13"}};
    preset["path"] = {{"type", "tempering"}, {"n_levels", 1}, {"standardise", true}};
    const Json energy = run_preset(preset).summary["observables"]["energy"];
    EXPECT_LT(energy["quantiles"][4].get<double>(), 0);
    EXPECT_EQ(energy["non_finite"], 0);
}

}  // namespace
}  // namespace tempera
