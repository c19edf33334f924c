// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <span>
#include <type_traits>
#include <utility>

#include "core/block.hpp"
#include "core/log_sum_exp.hpp"
#include "core/scratch.hpp"
#include "core/tally.hpp"

namespace tempera {
namespace {

TEST(Particles, LayoutIsRowsOfBlocks) {
    Particles<double> p(600, 3);
    EXPECT_EQ(p.n_blocks(), 3);
    EXPECT_EQ(p.block_count(2), 88);
    EXPECT_EQ(p.block(2).lanes(), 96);
    p(513, 2) = 7;
    EXPECT_EQ(p.block(2)(2, 1), 7);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p.block(1).data) % 64, 0u);
    Particles<double> copy = p;
    copy(513, 2) = 8;
    EXPECT_EQ(p(513, 2), 7);
}

TEST(Particles, WhoHoldsThemConstOnlyReads) {
    using Held = const Particles<float>&;
    static_assert(std::is_same_v<decltype(std::declval<Held>().block(0)), Block<const float>>);
    static_assert(std::is_same_v<decltype(std::declval<Held>()(0, 0)), const float&>);
    using Numbers = const PerParticle<double>&;
    static_assert(std::is_same_v<decltype(std::declval<Numbers>().block(0)), const double*>);
    static_assert(std::is_same_v<decltype(std::declval<Numbers>().span()), std::span<const double>>);
    static_assert(std::is_same_v<decltype(std::declval<const AlignedArray<int>&>().data()), const int*>);
}

TEST(Particles, PaddedLanes) {
    EXPECT_EQ(padded_lanes(0), 0);
    EXPECT_EQ(padded_lanes(1), 16);
    EXPECT_EQ(padded_lanes(16), 16);
    EXPECT_EQ(padded_lanes(17), 32);
}

TEST(Scratch, FramesGiveBackAndNest) {
    Scratch outer;
    double* a = outer.take<double>(10);
    a[9] = 1;
    double* inside = nullptr;
    {
        Scratch inner;
        inside = inner.take<double>(1000);
        inside[999] = 2;
        EXPECT_GE(inside, a + 10);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(inner.take<char>(3)) % 64, 0u);
        EXPECT_NE(inner.take<float>(std::size_t{3} << 20), nullptr);  // larger than a chunk
    }
    EXPECT_EQ(outer.take<double>(1), inside);
    EXPECT_EQ(a[9], 1);
}

TEST(LogSumExp, IsRightAndDoesNotOverflow) {
    const std::vector<double> w = {1000, 999, -HUGE_VAL, 1001};
    const LogSumExp s = log_sum_exp(w);
    const double direct = 1000 + std::log(1 + std::exp(-1.0) + std::exp(1.0));
    EXPECT_NEAR(s.value(), direct, 1e-12);
    EXPECT_NEAR(s.log_mean(), direct - std::log(4), 1e-12);
    const double a = std::exp(-1.0), b = std::exp(-2.0);
    EXPECT_NEAR(s.ess(), std::pow(1 + a + b, 2) / (1 + a * a + b * b), 1e-12);
    EXPECT_EQ(s.count(), 4);
}

TEST(LogSumExp, EdgeCases) {
    EXPECT_EQ(log_sum_exp({}).value(), -HUGE_VAL);
    EXPECT_EQ(log_sum_exp(std::vector<double>{-HUGE_VAL}).ess(), 0);
    EXPECT_EQ(log_sum_exp(std::vector<double>{-2000}).value(), -2000);
    EXPECT_EQ(log_sum_exp(std::vector<double>{-2000, -2000}).ess(), 2);
    EXPECT_TRUE(std::isnan(log_sum_exp(std::vector<double>{0, std::nan("")}).value()));
    EXPECT_TRUE(std::isnan(log_sum_exp(std::vector<double>{std::nan(""), 0}).value()));
}

TEST(Tally, Adds) {
    Tally a{.log_density = 1,
            .score = 2,
            .hessian = 3,
            .hessian_vector = 4,
            .map_not_converged = 5,
            .non_finite = 6,
            .diverged = 8,
            .hessian_floored = 7};
    a += a;
    EXPECT_EQ(a.evaluations(), 20);
    EXPECT_EQ(a.map_not_converged + a.non_finite + a.diverged + a.hessian_floored, 52);
}

}  // namespace
}  // namespace tempera
