// SPDX-License-Identifier: MIT
#include "diagnostics/autocorrelation.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "core/number.hpp"

namespace tempera {

namespace {

constexpr int least_steps = 4;
constexpr double times_long = 50;  // from which on the standard error is known

using Complex = std::complex<double>;

/// The discrete Fourier transform of as many values as a power of two, in place (Cooley and Tukey).
void transform(std::vector<Complex>& x) {
    const std::size_t n = x.size();
    for (std::size_t i = 1, j = 0; i < n; ++i) {  // bit reversal
        std::size_t bit = n / 2;
        for (; j & bit; bit /= 2) {
            j ^= bit;
        }
        j ^= bit;
        if (i < j) {
            std::swap(x[i], x[j]);
        }
    }
    std::vector<Complex> root(n / 2);
    for (std::size_t k = 0; k < root.size(); ++k) {
        root[k] = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
    }
    for (std::size_t half = 1; half < n; half *= 2) {
        const std::size_t stride = n / (2 * half);
        for (std::size_t begin = 0; begin < n; begin += 2 * half) {
            for (std::size_t k = 0; k < half; ++k) {
                const Complex low = x[begin + k], high = x[begin + k + half] * root[k * stride];
                x[begin + k] = low + high, x[begin + k + half] = low - high;
            }
        }
    }
}

/// Sums over chains and steps of x_t x_{t + lag}, x less the mean, at the lags 0 to n_steps - 1.
std::vector<double> products(const ChainSeries& series, double mean) {
    const int n = series.n_steps();
    const std::size_t size = std::bit_ceil(2 * static_cast<std::size_t>(n));  // padded: nothing wraps around
    std::vector<Complex> power(size), pair(size);
    for (int c = 0; c < series.n_chains; c += 2) {
        // Two real chains at once: cross terms are odd in the frequency, and their transform is imaginary.
        std::fill(pair.begin(), pair.end(), 0);
        for (int t = 0; t < n; ++t) {
            pair[static_cast<std::size_t>(t)] = {series(t, c) - mean,
                                                 c + 1 < series.n_chains ? series(t, c + 1) - mean : 0.0};
        }
        transform(pair);
        for (std::size_t k = 0; k < size; ++k) {
            power[k] += std::norm(pair[k]);
        }
    }
    transform(power);  // of real numbers: the inverse up to its sign and scale
    std::vector<double> out(static_cast<std::size_t>(n));
    std::transform(power.begin(), power.begin() + n, out.begin(),
                   [&](const Complex& v) { return v.real() / static_cast<double>(size); });
    return out;
}

}  // namespace

Autocorrelation autocorrelation(const ChainSeries& series) {
    Autocorrelation out;
    out.time_error = not_a_number;
    const auto& values = series.values;
    const int n = series.n_chains > 0 ? series.n_steps() : 0;
    if (n < least_steps ||
        !std::ranges::all_of(
            values, [](double v) { return std::isfinite(v); }) ||
        std::ranges::all_of(values, [&](double v) { return v == values.front(); })) {
        return out;
    }
    const double size = static_cast<double>(values.size());
    out.mean = std::accumulate(values.begin(), values.end(), 0.0) / size;
    const std::vector<double> sums = products(series, out.mean);
    out.scatter = sums[0];
    for (int lag = 0; lag <= n / 2; ++lag) {
        const double per_term = sums[static_cast<std::size_t>(lag)] * n / (n - lag);
        out.rho.push_back(per_term / sums[0]);
    }
    out.integrated = integrated_time(n, [&](int lag) { return out.rho[static_cast<std::size_t>(lag)]; });
    if (size >= times_long * out.integrated.time) {
        out.time_error = out.integrated.time * std::sqrt(2 * (2 * out.integrated.window + 1) / size);
    }
    return out;
}

}  // namespace tempera
