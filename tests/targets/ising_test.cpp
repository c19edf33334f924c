// SPDX-License-Identifier: MIT
// The relaxed Ising model: Kaufman's sums against enumeration, and what the relaxation keeps of the spins.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/log_sum_exp.hpp"
#include "support/points.hpp"
#include "targets/ising/kaufman.hpp"

namespace tempera {
namespace {

using test::make_target;

/// log of the sum over all spins of exp(bonds / T), and the mean of -bonds a spin.
struct Enumerated {
    double log_partition, energy;
};
Enumerated enumerate(int size, double temperature) {
    const int n = size * size;
    LogSumExp sum;
    double weighted = 0;
    for (int state = 0; state < 1 << n; ++state) {
        const auto spin = [&](int row, int column) {
            return (state >> ((row % size) * size + column % size)) & 1 ? 1 : -1;
        };
        int bonds = 0;
        for (int row = 0; row < size; ++row) {
            for (int column = 0; column < size; ++column) {
                bonds += spin(row, column) * (spin(row, column + 1) + spin(row + 1, column));
            }
        }
        sum.add(bonds / temperature);
        weighted += bonds * std::exp((bonds - 2 * n) / temperature);
    }
    return {sum.value(), -weighted / n / std::exp(sum.value() - 2 * n / temperature)};
}

TEST(Ising, KaufmansSumsAreThoseOverAllSpins) {
    for (const int size : {3, 4}) {
        for (const double temperature : {0.5, 1.8, 2.269185314213022, 3.0, 10.0}) {
            SCOPED_TRACE(temperature);
            const Enumerated exact = enumerate(size, temperature);
            EXPECT_NEAR(ising_log_partition(size, temperature), exact.log_partition, 1e-10);
            EXPECT_NEAR(ising_mean_energy(size, temperature), exact.energy, 1e-7);
        }
    }
}

/// Published values for 16 x 16 (and those that long sums give above the critical temperature).
TEST(Ising, LogZOfSixteenBySixteen) {
    const double rows[][4] = {{2.0, 263.296210, 662.715004, -1.745531},
                              {2.2, 243.975698, 608.925726, -1.550106},
                              {2 / std::log(1 + std::numbers::sqrt2), 238.642257, 592.875740, -1.453065},
                              {2.4, 230.310956, 565.713130, -1.255043},
                              {2.6, 220.961126, 530.672647, -1.039110}};
    for (const auto& row : rows) {
        const auto target = make_target<double>("ising", {{"size", 16}, {"temperature", row[0]}});
        EXPECT_NEAR(ising_log_partition(16, row[0]), row[1], 2e-6);
        EXPECT_NEAR(*target->log_z(), row[2], 2e-6);
        EXPECT_NEAR(*target->observables()[3].exact, row[3], 2e-6);
    }
}

/// Summed over the spins, exp(s x - x^T A^-1 x / 2) is Gaussian in x: the mean of tanh x_i tanh x_j over the
/// density is that of s_i s_j, checked by drawing spins of a 3 x 3 torus exactly and x given them.
TEST(Ising, ObservablesOfXAreThoseOfTheSpins) {
    const int size = 3, n = 9;
    const double temperature = 2.5, alpha = 0.1 + 4 / temperature;
    Eigen::MatrixXd a = alpha * Eigen::MatrixXd::Identity(n, n);
    for (int row = 0; row < size; ++row) {
        for (int column = 0; column < size; ++column) {
            const int i = row * size + column;
            for (const int j : {row * size + (column + 1) % size, ((row + 1) % size) * size + column}) {
                a(i, j) += 1 / temperature, a(j, i) += 1 / temperature;
            }
        }
    }
    const Eigen::MatrixXd root = a.llt().matrixL();
    std::vector<double> cumulative;
    std::vector<Eigen::VectorXd> states;
    for (int state = 0; state < 1 << n; ++state) {
        Eigen::VectorXd s(n);
        for (int i = 0; i < n; ++i) {
            s[i] = (state >> i) & 1 ? 1 : -1;
        }
        states.push_back(s);
        cumulative.push_back((cumulative.empty() ? 0 : cumulative.back()) +
                             std::exp(0.5 * s.dot(a * s) - 0.5 * alpha * n));
    }
    const auto target = make_target<double>("ising", {{"size", size}, {"temperature", temperature}});
    const int draws = 20'000;
    Particles<double> x(draws, n), values(draws, 4);
    Stream stream(StreamKey{.seed = 5, .purpose = Purpose::diagnostic}, 0);
    for (int p = 0; p < draws; ++p) {
        const double u = stream.uniform() * cumulative.back();
        const auto at = std::lower_bound(cumulative.begin(), cumulative.end(), u) - cumulative.begin();
        Eigen::VectorXd z(n);
        for (int i = 0; i < n; ++i) {
            z[i] = stream.normal();
        }
        const Eigen::VectorXd here = a * states[static_cast<std::size_t>(at)] + root * z;
        for (int i = 0; i < n; ++i) {
            x(p, i) = here[i];
        }
    }
    for (int b = 0; b < x.n_blocks(); ++b) {
        target->observe(std::as_const(x).block(b), values.block(b));
    }
    const std::vector<Observable> names = target->observables();
    for (const int k : {1, 3}) {
        double sum = 0, squares = 0;
        for (int p = 0; p < draws; ++p) {
            sum += values(p, k), squares += values(p, k) * values(p, k);
        }
        const double mean = sum / draws, error = std::sqrt((squares / draws - mean * mean) / draws);
        EXPECT_NEAR(mean, *names[static_cast<std::size_t>(k)].exact, 4 * error) << names[k].name;
    }
}

/// The density itself against the dense matrix.
TEST(Ising, DensityIsItsDefinition) {
    for (const int size : {3, 4, 5}) {
        const double temperature = 1.7;
        const int n = size * size;
        const auto target = make_target<double>("ising", {{"size", size}, {"temperature", temperature}});
        Eigen::MatrixXd a = (0.1 + 4 / temperature) * Eigen::MatrixXd::Identity(n, n);
        for (int row = 0; row < size; ++row) {
            for (int column = 0; column < size; ++column) {
                const int i = row * size + column;
                for (const int j : {row * size + (column + 1) % size, ((row + 1) % size) * size + column}) {
                    a(i, j) += 1 / temperature, a(j, i) += 1 / temperature;
                }
            }
        }
        const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(n, -3, 2.2);
        const double expected = -0.5 * x.dot(a.ldlt().solve(x)) + x.array().cosh().log().sum();
        EXPECT_NEAR(test::log_density(*target, x), expected, 1e-10 * std::abs(expected));
    }
}

}  // namespace
}  // namespace tempera
