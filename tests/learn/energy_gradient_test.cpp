#include "learn/energy_gradient.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace {

using tempera::learn::EnergyNetwork;
using tempera::learn::EnergyNetworkShape;

std::vector<double> points(std::size_t n, std::size_t dim) {
    std::vector<double> x(n * dim);
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = 2.0 * std::sin(1.7 * static_cast<double>(i) + 0.3);
    }
    return x;
}

TEST(EnergyGradient, AgreesWithCentralDifferences) {
    for (const std::size_t dim : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
        const EnergyNetwork network({.dim = dim, .hidden = {32, 16}, .seed = 3});
        const std::size_t n = 5;
        const std::vector<double> x = points(n, dim);
        std::vector<double> gradient(n * dim), above(n), below(n);
        network.gradient(x, gradient);

        const double h = 1e-5;  // truncation ~ h^2, rounding ~ eps / h: both near 1e-10
        for (std::size_t d = 0; d < dim; ++d) {
            std::vector<double> shifted = x;
            for (std::size_t i = 0; i < n; ++i) {
                shifted[i * dim + d] = x[i * dim + d] + h;
            }
            network.energy(shifted, above);
            for (std::size_t i = 0; i < n; ++i) {
                shifted[i * dim + d] = x[i * dim + d] - h;
            }
            network.energy(shifted, below);
            for (std::size_t i = 0; i < n; ++i) {
                EXPECT_NEAR(gradient[i * dim + d], (above[i] - below[i]) / (2 * h), 1e-8)
                    << "dim " << dim << ", point " << i << ", coordinate " << d;
            }
        }
    }
}

TEST(EnergyGradient, IsNotTrivial) {
    const EnergyNetwork network({.dim = 2});
    const std::vector<double> x = points(2, 2);
    std::vector<double> gradient(4);
    network.gradient(x, gradient);
    EXPECT_GT(std::hypot(gradient[0], gradient[1]), 1e-3);
    EXPECT_NE(gradient[0], gradient[2]);
}

TEST(EnergyGradient, SeedFixesTheNetwork) {
    const std::vector<double> x = points(3, 2);
    std::vector<double> first(3), same(3), other(3);
    EnergyNetwork({.seed = 1}).energy(x, first);
    EnergyNetwork({.seed = 1}).energy(x, same);
    EnergyNetwork({.seed = 2}).energy(x, other);
    EXPECT_EQ(first, same);
    EXPECT_NE(first, other);
}

TEST(EnergyGradient, RefusesWrongSizes) {
    const EnergyNetwork network({.dim = 2});
    std::vector<double> out(1);
    EXPECT_THROW(network.energy(points(1, 3), out), std::invalid_argument);
    EXPECT_THROW(network.gradient(points(1, 2), out), std::invalid_argument);
    EXPECT_THROW(EnergyNetwork({.dim = 0}), std::invalid_argument);
}

}  // namespace
