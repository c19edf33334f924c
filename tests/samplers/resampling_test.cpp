// SPDX-License-Identifier: MIT
#include "samplers/annealed/genealogy.hpp"
#include "samplers/annealed/resampling.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "core/parallel.hpp"

namespace tempera {
namespace {

StreamKey key(std::uint32_t step) {
    StreamKey k;
    k.seed = 17;
    return k.with(Purpose::resample, 3, step);
}

std::vector<double> uneven_log_weights(int n) {
    std::vector<double> out;
    for (int i = 0; i < n; ++i) {
        out.push_back(1000.0 + 2.5 * std::sin(12.9898 * i));
    }
    out[static_cast<std::size_t>(n) / 2] = -std::numeric_limits<double>::infinity();
    return out;
}

std::vector<double> normalised(const std::vector<double>& log_weight) {
    const double max = *std::max_element(log_weight.begin(), log_weight.end());
    std::vector<double> out;
    double sum = 0;
    for (const double w : log_weight) {
        out.push_back(std::exp(w - max));
        sum += out.back();
    }
    for (double& w : out) {
        w /= sum;
    }
    return out;
}

std::vector<int> offspring(const std::vector<int>& ancestors) {
    std::vector<int> out(ancestors.size());
    for (const int a : ancestors) {
        ++out[static_cast<std::size_t>(a)];
    }
    return out;
}

class Scheme : public testing::TestWithParam<std::string> {};

TEST_P(Scheme, ExpectedOffspringAreProportionalToWeights) {
    const int n = 40, repeats = 4000;
    const auto log_weight = uneven_log_weights(n);
    const auto w = normalised(log_weight);
    std::vector<double> mean(static_cast<std::size_t>(n)), square(mean);
    for (int r = 0; r < repeats; ++r) {
        const auto ancestors =
            resample(resampling_from_name(GetParam()), log_weight, key(static_cast<std::uint32_t>(r)));
        ASSERT_EQ(ancestors.size(), static_cast<std::size_t>(n));
        ASSERT_TRUE(std::is_sorted(ancestors.begin(), ancestors.end()));
        const auto count = offspring(ancestors);
        for (std::size_t i = 0; i < count.size(); ++i) {
            mean[i] += static_cast<double>(count[i]) / repeats;
            square[i] += static_cast<double>(count[i]) * count[i] / repeats;
        }
    }
    for (std::size_t i = 0; i < w.size(); ++i) {
        const double se = std::sqrt(std::max(square[i] - mean[i] * mean[i], 0.0) / repeats);
        EXPECT_NEAR(mean[i], n * w[i], 4.5 * se + 1e-9) << "particle " << i;  // 40 comparisons
    }
    EXPECT_EQ(mean[n / 2], 0.0);
}

TEST_P(Scheme, CountsStayWithinTheSchemesBounds) {
    const int n = 300;
    const auto log_weight = uneven_log_weights(n);
    const auto w = normalised(log_weight);
    for (std::uint32_t r = 0; r < 50; ++r) {
        const auto count = offspring(resample(resampling_from_name(GetParam()), log_weight, key(r)));
        for (std::size_t i = 0; i < count.size(); ++i) {
            const double expected = n * w[i], off = std::abs(count[i] - expected);
            if (GetParam() == "systematic") {
                EXPECT_LT(off, 1.0 + 1e-9);
            } else if (GetParam() == "stratified") {
                EXPECT_LT(off, 2.0 + 1e-9);
            } else if (GetParam() == "residual") {
                EXPECT_GE(count[i], std::floor(expected - 1e-9));
            }
        }
    }
}

TEST_P(Scheme, SameForAnyNumberOfThreads) {
    const auto log_weight = uneven_log_weights(5000);
    set_thread_count(1);
    const auto one = resample(resampling_from_name(GetParam()), log_weight, key(0));
    set_thread_count(3);
    EXPECT_EQ(one, resample(resampling_from_name(GetParam()), log_weight, key(0)));
    set_thread_count(0);
}

TEST_P(Scheme, OneParticleAndNoWeight) {
    EXPECT_EQ(resample(resampling_from_name(GetParam()), std::vector<double>{-7.0}, key(0)),
              std::vector<int>{0});
    const std::vector<double> nothing(5, -std::numeric_limits<double>::infinity());
    EXPECT_THROW(resample(resampling_from_name(GetParam()), nothing, key(0)), NumericalError);
}

INSTANTIATE_TEST_SUITE_P(All, Scheme, testing::ValuesIn(resampling_names()));

TEST(Resampling, EqualWeightsKeepEveryParticle) {
    for (const char* scheme : {"systematic", "stratified", "residual"}) {
        for (const int n : {1, 7, 49, 1000}) {
            const auto count = offspring(resample(
                resampling_from_name(scheme), std::vector<double>(static_cast<std::size_t>(n), 3.0), key(1)));
            EXPECT_EQ(*std::min_element(count.begin(), count.end()), 1) << scheme << ' ' << n;
        }
    }
}

TEST(Resampling, UnknownNameIsRefused) { EXPECT_THROW(resampling_from_name("sistematic"), ConfigError); }

TEST(Genealogy, HalvingKeepsTheAncestorsBeforeBoth) {
    for (const int n_events : {2, 5}) {
        const int n = 100;
        std::vector<std::vector<int>> ancestors;
        std::vector<int> levels;
        for (int e = 0; e < n_events; ++e) {
            ancestors.push_back(resample(Resampling::multinomial, uneven_log_weights(n), key(40 + e)));
            levels.push_back(10 - e);
        }
        const auto roots = [&] {
            std::vector<int> root(static_cast<std::size_t>(n));
            for (int i = 0; i < n; ++i) {
                int at = i;
                for (auto event = ancestors.rbegin(); event != ancestors.rend(); ++event) {
                    at = (*event)[static_cast<std::size_t>(at)];
                }
                root[static_cast<std::size_t>(i)] = at;
            }
            return root;
        };
        const std::vector<int> before = roots();
        halve_genealogy(ancestors, levels);
        EXPECT_EQ(ancestors.size(), static_cast<std::size_t>((n_events + 1) / 2));
        EXPECT_EQ(levels, n_events == 2 ? std::vector<int>{9} : (std::vector<int>{9, 7, 6}));
        EXPECT_EQ(roots(), before);
    }
}

}  // namespace
}  // namespace tempera
