// SPDX-License-Identifier: MIT
#include "samplers/annealed/lineages.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "core/log_sum_exp.hpp"
#include "gaussian_path.hpp"
#include "samplers/annealed/lineage_squares.hpp"

namespace tempera::test {
namespace {

constexpr double log_z = 1.7;

TEST(Lineages, WithoutResamplingAreIndependentWeights) {
    const std::vector<double> w{0.3, -1.2, 0.8, -std::numeric_limits<double>::infinity(), 2.0};
    const LogSumExp sum = log_sum_exp(w);
    Lineages lineages(5);
    EXPECT_NEAR(lineages.variance(w, sum.value()), (1 / sum.ess() - 0.2) * 5 / 4, 1e-14);
}

TEST(Lineages, AddWhatEveryStretchBringsThem) {
    // Eight particles, four survive twice each; the second stretch favours the first lineage.
    const std::vector<double> first(8, 0.0), second{1, 1, 0, 0, 0, 0, 0, 0};
    Lineages lineages(8);
    lineages.resample(first, log_sum_exp(first).value(), {0, 0, 2, 2, 4, 4, 6, 6});
    const double e = std::exp(1.0), mean = (2 * e + 6) / 8, up = 2 * (e / mean - 1),
                 down = 2 * (1 / mean - 1);
    EXPECT_NEAR(lineages.variance(second, log_sum_exp(second).value()),
                (up * up + 3 * down * down) / 64 * 8 / 7, 1e-14);
}

TEST(Lineages, CopiesThatNothingTakesApartAreNotIndependent) {
    // A narrow target, resampling at every level and no moves: in the end a handful of the first particles is
    // left, and no run may claim to know log Z from them.
    const auto narrow = std::make_shared<GaussianPath>(linear_beta(64), 6, 0.5, 0.1, log_z);
    int known = 0, wrong = 0;
    for (int r = 0; r < 50; ++r) {
        const auto s = run("smc", {{"n_particles", 1024}, {"ess_threshold", 0.9}},
                           context_on(narrow, make_move("none", 0, 6), 7, r));
        known += s->log_z_error().known();
        wrong += std::abs(s->log_z() - log_z) > 2 * s->log_z_stderr();
    }
    EXPECT_LE(wrong, 3) << "of " << known << " known";
}

TEST(LineageSquares, AreTheSameInAnyCut) {
    StreamKey key;
    Stream stream(key.with(Purpose::diagnostic, 5), 0);
    std::vector<int> root;
    std::vector<double> weight, value;
    for (int i = 0; i < 200; ++i) {
        root.push_back(i < 30 ? 4 : i / 7 + 5);  // one large family, then small ones
        weight.push_back(std::exp(stream.normal()));
        value.push_back(stream.normal());
    }
    double total = 0, mean = 0;
    for (std::size_t i = 0; i < 200; ++i) {
        total += weight[i];
        mean += weight[i] * value[i];
    }
    mean /= total;
    double squares = 0, families = 0, apart = 0, family = 0;
    for (std::size_t i = 0; i < 200; ++i) {
        apart += weight[i] * (value[i] - mean);
        family += weight[i];
        if (i + 1 == 200 || root[i + 1] != root[i]) {
            squares += apart * apart;
            families += family * family;
            apart = family = 0;
        }
    }
    const double effective = total * total / families;
    for (const std::size_t cut : {1, 30, 64, 150, 200}) {
        LineageSquares whole;
        for (std::size_t begin = 0; begin < 200; begin += cut) {
            LineageSquares part(1);
            for (std::size_t i = begin; i < std::min<std::size_t>(200, begin + cut); ++i) {
                part.add(root[i], weight[i], &value[i]);
            }
            whole += part;
        }
        EXPECT_NEAR(whole.effective_number(), effective, 1e-9 * effective) << cut;
        EXPECT_NEAR(whole.errors(std::vector{mean}).values.at(0),
                    std::sqrt(squares / (1 - 1 / effective)) / total, 1e-12)
            << cut;
    }
}

TEST(LineageSquares, OfAFewFamiliesTellNoError) {
    const double value = 1;
    LineageSquares squares(1);
    for (int i = 0; i < 200; ++i) {
        squares.add(i / 40, 1.0, &value);
    }
    EXPECT_TRUE(squares.errors(std::vector{1.0}).values.empty());
    EXPECT_NE(squares.errors(std::vector{1.0}).missing, "");
}

TEST(LineageSquares, OfIndependentParticlesAreThoseOfAMean) {
    const std::vector<double> value{1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1};
    LineageSquares squares(1);
    for (std::size_t i = 0; i < value.size(); ++i) {
        squares.add(static_cast<int>(i), 2.0, &value[i]);
    }
    const double p = 7.0 / 12;
    EXPECT_NEAR(squares.errors(std::vector{p}).values.at(0), std::sqrt(p * (1 - p) / 11), 1e-12);
}
}  // namespace
}  // namespace tempera::test
