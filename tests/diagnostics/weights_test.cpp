// SPDX-License-Identifier: MIT
#include "diagnostics/weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/log_sum_exp.hpp"
#include "core/rng.hpp"
#include "diagnostics/mode_weights.hpp"

namespace tempera {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

StreamKey test_key(std::uint64_t seed) {
    StreamKey key;
    key.seed = seed;
    key.purpose = Purpose::diagnostic;
    return key;
}

std::vector<double> normals(int n, std::uint64_t seed, double sd) {
    Stream stream(test_key(seed), 0);
    std::vector<double> out(static_cast<std::size_t>(n));
    for (double& v : out) {
        v = sd * stream.normal();
    }
    return out;
}

TEST(EssFraction, EqualWeightsGiveOne) {
    const std::vector<double> w(1000, -745.0);
    EXPECT_DOUBLE_EQ(ess_fraction(w), 1.0);
}

TEST(EssFraction, OneHeavyWeightGivesOneOverN) {
    std::vector<double> w(1000, -infinity);
    w[417] = 1e4;
    EXPECT_DOUBLE_EQ(ess_fraction(w), 1e-3);
}

TEST(EssFraction, DoesNotDependOnTheLevelOfTheLogWeights) {
    std::vector<double> w = normals(500, 1, 2.0);
    const double at_zero = ess_fraction(w);
    for (double& v : w) {
        v += 12345.0;
    }
    EXPECT_NEAR(ess_fraction(w), at_zero, 1e-9);
}

TEST(EssFraction, HidesNothingThatIsNotFinite) {
    EXPECT_TRUE(std::isnan(ess_fraction({})));
    EXPECT_TRUE(std::isnan(ess_fraction(std::vector{0.0, nan})));
    EXPECT_TRUE(std::isnan(ess_fraction(std::vector{0.0, infinity})));
    EXPECT_EQ(ess_fraction(std::vector{-infinity, -infinity}), 0.0);
}

TEST(NormalisedWeights, SumToOneAndKeepRatios) {
    const std::vector<double> w = normalised_weights(std::vector{1000.0, 1000.0 + std::log(3.0), -infinity});
    EXPECT_NEAR(w[0], 0.25, 1e-12);
    EXPECT_NEAR(w[1], 0.75, 1e-12);
    EXPECT_EQ(w[2], 0.0);
    EXPECT_TRUE(std::isnan(normalised_weights(std::vector{-infinity, -infinity})[0]));
}

TEST(LogWeightMoments, CountsWhatItLeavesOut) {
    const LogWeightMoments m = log_weight_moments(std::vector{1.0, 2.0, 3.0, -infinity});
    EXPECT_EQ(m.dropped, 1);
    EXPECT_DOUBLE_EQ(m.mean, 2.0);
    EXPECT_DOUBLE_EQ(m.variance, 1.0);
    EXPECT_DOUBLE_EQ(m.max, 3.0);
    EXPECT_TRUE(std::isnan(log_weight_moments(std::vector{1.0, nan}).variance));
}

TEST(LogZStderr, DeltaAndBootstrapAgreeOnLightTails) {
    const std::vector<double> w = normals(4000, 2, 0.5);
    const double delta = log_z_stderr_delta(w);
    // Log-normal weights of variance s^2: relative variance of the mean is (exp(s^2) - 1) / n.
    EXPECT_NEAR(delta, std::sqrt((std::exp(0.25) - 1) / 4000), 0.1 * delta);
    // A standard deviation from 200 resamples has a relative error of 5 %; four of these.
    EXPECT_NEAR(log_z_stderr_bootstrap(w, 3), delta, 0.2 * delta);
    EXPECT_EQ(log_z_stderr_delta(std::vector<double>(50, 1.0)), 0.0);
    EXPECT_TRUE(std::isnan(log_z_stderr_delta(std::vector{1.0})));  // one weight tells nothing of its spread
}

class ParetoShape : public testing::TestWithParam<double> {};

TEST_P(ParetoShape, IsFoundAgainFromDraws) {
    const double k = GetParam();
    constexpr int n = 40000;
    Stream stream(test_key(4), static_cast<std::uint32_t>(100 * k));
    std::vector<double> log_weight(n);
    for (double& w : log_weight) {  // generalised Pareto by inversion, location 1
        const double u = stream.uniform();
        w = std::log1p((std::pow(u, -k) - 1) / k);
    }
    // Asymptotic standard error (1 + k) / sqrt(tail) of the shape, tail = 3 sqrt(n); the prior moves it by at
    // most 10 / tail.
    const double tail = 3 * std::sqrt(n);
    EXPECT_NEAR(pareto_k(log_weight), k, 4 * (1 + k) / std::sqrt(tail) + 5 / tail);
}

INSTANTIATE_TEST_SUITE_P(Shapes, ParetoShape, testing::Values(0.1, 0.4, 0.7, 1.0));

TEST(ParetoK, IsKnownBeyondWhatADoubleSpans) {
    // Stretching the logarithms stretches the shape of so heavy a tail alike; the prior weighs 10 of 190.
    const std::vector<double> narrow = normals(4000, 8, 100), wide = normals(4000, 8, 20'000);
    const double k = pareto_k(narrow);
    EXPECT_GT(k, 10);
    EXPECT_NEAR(pareto_k(wide) / (200 * k), 1, 0.1);
}

TEST(ParetoK, NeedsPointsAndATail) {
    EXPECT_TRUE(std::isnan(pareto_k(normals(24, 5, 1))));
    EXPECT_TRUE(std::isnan(pareto_k(std::vector<double>(1000, 2.0))));
    EXPECT_TRUE(std::isfinite(pareto_k(normals(25, 5, 1))));
    // Tiny spreads (exact kernels) still have a shape: that of a light tail.
    EXPECT_LT(pareto_k(normals(4000, 6, 1e-9)), 0.3);
    std::vector<double> failed = normals(1000, 7, 1);
    std::fill(failed.begin(), failed.begin() + 950, -infinity);
    EXPECT_TRUE(std::isfinite(pareto_k(failed)));
}

TEST(Lorenz, EqualWeightsAreTheDiagonal) {
    const Lorenz curve = lorenz_curve(std::vector<double>(777, -3.0), 16);
    EXPECT_NEAR(curve.gini, 0.0, 1e-12);
    EXPECT_NEAR(curve.top_percent_share, 0.01, 1e-9);
    for (std::size_t i = 0; i < curve.share.size(); ++i) {
        EXPECT_NEAR(curve.share[i], static_cast<double>(i) / 16, 1e-9);
    }
}

TEST(Lorenz, OneHeavyWeight) {
    std::vector<double> w(200, -infinity);
    w[3] = 0;
    const Lorenz curve = lorenz_curve(w, 100);
    EXPECT_NEAR(curve.gini, 199.0 / 200, 1e-12);
    EXPECT_NEAR(curve.top_percent_share, 1.0, 1e-12);
    EXPECT_EQ(curve.share.front(), 0.0);
    EXPECT_EQ(curve.share[99], 0.0);
    EXPECT_EQ(curve.share.back(), 1.0);
}

TEST(Lorenz, GiniOfTwoWeights) {
    // Shares 1/4 and 3/4: G = 1 - 2 (1/2 * 1/2 * 1/4 + 1/2 * (1/4 + 1) / 2) = 1/4.
    EXPECT_NEAR(lorenz_curve(std::vector{0.0, std::log(3.0)}).gini, 0.25, 1e-12);
    EXPECT_TRUE(std::isnan(lorenz_curve(std::vector{0.0, nan}).gini));
}

TEST(UniqueFraction, CountsDistinctRoots) {
    EXPECT_DOUBLE_EQ(unique_fraction(std::vector{1, 1, 2, 9}), 0.75);
    EXPECT_TRUE(std::isnan(unique_fraction({})));
}

TEST(HistogramTest, CountsEverythingOnce) {
    Histogram h(0, 1, 4);
    for (double v : {0.0, 0.1, 0.3, 1.0, -1.0, 2.0, nan, infinity}) {
        h.add(v);
    }
    EXPECT_EQ(h.count, (std::vector<double>{2, 1, 0, 1}));
    EXPECT_EQ(h.underflow + h.overflow + h.not_finite, 4.0);
}

TEST(HistogramTest, MergedPartsEqualTheWhole) {
    const std::vector<double> values = normals(300, 8, 1);
    Histogram whole(-3, 3, 20), a(-3, 3, 20), b(-3, 3, 20);
    for (std::size_t i = 0; i < values.size(); ++i) {
        whole.add(values[i]);
        (i < 100 ? a : b).add(values[i]);
    }
    a.merge(b);
    EXPECT_EQ(a.count, whole.count);
    EXPECT_EQ(a.underflow, whole.underflow);
}

TEST(HistogramTest, ConstantAndEmptyDataGetBinsOfSomeWidth) {
    EXPECT_GT(log_weight_histogram(std::vector<double>(10, 5.0)).high, 0.0);
    const Histogram none = log_weight_histogram(std::vector{-infinity, nan});
    EXPECT_LT(none.low, none.high);
    EXPECT_EQ(none.not_finite, 2.0);
}

TEST(HistogramTest, LogWeightsAreCountedAroundTheirMean) {
    const std::vector<double> log_weight = {999, 1000, 1000, 1001, -infinity};
    const Histogram h = log_weight_histogram(log_weight, 4);
    EXPECT_DOUBLE_EQ(h.low, -1);
    EXPECT_DOUBLE_EQ(h.high, 1);
    EXPECT_EQ(h.count, (std::vector<double>{1, 0, 2, 1}));
    EXPECT_EQ(h.not_finite, 1);
    EXPECT_EQ(log_weight_histogram(log_weight).count.size(), 12u);
    EXPECT_EQ(log_weight_histogram(normals(5000, 3, 1)).count.size(), 34u);
}

TEST(MomentsTest, MergedPartsEqualTheWhole) {
    const std::vector<double> values = normals(1000, 9, 3);
    Moments whole, a, b, empty;
    for (std::size_t i = 0; i < values.size(); ++i) {
        whole.add(values[i]);
        (i < 321 ? a : b).add(values[i]);
    }
    a.merge(b);
    a.merge(empty);
    EXPECT_EQ(a.n, whole.n);
    EXPECT_NEAR(a.mean, whole.mean, 1e-12);
    EXPECT_NEAR(a.variance(), whole.variance(), 1e-10);
    EXPECT_TRUE(std::isnan(Moments().variance()));
}

TEST(ModeWeights, ProportionsFollowTheWeights) {
    const std::vector<double> r{1, 0, 0, 1, 0.5, 0.5};
    EXPECT_NEAR(mode_proportions(r, 2, {})[0], 0.5, 1e-12);
    const std::vector<double> w{std::log(2.0), -infinity, 0.0};
    EXPECT_NEAR(mode_proportions(r, 2, w)[0], 2.5 / 3, 1e-12);
    EXPECT_EQ(hard_modes(r, 2), (std::vector<int>{0, 1, 0}));
}

TEST(ModeWeights, FailedParticlesWithoutAssignmentDoNotCount) {
    const std::vector<double> r{1, 0, nan, nan};
    EXPECT_EQ(mode_proportions(r, 2, std::vector{0.0, -infinity}), (std::vector<double>{1, 0}));
}

TEST(ModeWeights, DistancesAndIntervals) {
    EXPECT_NEAR(total_variation({0.7, 0.3}, {0.5, 0.5}), 0.2, 1e-12);
    EXPECT_NEAR(mean_absolute_error({0.7, 0.3}, {0.5, 0.5}), 0.2, 1e-12);
    EXPECT_NEAR(mode_interval({0.5}, 1e6)[0], 1.96 * 0.5 / 1000, 1e-6);
    EXPECT_GT(mode_interval({0.0}, 100)[0], 0.0);
    EXPECT_TRUE(std::isnan(mode_interval({0.5}, 0)[0]));
    // Half-widths of 1.96 standard errors: a difference of three agrees, one of five does not.
    EXPECT_TRUE(proportions_agree({0.53, 0.47}, {0.5, 0.5}, {0.0196, 0.0196}));
    EXPECT_FALSE(proportions_agree({0.55, 0.45}, {0.5, 0.5}, {0.0196, 0.0196}));
}

}  // namespace
}  // namespace tempera
