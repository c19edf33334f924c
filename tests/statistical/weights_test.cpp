// SPDX-License-Identifier: MIT
// Annealed importance sampling and sequential Monte Carlo on the two-mode target (log Z = 2): unbiasedness,
// rates in the number of levels, effective sample sizes and mode weights. Expected numbers come from
// independent float64 programs.
#include "runs.hpp"

namespace tempera::test {
namespace {

constexpr double log_z_true = 2.0, weight_true = 2.0 / 3;

TEST(Unbiased, AnnealedImportanceSampling) {
    for (const auto& [name, levels] : {std::pair("first", 12), std::pair("second", 48)}) {
        const auto run = outcomes(preset(two_mode(2), diffusion(levels, 0.03, 30), kernel(name),
                                         {{"type", "ais"}, {"n_particles", 65536}}, no_moves(), 3),
                                  1)[0];
        EXPECT_LT(run.log_z_stderr, std::string(name) == "second" ? 0.004 : 0.05);
        EXPECT_LT(std::abs(run.log_z - log_z_true), 4 * run.log_z_stderr) << name;
    }
}

TEST(Unbiased, SequentialMonteCarloWithSixteenParticles) {
    const std::tuple<const char*, const char*, int> settings[] = {{"none", "multinomial", 2},
                                                                  {"none", "stratified", 2},
                                                                  {"none", "systematic", 2},
                                                                  {"none", "residual", 2},
                                                                  {"first", "systematic", 0}};
    for (const auto& [name, scheme, n_steps] : settings) {
        const auto runs = outcomes(
            preset(two_mode(2), diffusion(12, 0.03, 30), kernel(name),
                   {{"type", "smc"}, {"n_particles", 16}, {"resampling", scheme}, {"ess_threshold", 1.0}},
                   n_steps ? mala(n_steps) : no_moves(), 5),
            3000);
        const Mean ratio = mean_of(runs, [](const Outcome& r) { return std::exp(r.log_z - log_z_true); });
        EXPECT_LT(ratio.standard_error, 0.05) << name << ' ' << scheme;
        EXPECT_LT(std::abs(ratio.value - 1), 4 * ratio.standard_error)
            << name << ' ' << scheme << ' ' << ratio.value;
    }
}

/// Slope of log Var(log w) against log n_levels and the variance at 64 levels.
std::pair<double, double> rate(const std::string& name, int dim) {
    double sx = 0, sy = 0, sxx = 0, sxy = 0, at_64 = 0;
    for (const int levels : {32, 64, 128, 256}) {
        Json k = kernel(name);
        if (name == "map") {
            k["n_substeps"] = 1;
        }
        double v = 0;
        for (const Outcome& r : outcomes(preset(two_mode(dim), diffusion(levels, 0.01, 200), k,
                                                {{"type", "ais"}, {"n_particles", 1024}}, no_moves(), 1),
                                         2)) {
            v += trimmed_variance(r.log_weight) / 2;
        }
        at_64 = levels == 64 ? v : at_64;
        const double x = std::log(levels), y = std::log(v);
        sx += x, sy += y, sxx += x * x, sxy += x * y;
    }
    return {(4 * sxy - sx * sy) / (4 * sxx - sx * sx), at_64};
}

struct Rate {
    const char* name;
    int dim;
    double slope, tolerance, variance;
};

/// Half as many particles and two runs: a slope scatters by about 0.05 (first order 0.07).
class RateInLevels : public testing::TestWithParam<Rate> {};
TEST_P(RateInLevels, IsThatOfTheMechanism) {
    const Rate want = GetParam();
    const auto [slope, variance] = rate(want.name, want.dim);
    EXPECT_NEAR(slope, want.slope, want.tolerance);
    EXPECT_LT(std::abs(std::log(variance / want.variance)), std::log(1.5)) << variance;
}
INSTANTIATE_TEST_SUITE_P(
    Mechanisms, RateInLevels,
    testing::Values(Rate{"first", 2, -1.2, 0.25, 0.776}, Rate{"first", 8, -1.2, 0.25, 2.91},
                    Rate{"second", 2, -2.05, 0.3, 0.0140}, Rate{"second", 8, -2.1, 0.3, 0.0180},
                    Rate{"map", 2, -3.95, 0.3, 1.4e-5}, Rate{"map_h1", 2, -1.0, 0.2, 0.108}));

TEST(EffectiveSampleSize, AndModeWeightsOfEveryMechanism) {
    struct Want {
        const char* name;
        double ess, tolerance, least_error, most_error;
    };
    for (const Want& want :
         {Want{"none", 0.085, 0.045, 0.010, 0.065}, Want{"first", 0.139, 0.06, 0.010, 0.065},
          Want{"second_diag", 0.79, 0.1, 0.0, 0.03}, Want{"second", 0.98, 0.03, 0.0, 0.018},
          Want{"map", 1.0, 0.001, 0.0, 0.018}}) {
        auto runs = outcomes(preset(two_mode(8), diffusion(64), kernel(want.name),
                                    {{"type", "ais"}, {"n_particles", 2048}},
                                    std::string(want.name) == "none" ? mala(4) : no_moves(), 11),
                             12);
        std::sort(runs.begin(), runs.end(),
                  [](const Outcome& a, const Outcome& b) { return a.ess_fraction < b.ess_fraction; });
        EXPECT_NEAR(0.5 * (runs[5].ess_fraction + runs[6].ess_fraction), want.ess, want.tolerance)
            << want.name;
        // Independent draws err by 0.0083 on average; the mean of 12 by 0.0018 either way.
        const Mean error =
            mean_of(runs, [](const Outcome& r) { return std::abs(r.weight_of_mode_0 - weight_true); });
        EXPECT_GE(error.value, want.least_error) << want.name;
        EXPECT_LE(error.value, want.most_error) << want.name;
    }
}

TEST(Teleportation, TemperingLosesTheNarrowModeAndDiffusionDoesNot) {
    const Json temper{{"type", "tempering"},
                      {"n_levels", 64},
                      {"standardise", false},
                      {"schedule", {{"type", "equal_cess"}}}};
    const Json smc{
        {"type", "smc"}, {"n_particles", 2048}, {"resampling", "systematic"}, {"ess_threshold", 0.5}};
    const auto lost = outcomes(preset(two_mode(16, 0.5), temper, kernel("none"), smc, mala(4), 4), 4);
    for (const Outcome& r : lost) {
        EXPECT_GT(r.weight_of_mode_0, 0.99);
        EXPECT_GT(r.ess_fraction, 0.4);  // and the effective sample size does not show it
    }
    // What is left is log(2/3); the spread of one run is 0.043.
    EXPECT_NEAR(mean_of(lost, [](const Outcome& r) { return r.log_z - log_z_true; }).value, std::log(2.0 / 3),
                0.1);
    const auto kept =
        outcomes(preset(two_mode(16, 0.5), diffusion(64), kernel("second"), smc, no_moves(), 4), 6);
    EXPECT_LT(
        mean_of(kept, [](const Outcome& r) { return std::abs(r.weight_of_mode_0 - weight_true); }).value,
        0.02);
}

TEST(Hutchinson, TheWeightIsBiasedByHalfTheVariance) {
    const auto error = [](const char* name) {
        const auto runs = outcomes(preset(two_mode(2), diffusion(128), kernel(name),
                                          {{"type", "ais"}, {"n_particles", 2048}}, no_moves(), 8),
                                   8);
        return std::pair(mean_of(runs, [](const Outcome& r) { return r.log_z - log_z_true; }),
                         mean_of(runs, [](const Outcome& r) { return r.log_weight_variance; }).value);
    };
    const auto [one, variance] = error("map_h1");
    EXPECT_NEAR(one.value, 0.038, 0.015);  // standard error about 0.003
    EXPECT_NEAR(one.value / (variance / 2), 1, 0.4);
    EXPECT_NEAR(error("map_h4").first.value, 0.009, 0.005);
    EXPECT_NEAR(error("map_h4c").first.value, 0, 0.005);
    EXPECT_NEAR(error("map").first.value, 0, 0.001);
}

}  // namespace
}  // namespace tempera::test
