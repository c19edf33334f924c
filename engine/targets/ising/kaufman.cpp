// SPDX-License-Identifier: MIT
#include "targets/ising/kaufman.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tempera {

namespace {

/// log(2 cosh x) and log|2 sinh x| without overflow.
double log_2cosh(double x) { return std::abs(x) + std::log1p(std::exp(-2 * std::abs(x))); }
double log_2sinh(double x) { return std::abs(x) + std::log1p(-std::exp(-2 * std::abs(x))); }

}  // namespace

// Z = 1/2 (2 sinh 2b)^(n^2/2) [ prod_r 2 cosh(n g_{2r+1}/2) + prod_r 2 sinh(n g_{2r+1}/2) + prod_r 2 cosh(n
// g_{2r}/2) + sign(g_0) prod_r 2 sinh(n |g_{2r}|/2) ], r = 0 .. n-1, with cosh g_k = cosh^2(2b) / sinh(2b) -
// cos(pi k / n) and g_0 = 2b + log tanh b, which is negative above the critical temperature.
double ising_log_partition(int size, double temperature) {
    const double b = 1 / temperature, n = size, s = std::sinh(2 * b);
    const double g0 = 2 * b + std::log(std::tanh(b));
    double odd_cosh = 0, odd_sinh = 0, even_cosh = 0, even_sinh = 0;
    for (int r = 0; r < size; ++r) {
        const auto g = [&](int k) {
            return k == 0 ? g0 : std::acosh(s + 1 / s - std::cos(std::numbers::pi * k / n));
        };
        const double odd = 0.5 * n * g(2 * r + 1), even = 0.5 * n * g(2 * r);
        odd_cosh += log_2cosh(odd), odd_sinh += log_2sinh(odd);
        even_cosh += log_2cosh(even), even_sinh += log_2sinh(even);
    }
    const double largest = std::max(odd_cosh, even_cosh);
    const double sum = std::exp(odd_cosh - largest) + std::exp(odd_sinh - largest) +
                       std::exp(even_cosh - largest) +
                       std::copysign(g0 == 0 ? 0 : std::exp(even_sinh - largest), g0);
    const double log_2sinh_2b = log_2sinh(2 * b);
    return -std::numbers::ln2 + 0.5 * n * n * log_2sinh_2b + largest + std::log(sum);
}

double ising_mean_energy(int size, double temperature) {
    // d/d(1/T) by a central difference of fourth order: the sums above have no closed form worth the reading.
    const double b = 1 / temperature, h = 1e-3 * b;
    const auto at = [&](double k) { return ising_log_partition(size, 1 / (b + k * h)); };
    const double slope = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
    return -slope / (static_cast<double>(size) * size);
}

}  // namespace tempera
