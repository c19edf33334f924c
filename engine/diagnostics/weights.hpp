// SPDX-License-Identifier: MIT
// Diagnostics of importance weights (definitions in docs/theory.md).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tempera {

double ess_fraction(std::span<const double> log_weight);  ///< (sum w)^2 / (n sum w^2); empty -> NaN
std::vector<double> normalised_weights(std::span<const double> log_weight);  ///< sum 1
/// Variance and maximum of log weights; -inf entries (failed particles) are left out and counted in
/// `dropped`.
struct LogWeightMoments {
    double mean, variance, max;
    long dropped;
};
LogWeightMoments log_weight_moments(std::span<const double> log_weight);
/// Standard error of log Z from independent weights by the delta method: sqrt(1/ESS - 1/n).
double log_z_stderr_delta(std::span<const double> log_weight);
/// Bootstrap standard error of log mean exp (n_resamples keyed streams).
double log_z_stderr_bootstrap(std::span<const double> log_weight, std::uint64_t seed, int n_resamples = 200);
/// Pareto tail index of the largest min(n/5, 3 sqrt n) weights (Zhang-Stephens fit, Vehtari et al. 2015); NaN
/// if n < 25.
double pareto_k(std::span<const double> log_weight);
/// Lorenz curve at n_points + 1 equidistant p in [0, 1] (cumulative share of the smallest weights), Gini, top
/// 1 % share.
struct Lorenz {
    std::vector<double> share;
    double gini, top_percent_share;
};
Lorenz lorenz_curve(std::span<const double> log_weight, int n_points = 128);
/// Fraction of distinct roots.
double unique_fraction(std::span<const int> root);

/// Streaming histogram with fixed edges; mergeable, bounded memory. Under- and overflow are counted.
class Histogram {
public:
    Histogram() = default;
    Histogram(double low, double high, int n_bins);
    void add(double value, double weight = 1);
    void merge(const Histogram& other);  ///< same edges
    double low = 0, high = 1, underflow = 0, overflow = 0, not_finite = 0;
    std::vector<double> count;
};
/// Of the log weights less their mean, over the whole range of the finite ones; the others are counted as not
/// finite. 0 bins: 2 n^(1/3), 12 to 64.
Histogram log_weight_histogram(std::span<const double> log_weight, int n_bins = 0);

/// Streaming mean and variance (Welford), mergeable.
class Moments {
public:
    void add(double value);
    void merge(const Moments& other);
    long n = 0;
    double mean = 0, m2 = 0;
    double variance() const;        ///< unbiased, NaN for n < 2
    double standard_error() const;  ///< of the mean
};

}  // namespace tempera
