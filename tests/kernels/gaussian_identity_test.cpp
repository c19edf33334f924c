// SPDX-License-Identifier: MIT
// On a Gaussian target with the exact reference, the second-order kernel is the exact posterior: every log
// weight is the same number.
#include <gtest/gtest.h>

#include "support/kernels.hpp"

namespace tempera::testing {
namespace {

const Json exact_reference = {{"process", "vp"}, {"reference", "exact"}};

template <class Real>
double spread(const Json& kernel, bool rotated, int n_levels, const Json& path_settings = exact_reference,
              int n = 512) {
    const auto path = make_path<Real>(gaussian(8, rotated), log_snr(n_levels, 0.01, 80), path_settings);
    return descend(*path, *make_kernel<Real>(kernel, path), n, 7).deviation();
}

TEST(GaussianIdentity, FullSecondOrderHasConstantWeights) {
    for (const int n_levels : {4, 32}) {
        EXPECT_LT(spread<double>({{"type", "second_order"}}, true, n_levels), 1e-11) << n_levels;
        EXPECT_LT(spread<float>({{"type", "second_order"}}, true, n_levels), 1e-4) << n_levels;
    }
    EXPECT_LT(
        spread<double>({{"type", "second_order"}}, true, 32, {{"process", "ve"}, {"reference", "exact"}}),
        1e-11);
}

TEST(GaussianIdentity, DiagonalNeedsAlignedAxes) {
    const Json diagonal = {{"type", "second_order"}, {"covariance", "diagonal"}};
    EXPECT_LT(spread<double>(diagonal, false, 32), 1e-11);
    EXPECT_NEAR(spread<double>(diagonal, true, 32), 0.27, 0.05);
}

TEST(GaussianIdentity, FirstOrderSpreadsAsMeasured) {
    // Independent float64 reference values 1.67, 6.5 and 0.46; standard errors with 8192 particles below 2 %.
    EXPECT_NEAR(spread<double>({{"type", "first_order"}}, true, 32, exact_reference, 8192), 1.66, 0.15);
    EXPECT_NEAR(
        spread<double>({{"type", "first_order"}, {"variance", "reverse"}}, true, 32, exact_reference, 8192),
        6.5, 0.5);
    EXPECT_NEAR(
        spread<double>({{"type", "first_order"}, {"variance", "isotropic"}}, true, 32, exact_reference, 8192),
        0.46, 0.05);
}

TEST(GaussianIdentity, StandardNormalNeedsOnlyTheForwardVariance) {
    // Data ~ N(0, I): v is the exact posterior variance (variance preserving).
    const Json target = {{"type", "gaussian_mixture"},
                         {"weights", {1.0}},
                         {"means", Json::array({{0.0, 0.0, 0.0}})},
                         {"variances", {1.0}}};
    const auto path = make_path<double>(target, log_snr(8, 0.05, 20), exact_reference);
    EXPECT_LT(descend(*path, *make_kernel<double>({{"type", "first_order"}}, path), 512, 3).deviation(),
              1e-11);
}

TEST(GaussianIdentity, MapOnAGaussian) {
    EXPECT_NEAR(spread<double>({{"type", "transport_midpoint"}}, true, 32), 0.021, 0.006);
}

TEST(GaussianIdentity, WeightsGiveTheNormaliser) {
    const auto path = make_path<double>(gaussian(8, true), log_snr(32, 0.01, 80), exact_reference);
    const Descent run = descend(*path, *make_kernel<double>({{"type", "second_order"}}, path), 256, 5);
    EXPECT_NEAR(run.mean(), path->target().log_z().value(), 1e-10);
}

}  // namespace
}  // namespace tempera::testing
