// SPDX-License-Identifier: MIT
#include "diagnostics/grid.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/parallel.hpp"

namespace tempera {
namespace {

Mixture two_lakes() {
    Mixture m;
    const Eigen::MatrixXd axes = Eigen::MatrixXd::Identity(2, 2);
    m.components.push_back({2.0 / 3, Eigen::Vector2d(-4, 0), Eigen::Vector2d::Constant(0.0625), axes});
    m.components.push_back({1.0 / 3, Eigen::Vector2d(4, 0), Eigen::Vector2d::Constant(1.0), axes});
    return m;
}

ViewPlane plain_plane() {
    ViewPlane plane;
    plane.axis = {std::vector<double>{1, 0}, std::vector<double>{0, 1}};
    plane.shift = {0, 0};
    plane.box = {-8, 8, -4, 4};
    return plane;
}

TEST(ViewPlane, ProjectsAPointWhereItIsBinned) {
    ViewPlane plane = plain_plane();
    plane.axis = {std::vector<double>{1, 0, 0.5}, std::vector<double>{0, 2, -1}};
    plane.shift = {0.25, -0.5, 1};
    plane.scale = 3;
    const double y[] = {0.5, -0.25, 0.75};
    const auto p = plane.project(y);
    EXPECT_DOUBLE_EQ(p[0], 0.25 + 1.5 + 0.5 * (1 + 2.25));
    EXPECT_DOUBLE_EQ(p[1], 2 * (-0.5 - 0.75) - (1 + 2.25));
    Particles<double> x(1, 3);
    for (int d = 0; d < 3; ++d) {
        x(0, d) = y[d];
    }
    plane.box = {p[0] - 0.1, p[0] + 0.1, p[1] - 0.1, p[1] + 0.1};
    EXPECT_FLOAT_EQ(bin_particles(x, nullptr, plane, plane.box, 1, 1).value[0], 1.0f);
}

TEST(BinParticles, CountsEveryParticleInItsCell) {
    const ViewPlane plane = plain_plane();
    Particles<double> x(300, 2);
    for (int i = 0; i < 300; ++i) {
        x(i, 0) = -7.5 + i % 16, x(i, 1) = 3.5;
    }
    x(0, 0) = std::nan("");
    x(1, 1) = 1e9;
    const Grid grid = bin_particles(x, nullptr, plane, plane.box, 16, 8);
    EXPECT_FLOAT_EQ(std::accumulate(grid.value.begin(), grid.value.end(), 0.0f), 298.0f);
    EXPECT_FLOAT_EQ(grid.value[7 * 16 + 5], 19.0f);
    EXPECT_FLOAT_EQ(grid.value[0], 0.0f);
    EXPECT_FLOAT_EQ(grid.max, 19.0f);
}

TEST(BinParticles, WeighsRelativeToTheMeanWeight) {
    const ViewPlane plane = plain_plane();
    Particles<double> x(4, 2);
    PerParticle<double> w(4);
    for (int i = 0; i < 4; ++i) {
        x(i, 0) = i < 2 ? -4 : 4;
        w[i] = i < 2 ? std::log(3.0) : 0;
    }
    const Grid grid = bin_particles(x, &w, plane, plane.box, 2, 1);
    EXPECT_NEAR(grid.value[0], 3.0, 1e-6);
    EXPECT_NEAR(grid.value[1], 1.0, 1e-6);
}

TEST(BinParticles, AppliesShiftAndScale) {
    ViewPlane plane = plain_plane();
    plane.shift = {4, 0};
    plane.scale = 2;
    Particles<float> x(1, 2);
    x(0, 0) = -1.5f;  // 4 + 2 (-1.5) = 1
    x(0, 1) = 1.0f;
    const Grid grid = bin_particles(x, nullptr, plane, plane.box, 16, 8);
    EXPECT_EQ(grid.value[static_cast<std::size_t>(6 * 16 + 9)], 1.0f);
}

TEST(BinParticles, SameBitsForAnyNumberOfThreads) {
    const ViewPlane plane = plain_plane();
    constexpr int n = 100000;
    Particles<float> x(n, 2);
    PerParticle<double> w(n);
    StreamKey key;
    key.seed = 3;
    for (int b = 0; b < x.n_blocks(); ++b) {
        two_lakes().sample(key, static_cast<std::uint32_t>(b * block_size), x.block(b));
    }
    for (int i = 0; i < n; ++i) {
        w[i] = 0.01 * (i % 97);
    }
    std::vector<Grid> grids;
    for (int threads : {1, 2, 3}) {
        set_thread_count(threads);
        grids.push_back(bin_particles(x, &w, plane, plane.box, 64, 64));
    }
    set_thread_count(0);
    EXPECT_EQ(grids[0].value, grids[1].value);
    EXPECT_EQ(grids[0].value, grids[2].value);
}

TEST(TargetDensity, EqualsTheMixtureUpToItsMaximum) {
    const MixtureTarget<double> target(two_lakes());
    const ViewPlane plane = view_plane(target);
    const Box box{-5, 5, -2, 2};
    const Grid grid = target_density(target, plane, box, 40, 20);
    EXPECT_FLOAT_EQ(grid.max, 1.0f);
    const auto exact = [](int ix, int iy) {
        return two_lakes().log_density(Eigen::Vector2d(-5 + (ix + 0.5) * 0.25, -2 + (iy + 0.5) * 0.2));
    };
    const float a = grid.value[10 * 40 + 4], b = grid.value[12 * 40 + 33];
    EXPECT_NEAR(std::log(a / b), exact(4, 10) - exact(33, 12), 1e-5);
}

TEST(TargetDensity, OneDimensionalTargetsAreConstantAcross) {
    Mixture m;
    m.components.push_back(
        {1, Eigen::VectorXd::Zero(1), Eigen::VectorXd::Ones(1), Eigen::MatrixXd::Identity(1, 1)});
    const MixtureTarget<double> target(m);
    const Grid grid = target_density(target, view_plane(target), {-2, 2, -1, 1}, 8, 4);
    EXPECT_EQ(grid.value[0], grid.value[3 * 8]);
    EXPECT_NEAR(grid.value[0] / grid.value[3], std::exp(-0.5 * (1.75 * 1.75 - 0.25 * 0.25)), 1e-6);
}

}  // namespace
}  // namespace tempera
