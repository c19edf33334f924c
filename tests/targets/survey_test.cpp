// SPDX-License-Identifier: MIT
// What is found out about a density that says nothing of itself.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/expressions.hpp"

namespace tempera {
namespace {

using test::make_target;
using test::typed;

TEST(Survey, PlanarNormalisersAndMomentsComeFromQuadrature) {
    const double pi = std::numbers::pi;
    EXPECT_NEAR(*typed("-0.5*(x1^2 + x2^2/4)", 2)->log_z(), std::log(4 * pi), 1e-6);
    EXPECT_NEAR(*typed("-0.5*(x1 - 300)^2/0.01", 1)->log_z(), 0.5 * std::log(2 * pi * 0.01), 1e-6);
    EXPECT_NEAR(*typed("log(x1) - x1", 1)->log_z(), 0, 1e-4);
    EXPECT_NEAR(*typed("-(sqrt(x1^2 + x2^2) - 2)^2/0.16", 2)->log_z(), *make_target<double>("ring")->log_z(),
                1e-4);
    const auto banana = typed("-0.5*((x1/2)^2 + ((x2 - 0.5*(x1^2 - 4))/0.5)^2)", 2);
    EXPECT_NEAR(*banana->log_z(), std::log(2 * pi), 1e-4);
    EXPECT_LT((*banana->mean() - *make_target<double>("banana")->mean()).norm(), 1e-3);
    EXPECT_LT((*banana->covariance() - *make_target<double>("banana")->covariance()).norm(), 1e-2);
    const auto lakes =
        typed("log(2/3/0.0625*exp(-8*((x1+4)^2 + x2^2)) + 1/3*exp(-0.5*((x1-4)^2 + x2^2)))", 2);
    EXPECT_NEAR(*lakes->log_z(), std::log(2 * pi), 1e-4);
    EXPECT_NEAR((*lakes->mean())(0), -4.0 / 3, 1e-3);
    EXPECT_EQ(*typed<float>("-x1^2 - x2^2", 2)->log_z(), *typed("-x1^2 - x2^2", 2)->log_z());
}

TEST(Survey, NarrowModesMakeFinerGrids) {
    const auto narrow = typed("log(exp(-x1^2 - x2^2) + 400*exp(-400*((x1-0.123)^2 + (x2-0.456)^2)))", 2);
    ASSERT_TRUE(narrow->log_z());
    EXPECT_NEAR(*narrow->log_z(), std::log(2 * std::numbers::pi), 1e-4);
    EXPECT_NEAR((*narrow->mean())(0), 0.123 / 2, 1e-4);
}

TEST(Survey, NormalisersThatQuadratureCannotVouchForAreUnknown) {
    EXPECT_FALSE(typed("-log(1 + x1^2 + x2^2)", 2)->log_z()) << "the integral diverges";
    EXPECT_FALSE(typed("sin(x1) + cos(x2)", 2)->log_z()) << "periodic";
    EXPECT_FALSE(typed("x1", 1)->log_z());
    EXPECT_FALSE(typed("-0.5*log(abs(x1)) - x1^2", 1)->log_z()) << "infinite at 0";
    EXPECT_FALSE(typed("log(exp(-x1^2 - x2^2) + 1e10*exp(-1e10*(x1^2 + x2^2)))", 2)->log_z())
        << "half of the mass is far narrower than any grid";
    EXPECT_FALSE(typed("-x1^2 - x2^2 - x3^2", 3)->log_z());
    EXPECT_FALSE(make_target<double>("expression", {{"temperature", 2.0}})->log_z());
}

TEST(Survey, ViewsFindTheMass) {
    const auto near = [](const Box& box, const Box& want, double share) {
        EXPECT_NEAR(box.x_min, want.x_min, share * want.width());
        EXPECT_NEAR(box.x_max, want.x_max, share * want.width());
        EXPECT_NEAR(box.y_min, want.y_min, share * want.height());
        EXPECT_NEAR(box.y_max, want.y_max, share * want.height());
    };
    near(typed("-0.5*(x1^2 + x2^2/4)", 2)->view_box(), Box::around(0, 0, 3.5, 7), 0.1);
    near(typed("-0.5*((x1 - 40)^2/9 + (x2 + 70)^2*100)", 2)->view_box(), Box::around(40, -70, 10.5, 0.35),
         0.1);
    near(typed("-(sqrt(x1^2 + x2^2) - 2)^2/0.16", 2)->view_box(), make_target<double>("ring")->view_box(),
         0.1);
    near(typed("-x1^2 - x2^2 - (x3 - 5)^2", 3)->view_box(), Box::around(0, 0, 2.4, 2.4), 0.1);
    const Box banana = typed("-0.5*((x1/2)^2 + ((x2 - 0.5*(x1^2 - 4))/0.5)^2)", 2)->view_box();
    EXPECT_LT(banana.y_min, -2.5);
    EXPECT_GT(banana.y_max, 10);
    EXPECT_NEAR(typed("-0.5*(x1^2/0.01 + x2^2/0.01)", 2)->local_variance(), 0.01, 1e-6);
    EXPECT_NEAR(typed("-0.5*(x1^2 + x2^2/4)", 2)->local_variance(), 1.6, 1e-6);
    EXPECT_EQ(typed("-abs(x1) - abs(x2)", 2)->local_variance(), 1) << "no curvature at all";
}

}  // namespace
}  // namespace tempera
