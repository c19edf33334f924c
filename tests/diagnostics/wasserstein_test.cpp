// SPDX-License-Identifier: MIT
#include "diagnostics/wasserstein.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/errors.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"

namespace tempera {
namespace {

Mixture gaussian(const Eigen::VectorXd& mean, const Eigen::VectorXd& variance) {
    Mixture m;
    m.shape = Mixture::Shape::diagonal;
    m.components.push_back({1, mean, variance, Eigen::MatrixXd::Identity(mean.size(), mean.size())});
    return m;
}

Mixture two_lakes() {
    Mixture m;
    const Eigen::MatrixXd axes = Eigen::MatrixXd::Identity(2, 2);
    m.components.push_back({2.0 / 3, Eigen::Vector2d(-4, 0), Eigen::Vector2d::Constant(0.0625), axes});
    m.components.push_back({1.0 / 3, Eigen::Vector2d(4, 0), Eigen::Vector2d::Constant(1.0), axes});
    return m;
}

std::vector<double> normal_points(int n, int dim, std::uint64_t seed) {
    StreamKey key;
    key.seed = seed;
    key.purpose = Purpose::target_sample;
    std::vector<double> x;
    for (int i = 0; i < n; ++i) {
        Stream stream(key, static_cast<std::uint32_t>(i));
        for (int k = 0; k < dim; ++k) {
            x.push_back(stream.normal());
        }
    }
    return x;
}

TEST(SlicedW2, OfAShiftIsItsLengthOverRootDim) {
    // On a direction u the shift is u.d, exactly and for every quantile: SW2^2 = mean (u.d)^2, which is |d|^2
    // / dim up to the 128 directions: relative standard error sqrt(2 / 128) / 2 of the root for dim 2 at
    // most.
    const std::vector<double> x = normal_points(500, 2, 1);
    std::vector<double> y = x;
    for (std::size_t i = 0; i < y.size(); i += 2) {
        y[i] += 3, y[i + 1] -= 4;
    }
    const double d = sliced_w2_between(x, {}, y, {}, 2);
    EXPECT_NEAR(d, 5 / std::sqrt(2.0), 4 * 0.0625 * 5 / std::sqrt(2.0));
    EXPECT_NEAR(sliced_w2_between(y, {}, x, {}, 2), d, 1e-12);
    EXPECT_EQ(sliced_w2_between(x, {}, x, {}, 2), 0.0);
}

TEST(SlicedW2, AgainstAGaussianMatchesTheClosedForm) {
    // One-dimensional: W2^2 = (mean difference)^2 + (sd difference)^2, with exact quantiles as the points.
    const Mixture exact = gaussian(Eigen::VectorXd::Constant(1, 1.0), Eigen::VectorXd::Constant(1, 4.0));
    std::vector<double> x;
    constexpr int n = 2000;
    for (int i = 0; i < n; ++i) {  // standard normal quantiles by bisection
        double low = -10, high = 10;
        while (high - low > 1e-13) {
            const double middle = 0.5 * (low + high);
            (0.5 * std::erfc(-middle / std::sqrt(2.0)) < (i + 0.5) / n ? low : high) = middle;
        }
        x.push_back(low);
    }
    // Quantiles of N(1, 4) are 1 + 2 q: squared distance mean (1 + q)^2 (the signs of directions do not
    // matter).
    double want = 0;
    for (double q : x) {
        want += (1 + q) * (1 + q) / n;
    }
    EXPECT_NEAR(sliced_w2(x, 1, {}, exact), std::sqrt(want), 1e-8);
    EXPECT_NEAR(std::sqrt(want), std::sqrt(2.0), 1e-3);
}

TEST(SlicedW2, WeightsActLikeCopies) {
    const Mixture exact = two_lakes();
    const std::vector<double> once = normal_points(64, 2, 2);
    std::vector<double> copies, log_weight;
    for (std::size_t i = 0; i < 64; ++i) {
        const int times = i % 3 == 0 ? 3 : 1;
        log_weight.push_back(std::log(times));
        for (int t = 0; t < times; ++t) {
            copies.insert(copies.end(), {once[2 * i], once[2 * i + 1]});
        }
    }
    // Nodes that fall on a border of the distribution function may go either way: a node in 2000 at most per
    // border.
    EXPECT_NEAR(sliced_w2(once, 2, log_weight, exact), sliced_w2(copies, 2, {}, exact), 1e-3);
    EXPECT_NEAR(sliced_w2_between(once, log_weight, once, {}, 2), sliced_w2_between(copies, {}, once, {}, 2),
                1e-9);
}

TEST(SlicedW2, DoesNotDependOnOrderThreadsOrCache) {
    const Mixture exact = two_lakes();
    std::vector<double> x = normal_points(3000, 2, 3);
    const double want = SlicedReference(exact).distance(x, {});
    EXPECT_EQ(sliced_w2(x, 2, {}, exact), want);
    EXPECT_EQ(sliced_w2(x, 2, {}, gaussian(Eigen::Vector2d(0, 0), Eigen::Vector2d(1, 1))) < want, true);
    EXPECT_EQ(sliced_w2(x, 2, {}, exact), want);
    set_thread_count(1);
    EXPECT_EQ(sliced_w2(x, 2, {}, exact), want);
    set_thread_count(3);
    EXPECT_EQ(SlicedReference(exact).distance(x, {}), want);
    set_thread_count(0);
    std::vector<double> reversed;
    for (std::size_t i = x.size(); i > 0; i -= 2) {
        reversed.insert(reversed.end(), {x[i - 2], x[i - 1]});
    }
    EXPECT_NEAR(sliced_w2(reversed, 2, {}, exact), want, 1e-12);
}

TEST(SlicedW2, ExactSamplesReachTheStatisticalFloor) {
    // Weight errors dominate: SW2^2 ~ (|difference of means|^2 / dim) |dw| with sd(w) = sqrt(w (1 - w) / n).
    const Mixture exact = two_lakes();
    StreamKey key;
    key.seed = 4;
    key.purpose = Purpose::target_sample;
    Particles<double> p(4096, 2);
    std::vector<double> x;
    for (int b = 0; b < p.n_blocks(); ++b) {
        exact.sample(key, static_cast<std::uint32_t>(b * block_size), p.block(b));
    }
    for (int i = 0; i < p.size(); ++i) {
        x.insert(x.end(), {p(i, 0), p(i, 1)});
    }
    const double weight_error = 4 * std::sqrt(2.0 / 9 / 4096);
    EXPECT_LT(sliced_w2(x, 2, {}, exact), std::sqrt(32 * weight_error + 0.01));
}

TEST(SlicedW2, IsNanForWhatCannotBeMeasured) {
    const Mixture exact = two_lakes();
    EXPECT_TRUE(std::isnan(sliced_w2({}, 2, {}, exact)));
    EXPECT_TRUE(std::isnan(sliced_w2(std::vector{0.0, std::nan("")}, 2, {}, exact)));
    EXPECT_TRUE(std::isnan(
        sliced_w2(std::vector{0.0, 1.0}, 2, std::vector{-std::numeric_limits<double>::infinity()}, exact)));
}

double brute_force(const std::vector<double>& x, const std::vector<double>& y, int dim) {
    const std::size_t n = x.size() / static_cast<std::size_t>(dim);
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    double best = 1e300;
    do {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t k = 0; k < static_cast<std::size_t>(dim); ++k) {
                const double gap = x[i * static_cast<std::size_t>(dim) + k] -
                                   y[order[i] * static_cast<std::size_t>(dim) + k];
                sum += gap * gap;
            }
        }
        best = std::min(best, sum);
    } while (std::next_permutation(order.begin(), order.end()));
    return std::sqrt(best / static_cast<double>(n));
}

TEST(ExactW2, EqualsTheBestOfAllAssignments) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const std::vector<double> x = normal_points(7, 2, seed), y = normal_points(7, 2, seed + 100);
        EXPECT_NEAR(exact_w2(x, {}, y, {}, 2), brute_force(x, y, 2), 1e-6);
    }
}

TEST(ExactW2, WeightsActLikeCopies) {
    const std::vector<double> x{0, 1, 5}, weights{0.25, 0.5, 0.25}, copies{0, 1, 1, 5}, y{2, 3, 4, 4.5};
    EXPECT_NEAR(exact_w2(x, weights, y, {}, 1), brute_force(copies, y, 1), 1e-5);
    EXPECT_NEAR(exact_w2(y, {}, x, weights, 1), brute_force(copies, y, 1), 1e-5);
}

TEST(ExactW2, SetsOfDifferentSize) {
    EXPECT_NEAR(exact_w2(std::vector{0.0, 1.0}, {}, std::vector{0.0, 0.5, 1.0}, {}, 1),
                std::sqrt(2.0 / 6 * 0.25), 1e-6);
    EXPECT_EQ(exact_w2(std::vector{2.0}, {}, std::vector{2.0, 2.0}, {}, 1), 0.0);
}

TEST(ExactW2, RefusesWhatItCannotDo) {
    const std::vector<double> many(2 * 2049, 0.0), one{0, 0};
    EXPECT_THROW(exact_w2(many, {}, one, {}, 2), ConfigError);
    EXPECT_THROW(exact_w2({}, {}, one, {}, 2), ConfigError);
    EXPECT_THROW(exact_w2(one, std::vector{-1.0}, one, {}, 2), ConfigError);
    EXPECT_THROW(exact_w2(std::vector{std::nan(""), 0.0}, {}, one, {}, 2), ConfigError);
}

}  // namespace
}  // namespace tempera
