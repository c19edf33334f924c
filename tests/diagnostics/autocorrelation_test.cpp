// SPDX-License-Identifier: MIT
// Correlation in time and ranks of chains whose law is known: first-order autoregressions.
#include "diagnostics/autocorrelation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/rng.hpp"
#include "diagnostics/rank_histograms.hpp"
#include "diagnostics/weights.hpp"

namespace tempera {
namespace {

/// Stationary chains x_t = memory x_{t-1} + noise of variance one; chain 0 lies `apart` higher.
ChainSeries autoregression(int n_steps, int n_chains, double memory, std::uint64_t seed, double apart = 0) {
    ChainSeries out(n_steps, n_chains);
    StreamKey key;
    key.seed = seed;
    const double noise = std::sqrt(1 - memory * memory);
    for (int c = 0; c < n_chains; ++c) {
        Stream stream(key, static_cast<std::uint32_t>(c));
        double last = stream.normal();
        for (int t = 0; t < n_steps; ++t) {
            out(t, c) = last + (c == 0 ? apart : 0);
            last = memory * last + noise * stream.normal();
        }
    }
    return out;
}

double direct_product(const ChainSeries& x, double mean, int lag) {
    double sum = 0;
    for (int t = 0; t + lag < x.n_steps(); ++t) {
        for (int c = 0; c < x.n_chains; ++c) {
            sum += (x(t, c) - mean) * (x(t + lag, c) - mean);
        }
    }
    return sum * x.n_steps() / (x.n_steps() - lag);
}

TEST(Autocorrelation, ByTransformsIsTheSumOfProducts) {
    for (const auto& [n_steps, n_chains] : {std::pair{257, 5}, {4, 1}, {64, 2}, {100, 3}}) {
        const ChainSeries x = autoregression(n_steps, n_chains, 0.6, 3);
        const Autocorrelation found = autocorrelation(x);
        ASSERT_EQ(found.rho.size(), static_cast<std::size_t>(n_steps / 2 + 1));
        EXPECT_NEAR(found.scatter, direct_product(x, found.mean, 0), 1e-10 * found.scatter);
        for (int lag = 0; lag <= n_steps / 2; ++lag) {
            EXPECT_NEAR(found.rho[static_cast<std::size_t>(lag)],
                        direct_product(x, found.mean, lag) / found.scatter, 1e-11)
                << n_steps << " steps, lag " << lag;
        }
    }
}

TEST(Autocorrelation, VarianceOfASumIsTheSameEitherWay) {
    const ChainSeries x = autoregression(3000, 4, 0.8, 5);
    const Autocorrelation found = autocorrelation(x);
    const ChainSum direct = variance_of_sum(x),
                   here = variance_of_sum(found.scatter, found.integrated, 4 * 3000);
    EXPECT_NEAR(here.autocorrelation_time, direct.autocorrelation_time, 1e-9);
    EXPECT_NEAR(here.variance, direct.variance, 1e-9 * direct.variance);
    EXPECT_NEAR(error_of_sum(here, 4, 3000).value, error_of_sum(x).value, 1e-9 * direct.variance);
}

/// (1 + memory) / (1 - memory) is exact. The window cuts off exp(-5 tau / (tau / 2)) of it, far less than the
/// error.
TEST(Autocorrelation, TimesOfAutoregressionsAreKnown) {
    for (const double memory : {0.0, 0.5, 0.9}) {
        const double exact = (1 + memory) / (1 - memory);
        const Autocorrelation found = autocorrelation(autoregression(20000, 8, memory, 7));
        ASSERT_TRUE(std::isfinite(found.time_error));
        EXPECT_NEAR(found.integrated.time, exact, 4 * found.time_error) << memory;
        EXPECT_LT(found.time_error, 0.05 * exact);
        EXPECT_NEAR(found.rho[1], memory, 4 * std::sqrt((1 - memory * memory) / 160000.0)) << memory;
    }
}

/// 400 single chains of 512 steps, of which a few look too slow for an error. The mean error must be the
/// spread of the estimates, whose own relative standard error is 1 / sqrt(800) = .035, within a quarter: the
/// estimate is skewed.
TEST(Autocorrelation, ItsStandardErrorIsTheSpreadOfTheEstimates) {
    for (const double memory : {0.3, 0.5}) {
        Moments time, error;
        for (std::uint64_t seed = 0; seed < 400; ++seed) {
            const Autocorrelation found = autocorrelation(autoregression(512, 1, memory, 100 + seed));
            if (std::isfinite(found.time_error)) {
                time.add(found.integrated.time), error.add(found.time_error);
            }
        }
        EXPECT_GE(time.n, 396);
        EXPECT_NEAR(error.mean / std::sqrt(time.variance()), 1, 0.25) << memory;
    }
}

TEST(Autocorrelation, ErrorsOfChainsThatAreTooShortAreNotKnown) {
    const Autocorrelation slow = autocorrelation(autoregression(300, 1, 0.98, 9));
    EXPECT_TRUE(slow.known());
    EXPECT_TRUE(std::isnan(slow.time_error));
    EXPECT_FALSE(autocorrelation(ChainSeries(100, 2)).known()) << "a constant";
    ChainSeries broken = autoregression(100, 2, 0.5, 1);
    broken(3, 1) = std::nan("");
    EXPECT_FALSE(autocorrelation(broken).known());
    EXPECT_FALSE(autocorrelation(autoregression(3, 2, 0.5, 1)).known());
}

/// Coverage of the band over 4 x 20 bars of 25 sets of chains: 2000 bars, of which those of one bin depend on
/// each other; four standard errors of 500 independent ones are .039.
TEST(RankHistograms, NineteenOfTwentyBarsOfEqualChainsLieInTheBand) {
    for (const double memory : {0.0, 0.7}) {
        double outside = 0;
        for (std::uint64_t seed = 0; seed < 25; ++seed) {
            const RankHistograms found = rank_histograms(autoregression(4000, 4, memory, 40 + seed));
            ASSERT_EQ(found.n_bins, 20);
            outside += found.outside() / 25;
        }
        EXPECT_NEAR(outside, 0.05, 0.039) << memory;
    }
}

TEST(RankHistograms, AreSharesOfOneAndTellAChainThatIsApart) {
    const RankHistograms equal = rank_histograms(autoregression(2000, 4, 0.5, 1)),
                         apart = rank_histograms(autoregression(2000, 4, 0.5, 1, 0.6));
    for (const auto& of_chain : equal.ratio) {
        double sum = 0;
        for (const double v : of_chain) {
            sum += v / 20;
        }
        EXPECT_NEAR(sum, 1, 1e-12);
    }
    EXPECT_LT(equal.outside(), 0.15);
    EXPECT_GT(apart.outside(), 0.4);
    EXPECT_GT(apart.ratio[0].back(), 1.5);
    EXPECT_LT(apart.ratio[0].front(), 0.7);
}

/// Values of a coin: half of the ranks are shared by all zeros, and their order is drawn.
TEST(RankHistograms, TiesAreSpreadEvenly) {
    ChainSeries coin = autoregression(4000, 4, 0, 3);
    for (double& v : coin.values) {
        v = v > 0;
    }
    const RankHistograms found = rank_histograms(coin);
    EXPECT_NEAR(found.outside(), 0.05, 4 * std::sqrt(0.05 * 0.95 / 80));
    for (const double width : found.half_width) {
        EXPECT_NEAR(width, 1.96 * std::sqrt(19.0 * 0.75 / 4000), 0.15 * width);
    }
}

TEST(RankHistograms, NeedSeveralChainsThatAreLongEnough) {
    EXPECT_TRUE(rank_histograms(autoregression(2000, 1, 0.5, 1)).ratio.empty());
    EXPECT_TRUE(rank_histograms(autoregression(9, 4, 0.5, 1)).ratio.empty());
    EXPECT_EQ(rank_histograms(autoregression(50, 4, 0.5, 1)).n_bins, 10);
    const RankHistograms slow = rank_histograms(autoregression(400, 4, 0.995, 1));
    ASSERT_FALSE(slow.ratio.empty());
    EXPECT_TRUE(std::isnan(slow.half_width[0])) << "a chain that stays tells nothing of how long chains stay";
}

}  // namespace
}  // namespace tempera
