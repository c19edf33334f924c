// SPDX-License-Identifier: MIT
#include "diagnostics/bootstrap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "diagnostics/weights.hpp"

namespace tempera {
namespace {

StreamKey key_of(std::uint64_t seed, std::uint64_t step = 0) {
    StreamKey key;
    key.seed = seed;
    return key.with(Purpose::diagnostic, 0, step);
}

TEST(BootstrapUnits, AreLineagesOrPointsAndNeedTenThatCarryTheWeight) {
    std::vector<int> root;
    for (int i = 0; i < 40; ++i) {
        root.push_back(7 * (i / 2));
    }
    const std::vector<double> equal(40, 1.0 / 40);
    const BootstrapUnits lineages = lineage_units(equal, &root);
    EXPECT_EQ(lineages.n_units, 20);
    EXPECT_EQ(lineages.of[2], lineages.of[3]);
    EXPECT_NE(lineages.of[1], lineages.of[2]);
    EXPECT_EQ(lineages.missing, "");
    EXPECT_EQ(lineage_units(equal, nullptr).n_units, 40);
    std::vector<double> uneven(40, 0.1 / 39);
    uneven[0] = 0.9;
    EXPECT_NE(lineage_units(uneven, nullptr).missing, "");
}

TEST(BootstrapUnits, OfManyChainsAreTheChainsOfFewTheirStretches) {
    ChainSeries many(30, 12), few(400, 2), one(8, 1);
    for (ChainSeries* series : {&many, &few, &one}) {
        Stream stream(key_of(3), 0);
        std::generate(series->values.begin(), series->values.end(), [&] { return stream.normal(); });
    }
    EXPECT_EQ(chain_units(many).n_units, 12);
    EXPECT_EQ(chain_units(many).of[13], 1);
    const BootstrapUnits units = chain_units(few);
    EXPECT_EQ(units.what, "stretches of chains");
    EXPECT_GT(units.n_units, 40);  // of independent values stretches are five steps or a few more
    EXPECT_LE(units.n_units, 160);
    EXPECT_EQ(std::set<int>(units.of.begin(), units.of.end()).size(),
              static_cast<std::size_t>(units.n_units));
    EXPECT_NE(units.of[0], units.of[1]);  // of another chain
    EXPECT_EQ(units.of[0], units.of[2]);
    EXPECT_NE(chain_units(one).missing, "");
}

TEST(BootstrapWeights, SpreadAMeanAsItsStandardError) {
    // The mean of n values: sd / sqrt(n). 400 draws: relative standard error of the spread 3.5 %.
    constexpr std::size_t n = 200;
    Stream stream(key_of(5), 0);
    std::vector<double> x(n), weight(n, 1.0 / n);
    std::generate(x.begin(), x.end(), [&] { return stream.normal(); });
    const BootstrapUnits units = lineage_units(weight, nullptr);
    Moments values, means;
    for (const double v : x) {
        values.add(v);
    }
    for (std::uint64_t draw = 0; draw < 400; ++draw) {
        const std::vector<double> w = bootstrap_weights(weight, units.of, units.n_units, key_of(6, draw));
        EXPECT_NEAR(std::accumulate(w.begin(), w.end(), 0.0), 1, 1e-12);
        means.add(std::inner_product(w.begin(), w.end(), x.begin(), 0.0));
    }
    EXPECT_NEAR(std::sqrt(means.variance()), std::sqrt(values.variance() / n),
                4 * 0.035 * std::sqrt(values.variance() / n));
}

TEST(SystematicPoints, ComeAsOftenAsTheirWeightSays) {
    const std::vector<std::size_t> points = systematic_points(std::vector{0.1, 0.0, 0.5, 0.4}, 10, 0.5);
    EXPECT_EQ(points, (std::vector<std::size_t>{0, 2, 2, 2, 2, 2, 3, 3, 3, 3}));
    EXPECT_EQ(systematic_points(std::vector{1.0, 1.0, 1.0, 1.0}, 2, 0.25), (std::vector<std::size_t>{0, 2}));
}

TEST(RandomOrder, HoldsEveryNumberOnceAndDependsOnTheKeyAlone) {
    const std::vector<std::size_t> a = random_order(1000, key_of(1));
    EXPECT_EQ(a, random_order(1000, key_of(1)));
    EXPECT_NE(a, random_order(1000, key_of(2)));
    EXPECT_EQ(std::set<std::size_t>(a.begin(), a.end()).size(), 1000u);
    EXPECT_EQ(*std::max_element(a.begin(), a.end()), 999u);
}

}  // namespace
}  // namespace tempera
