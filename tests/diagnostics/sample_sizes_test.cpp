// SPDX-License-Identifier: MIT
// Samples that losses need to learn mode weights: frozen table, limits known in closed form, simulation.
#include "diagnostics/sample_sizes.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/points.hpp"

namespace tempera {
namespace {

/// Two anisotropic modes 9 to 36 deviations apart, to +- 0.1 in the logit. Denoising sizes span 65 orders of
/// magnitude: within a factor of 1.2, and of 2 beyond 1e40 (one digit of an exponent of 110). Classification
/// of neighbours in a ladder of 64 levels from 0.01 to 80, around rho: within 16 %.
TEST(SampleSizes, FollowTheTable) {
    const struct {
        double rho;
        double denoising[3], classification[3];  ///< d = 2, 8, 32
    } table[] = {{0.1, {9e8, 2e47, INFINITY}, {1.8e3, 1.8e3, 1.9e3}},
                 {0.3, {1.3e6, 7e17, 7e65}, {1.8e3, 1.9e3, 2.1e3}},
                 {0.5, {4.0e4, 7e9, 3e30}, {2.0e3, 1.9e3, 2.1e3}},
                 {1, {2.5e3, 9.9e4, 6e10}, {4.6e3, 1.9e3, 2.0e3}},
                 {2, {8e2, 2.6e3, 1.2e5}, {3.8e4, 3.8e3, 1.9e3}},
                 {5, {5e2, 6.5e2, 1.5e3}, {1.6e6, 8.6e4, 6.3e3}}};
    const double half_gap = std::pow(8000.0, 0.5 / 63);
    const int dims[] = {2, 8, 32};
    for (int i = 0; i < 3; ++i) {
        const Mixture truth = *test::make_target<double>("two_mode", {{"dim", dims[i]}})->mixture();
        for (const auto& row : table) {
            const double expected = row.denoising[i],
                         n = sample_sizes(truth, row.rho, row.rho * half_gap).denoising;
            if (std::isinf(expected)) {
                EXPECT_GT(n, 1e190) << row.rho;
            } else {
                EXPECT_NEAR(std::log10(n / expected), 0, expected > 1e40 ? std::log10(2) : std::log10(1.2))
                    << "d " << dims[i] << " rho " << row.rho << ": " << n;
            }
            const double around = sample_sizes(truth, row.rho / half_gap, row.rho * half_gap).classification;
            EXPECT_NEAR(around / row.classification[i], 1, 0.16) << "d " << dims[i] << " rho " << row.rho;
        }
    }
}

/// Modes far apart and levels that are nearly equal: the classifier sees labels 1/2 and the mode, so
/// n = 4 / (w_1 w_2 accuracy^2) whatever the distance.
TEST(SampleSizes, ClassificationDoesNotDependOnTheDistance) {
    for (const double apart : {10.0, 100.0}) {
        Mixture m;
        for (int c = 0; c < 2; ++c) {
            m.components.push_back({c == 0 ? 0.75 : 0.25, Eigen::Vector2d(c * apart, 0),
                                    Eigen::Vector2d::Constant(0.25), Eigen::Matrix2d::Identity()});
        }
        EXPECT_NEAR(sample_sizes(m, 0.5, 0.501, 0.2).classification, 4 / (0.75 * 0.25 * 0.04), 0.5);
    }
}

/// The M-estimator itself, simulated: its variance over repetitions is what the formula says.
TEST(SampleSizes, DenoisingAgreesWithRepeatedFits) {
    Mixture m;
    for (int c = 0; c < 2; ++c) {
        Mixture::Component k;
        k.weight = c == 0 ? 2.0 / 3 : 1.0 / 3;
        k.mean = Eigen::VectorXd::Constant(1, c == 0 ? -1.0 : 1.0);
        k.eigenvalues = Eigen::VectorXd::Constant(1, c == 0 ? 0.1 : 0.3);
        k.axes = Eigen::MatrixXd::Identity(1, 1);
        m.components.push_back(k);
    }
    const double sigma = 0.8;
    const int n = 4000, repetitions = 300;
    double squares = 0;
    for (int repetition = 0; repetition < repetitions; ++repetition) {
        Stream random(StreamKey{.seed = 7, .purpose = Purpose::diagnostic},
                      static_cast<std::uint32_t>(repetition));
        // one Newton step from the truth: sum ds/db (target - s) / sum (ds/db)^2
        double numerator = 0, denominator = 0;
        for (int i = 0; i < n; ++i) {
            const std::size_t c = random.uniform() < 2.0 / 3 ? 0 : 1;
            const double x0 =
                m.components[c].mean[0] + std::sqrt(m.components[c].eigenvalues[0]) * random.normal();
            const double y = x0 + sigma * random.normal();
            double p[2], g[2];
            for (std::size_t k = 0; k < 2; ++k) {
                const double v = m.components[k].eigenvalues[0] + sigma * sigma,
                             u = y - m.components[k].mean[0];
                p[k] = m.components[k].weight * std::exp(-0.5 * u * u / v) / std::sqrt(v);
                g[k] = -u / v;
            }
            const double r = p[0] / (p[0] + p[1]), slope = r * (1 - r) * (g[0] - g[1]);
            const double score = r * g[0] + (1 - r) * g[1];
            numerator += slope * ((x0 - y) / (sigma * sigma) - score);
            denominator += slope * slope;
        }
        squares += std::pow(numerator / denominator, 2);
    }
    const double variance = squares / repetitions;
    const double predicted = sample_sizes(m, sigma, 2 * sigma, 1).denoising / n;
    // standard error of a variance from 300 normal numbers: 8 %; and of order 1/n beyond the asymptotics
    EXPECT_NEAR(variance / predicted, 1, 0.33);
}

TEST(SampleSizes, RefuseWhatTheyCannotAnswer) {
    const Mixture m = *test::make_target<double>("two_mode", {{"dim", 2}})->mixture();
    EXPECT_THROW(sample_sizes(m, 0, 1), std::invalid_argument);
    EXPECT_THROW(sample_sizes(m, 1, 1), std::invalid_argument);
    Mixture one = m;
    one.components.pop_back();
    EXPECT_THROW(sample_sizes(one, 0.1, 1), std::invalid_argument);
}

}  // namespace
}  // namespace tempera
