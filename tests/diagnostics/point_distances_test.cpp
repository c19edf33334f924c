// SPDX-License-Identifier: MIT
// Distances between sets of points against closed forms and against every possibility.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/normal_quantile.hpp"
#include "core/rng.hpp"
#include "diagnostics/assignment.hpp"
#include "diagnostics/exact_transport.hpp"
#include "diagnostics/line_transport.hpp"
#include "diagnostics/mean_discrepancy.hpp"
#include "diagnostics/particle_distance.hpp"
#include "diagnostics/weights.hpp"

namespace tempera {
namespace {

std::vector<double> normals(int n, std::uint64_t seed) {
    StreamKey key;
    key.seed = seed;
    key.purpose = Purpose::target_sample;
    Stream stream(key, 0);
    std::vector<double> out(static_cast<std::size_t>(n));
    std::generate(out.begin(), out.end(), [&] { return stream.normal(); });
    return out;
}

std::vector<double> equal(std::size_t n) { return std::vector<double>(n, 1.0 / static_cast<double>(n)); }

TEST(LineDistance, OfTwoGaussiansIsThatOfTheirMeansAndDeviations) {
    // W2^2 = (m - m')^2 + (s - s')^2. Midpoint quantiles of either law: what they miss of a variance is
    // below 1e-3 for 4000 points.
    constexpr std::size_t n = 4000;
    std::vector<double> a, b;
    for (std::size_t i = 0; i < n; ++i) {
        const double q = normal_quantile((static_cast<double>(i) + 0.5) / n);
        a.push_back(q), b.push_back(1.5 - 3 * q);
    }
    const LineDistance d = line_distance(a, equal(n), b, equal(n));
    EXPECT_NEAR(d.w2_squared, 1.5 * 1.5 + 2 * 2, 5e-3);
    // W1 is the mean of |1.5 + 2 z|: folded normal, sd 2 and mean 1.5.
    const double want =
        2 * std::sqrt(2 / M_PI) * std::exp(-1.5 * 1.5 / 8) + 1.5 * std::erf(1.5 / (2 * std::sqrt(2.0)));
    EXPECT_NEAR(d.w1, want, 2e-3);
}

TEST(LineDistance, OfSetsOfDifferentSizesAndOfWeightsAsOfCopies) {
    const LineDistance d =
        line_distance(std::vector{1.0, 0.0}, equal(2), std::vector{0.0, 1.0, 0.5}, equal(3));
    EXPECT_NEAR(d.w1, 1.0 / 6, 1e-15);
    EXPECT_NEAR(d.w2_squared, 1.0 / 12, 1e-15);
    const std::vector<double> x{3, -1, 2}, y{0, 4, -2, 1, 1};
    const std::vector<double> copies{3, -1, -1, 2};
    const LineDistance weighted = line_distance(x, std::vector{0.25, 0.5, 0.25}, y, equal(5)),
                       copied = line_distance(copies, equal(4), y, equal(5));
    EXPECT_NEAR(weighted.w1, copied.w1, 1e-14);
    EXPECT_NEAR(weighted.w2_squared, copied.w2_squared, 1e-14);
}

TEST(ExactTransport, ThePotentialIsTheSlopeOfTheCost) {
    const std::vector<double> x = normals(24, 1), y = normals(30, 2), cost = square_distances(x, y, 2);
    std::vector<double> weight = equal(12);
    for (std::size_t i = 0; i < weight.size(); ++i) {
        weight[i] *= 1 + 0.1 * std::sin(1 + static_cast<double>(i));  // no sums of some equal those of others
    }
    const TransportPlan plan = exact_transport(cost, 12, weight, {});
    // The cost is piecewise linear in the weights: a small step stays on one piece.
    for (const auto& [from, to] : {std::pair<std::size_t, std::size_t>{0, 5}, {3, 7}, {11, 2}}) {
        const double step = 1e-6 * std::accumulate(weight.begin(), weight.end(), 0.0);
        std::vector<double> moved = weight;
        moved[from] -= step, moved[to] += step;
        EXPECT_NEAR(exact_transport(cost, 12, moved, {}).cost - plan.cost,
                    1e-6 * (plan.potential[to] - plan.potential[from]), 1e-10);
    }
}

TEST(Assignment, IsTheBestOfAll) {
    Assignment assignment;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        constexpr int n = 6;
        const std::vector<double> cost = normals(n * n, seed);
        std::vector<int> order(n);
        std::iota(order.begin(), order.end(), 0);
        double best = 1e300;
        do {
            double sum = 0;
            for (int i = 0; i < n; ++i) {
                sum += cost[static_cast<std::size_t>(i * n + order[static_cast<std::size_t>(i)])];
            }
            best = std::min(best, sum);
        } while (std::next_permutation(order.begin(), order.end()));
        EXPECT_NEAR(assignment.solve(cost, n), best, 1e-12);
        double chosen = 0;
        for (int i = 0; i < n; ++i) {
            chosen +=
                cost[static_cast<std::size_t>(i * n + assignment.column_of()[static_cast<std::size_t>(i)])];
        }
        EXPECT_NEAR(chosen, best, 1e-12);
    }
}

/// Relabelled, turned, reflected and moved.
std::vector<double> disguised(const std::vector<double>& x, int n, int axes, std::uint64_t seed) {
    const Eigen::MatrixXd random =
        Eigen::Map<const Eigen::MatrixXd>(normals(axes * axes, seed).data(), axes, axes);
    Eigen::MatrixXd turn = Eigen::HouseholderQR<Eigen::MatrixXd>(random).householderQ();
    turn.col(0) *= seed % 2 ? -1 : 1;
    Eigen::MatrixXd places = turn * Eigen::Map<const Eigen::MatrixXd>(x.data(), axes, n);
    places.array() += 3;
    for (int i = n - 1; i > 0; --i) {
        places.col(i).swap(places.col(static_cast<int>((seed * 7 + static_cast<std::uint64_t>(i) * 5) %
                                                       static_cast<std::uint64_t>(i + 1))));
    }
    return {places.data(), places.data() + places.size()};
}

TEST(AlignedSquares, AreZeroForRelabelledTurnedAndReflectedCopies) {
    for (const auto& [n, axes] : {std::pair{4, 2}, {13, 3}, {5, 1}}) {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            const std::vector<double> x = normals(n * axes, seed), y = disguised(x, n, axes, seed);
            const ParticleLayout layout{.n_particles = n, .axes = axes};
            EXPECT_NEAR(aligned_squares(x, y, layout)[0], 0, 1e-10) << n << " particles, seed " << seed;
        }
    }
}

/// Over every relabelling, each with its best rotation or reflection.
double best_square(const std::vector<double>& a, const std::vector<double>& b, int n) {
    Eigen::MatrixXd x = Eigen::Map<const Eigen::MatrixXd>(a.data(), 2, n),
                    y = Eigen::Map<const Eigen::MatrixXd>(b.data(), 2, n);
    x.colwise() -= x.rowwise().mean().eval(), y.colwise() -= y.rowwise().mean().eval();
    std::vector<int> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    double overlap = 0;
    do {
        Eigen::Matrix2d products = Eigen::Matrix2d::Zero();
        for (int i = 0; i < n; ++i) {
            products += x.col(i) * y.col(order[static_cast<std::size_t>(i)]).transpose();
        }
        overlap = std::max(overlap, Eigen::JacobiSVD<Eigen::Matrix2d>(products).singularValues().sum());
    } while (std::next_permutation(order.begin(), order.end()));
    return x.squaredNorm() + y.squaredNorm() - 2 * overlap;
}

TEST(AlignedSquares, AreCloseToTheBestOfAllAndNeverBelow) {
    constexpr int n = 5, n_pairs = 100;
    double found = 0, best = 0;
    for (std::uint64_t seed = 1; seed <= n_pairs; ++seed) {
        const std::vector<double> x = normals(2 * n, seed), y = normals(2 * n, seed + 1000);
        const double one = aligned_squares(x, y, {.n_particles = n, .axes = 2})[0],
                     least = best_square(x, y, n);
        EXPECT_GE(one, least - 1e-10);
        found += one, best += least;
    }
    EXPECT_LT(found, 1.05 * best);
}

TEST(PairDistances, AreThoseOfEveryPair) {
    const std::vector<double> d =
        pair_distances(std::vector<double>{0, 0, 3, 4, 3, 0}, {.n_particles = 3, .axes = 2});
    EXPECT_EQ(d, (std::vector<double>{5, 3, 4}));
}

TEST(MeanDiscrepancy, OfASetWithItselfIsWhatLeavingOutEqualPointsTakesAway) {
    // 2 (mean over different pairs) - 2 (mean over all pairs) = -2 (1 - mean over different pairs) / n.
    const std::vector<double> x = normals(60, 3);
    const std::size_t n = 30;
    double different = 0;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            const double dx = x[2 * i] - x[2 * j], dy = x[2 * i + 1] - x[2 * j + 1];
            different += i == j ? 0 : std::exp(-(dx * dx + dy * dy) / (2 * 0.7 * 0.7)) / (n * (n - 1.0));
        }
    }
    const MeanDiscrepancy d = mean_discrepancies(x, {equal(n)}, x, equal(n), 2, 0.7)[0];
    EXPECT_NEAR(d.squared, -2 * (1 - different) / n, 1e-14);
    EXPECT_EQ(d.root(), 0);
}

TEST(MeanDiscrepancy, OfTwoGaussiansHasItsClosedForm) {
    // For N(0, 1), N(m, 1) and bandwidth s: 2 s / sqrt(s^2 + 2) (1 - exp(-m^2 / (2 (s^2 + 2)))).
    constexpr double s = 1.2, m = 0.8;
    constexpr std::size_t n = 300;
    Moments values;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const std::vector<double> x = normals(n, 2 * seed + 1);
        std::vector<double> y = normals(n, 2 * seed + 2);
        for (double& v : y) {
            v += m;
        }
        values.add(mean_discrepancies(x, {equal(n)}, y, equal(n), 1, s)[0].squared);
    }
    const double want = 2 * s / std::sqrt(s * s + 2) * (1 - std::exp(-m * m / (2 * (s * s + 2))));
    EXPECT_NEAR(values.mean, want, 4 * values.standard_error());
    EXPECT_LT(values.standard_error(), 0.02 * want + 0.005);
}

TEST(MeanDiscrepancy, APointWithoutWeightIsNotThere) {
    const std::vector<double> x = normals(9, 4), y = normals(7, 5);
    std::vector<double> weight{0.2, 0.1, 0.3, 0, 0.1, 0.1, 0.1, 0.1, 0};
    const std::vector<double> left{x[0], x[1], x[2], x[4], x[5], x[6], x[7]},
        weight_left{0.2, 0.1, 0.3, 0.1, 0.1, 0.1, 0.1};
    EXPECT_NEAR(mean_discrepancies(x, {weight}, y, equal(7), 1, 1.0)[0].squared,
                mean_discrepancies(left, {weight_left}, y, equal(7), 1, 1.0)[0].squared, 1e-14);
}

TEST(MedianDistance, IsTheMiddleOne) {
    EXPECT_EQ(median_distance(std::vector<double>{0, 1, 10}, 1), 9);
    EXPECT_TRUE(std::isnan(median_distance(std::vector<double>{0}, 1)));
}

}  // namespace
}  // namespace tempera
