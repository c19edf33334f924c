// SPDX-License-Identifier: MIT
#include "diagnostics/weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_set>

#include "core/log_sum_exp.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"

namespace tempera {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Weights can be normalised when no entry is NaN or +infinity and one of them is finite.
bool usable(std::span<const double> log_weight) {
    bool any = false;
    for (double w : log_weight) {
        if (std::isnan(w) || w == infinity) {
            return false;
        }
        any = any || w != -infinity;
    }
    return any;
}

/// log(1 - b x) for log x and b of either sign; |b| x may be beyond any double where b < 0.
double log_one_minus(double b, double log_x) {
    if (b >= 0) {
        return std::log1p(-b * std::exp(log_x));
    }
    const double log_bx = std::log(-b) + log_x;
    return log_bx > 0 ? log_bx + std::log1p(std::exp(-log_bx)) : std::log1p(std::exp(log_bx));
}

/// Shape of a generalised Pareto law from the logarithms of sorted exceedances by the estimator of Zhang and
/// Stephens (2009, Technometrics 51, 316), with the weak prior of Vehtari et al. (2015) that pulls k towards
/// 0.5. In logarithms, since the tail of bad weights spans more than a double.
double pareto_shape(std::vector<double> log_x) {
    const int n = static_cast<int>(log_x.size());
    const int n_grid = 30 + static_cast<int>(std::sqrt(static_cast<double>(n)));
    const double quartile = log_x[static_cast<std::size_t>(std::max(0, static_cast<int>(n / 4.0 + 0.5) - 1))];
    if (quartile == -infinity) {
        return nan;
    }
    for (double& v : log_x) {  // in units of the quartile
        v -= quartile;
    }
    std::vector<double> theta(static_cast<std::size_t>(n_grid)), profile(theta.size());
    const auto shape_at = [&](double b) {
        double sum = 0;
        for (double v : log_x) {
            sum += log_one_minus(b, v);
        }
        return sum / n;
    };
    for (int j = 0; j < n_grid; ++j) {
        const double b = std::exp(-log_x.back()) + (1 - std::sqrt(n_grid / (j + 0.5))) / 3;
        const double k = shape_at(b);
        theta[static_cast<std::size_t>(j)] = b;
        profile[static_cast<std::size_t>(j)] = n * (std::log(-b / k) - k - 1);
    }
    double mean = 0, total = 0;
    for (std::size_t j = 0; j < theta.size(); ++j) {
        double inverse = 0;
        for (double other : profile) {
            inverse += std::exp(other - profile[j]);
        }
        if (std::isfinite(inverse)) {
            mean += theta[j] / inverse;
            total += 1 / inverse;
        }
    }
    const double k = shape_at(mean / total);
    return (n * k + 5) / (n + 10);
}

}  // namespace

double ess_fraction(std::span<const double> log_weight) {
    if (log_weight.empty()) {
        return nan;
    }
    for (double w : log_weight) {
        if (std::isnan(w) || w == infinity) {
            return nan;
        }
    }
    return log_sum_exp(log_weight).ess() / static_cast<double>(log_weight.size());
}

std::vector<double> normalised_weights(std::span<const double> log_weight) {
    if (!usable(log_weight)) {
        return std::vector<double>(log_weight.size(), nan);
    }
    const double top = *std::max_element(log_weight.begin(), log_weight.end());
    std::vector<double> w(log_weight.size());
    double total = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
        w[i] = std::exp(log_weight[i] - top);
        total += w[i];
    }
    for (double& v : w) {
        v /= total;
    }
    return w;
}

LogWeightMoments log_weight_moments(std::span<const double> log_weight) {
    Moments moments;
    LogWeightMoments out{nan, nan, nan, 0};
    for (double w : log_weight) {
        if (w == -infinity) {
            ++out.dropped;
            continue;
        }
        moments.add(w);
        out.max = std::isnan(out.max) && moments.n == 1 ? w : std::max(out.max, w);
    }
    if (moments.n) {
        out.mean = moments.mean;
        out.variance = moments.variance();
    }
    return out;
}

double log_z_stderr_delta(std::span<const double> log_weight) {
    const double n = static_cast<double>(log_weight.size());
    const double ess = ess_fraction(log_weight) * n;
    return n > 1 && ess > 0 ? std::sqrt(std::max(0.0, 1 / ess - 1 / n)) : nan;
}

double log_z_stderr_bootstrap(std::span<const double> log_weight, std::uint64_t seed, int n_resamples) {
    const std::vector<double> w = normalised_weights(log_weight);
    if (w.empty() || std::isnan(w.front()) || n_resamples < 2) {
        return nan;
    }
    StreamKey key;
    key.seed = seed;
    key.purpose = Purpose::diagnostic;
    const double n = static_cast<double>(w.size());
    std::vector<double> estimate(static_cast<std::size_t>(n_resamples));
    parallel_for(n_resamples, [&](int b) {
        Stream stream(key, static_cast<std::uint32_t>(b));
        double sum = 0;
        for (std::size_t i = 0; i < w.size(); ++i) {
            sum += w[std::min(w.size() - 1, static_cast<std::size_t>(stream.uniform() * n))];
        }
        estimate[static_cast<std::size_t>(b)] = std::log(sum);
    });
    Moments moments;
    for (double e : estimate) {
        if (e != -infinity) {  // a resample of zero weights only has no estimate
            moments.add(e);
        }
    }
    return std::sqrt(moments.variance());
}

double pareto_k(std::span<const double> log_weight) {
    const std::size_t n = log_weight.size();
    if (n < 25 || !usable(log_weight)) {
        return nan;
    }
    const double root = 3 * std::sqrt(static_cast<double>(n));
    const std::size_t n_tail =
        static_cast<std::size_t>(std::ceil(std::min(static_cast<double>(n) / 5, root)));
    std::vector<double> sorted(log_weight.begin(), log_weight.end());
    const auto cut = sorted.end() - static_cast<std::ptrdiff_t>(n_tail + 1);
    std::nth_element(sorted.begin(), cut, sorted.end());
    std::sort(cut, sorted.end());
    // log(w - threshold) = log threshold + log expm1(log w - log threshold), which keeps nearly equal weights
    // apart.
    const double threshold = *cut;
    std::vector<double> log_exceedance;
    log_exceedance.reserve(n_tail);
    for (auto it = cut + 1; it != sorted.end(); ++it) {
        if (*it == -infinity) {
            continue;  // fewer positive weights than the tail is long
        }
        const double above = *it - threshold;
        log_exceedance.push_back(threshold == -infinity ? *it
                                 : above > 30           ? *it + std::log1p(-std::exp(-above))
                                                        : threshold + std::log(std::expm1(above)));
    }
    if (log_exceedance.size() < 5 || log_exceedance.back() == -infinity) {
        return nan;
    }
    return pareto_shape(std::move(log_exceedance));
}

Lorenz lorenz_curve(std::span<const double> log_weight, int n_points) {
    Lorenz out{{}, nan, nan};
    if (n_points < 1 || !usable(log_weight)) {
        return out;
    }
    std::vector<double> w = normalised_weights(log_weight);
    std::sort(w.begin(), w.end());
    const double n = static_cast<double>(w.size());
    double weighted_rank = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
        weighted_rank += (2 * (static_cast<double>(i) + 1) - n - 1) * w[i];
    }
    out.gini = std::max(0.0, weighted_rank / n);
    std::partial_sum(w.begin(), w.end(), w.begin());
    const auto share_at = [&](double p) {
        const double position = p * n;
        const auto whole = static_cast<std::size_t>(position);
        const double below = whole == 0 ? 0 : w[whole - 1];
        return whole >= w.size() ? 1.0 : below + (position - static_cast<double>(whole)) * (w[whole] - below);
    };
    for (int j = 0; j <= n_points; ++j) {
        out.share.push_back(j == n_points ? 1.0 : share_at(static_cast<double>(j) / n_points));
    }
    out.top_percent_share = 1 - share_at(0.99);
    return out;
}

double unique_fraction(std::span<const int> root) {
    if (root.empty()) {
        return nan;
    }
    const std::unordered_set<int> distinct(root.begin(), root.end());
    return static_cast<double>(distinct.size()) / static_cast<double>(root.size());
}

Histogram::Histogram(double low_edge, double high_edge, int n_bins)
    : low(low_edge), high(high_edge), count(static_cast<std::size_t>(std::max(1, n_bins)), 0.0) {}

void Histogram::add(double value, double weight) {
    if (!std::isfinite(value)) {
        not_finite += weight;
    } else if (value < low) {
        underflow += weight;
    } else if (value > high) {
        overflow += weight;
    } else if (!count.empty()) {
        const double position = (value - low) / (high - low) * static_cast<double>(count.size());
        count[std::min(count.size() - 1, static_cast<std::size_t>(position))] += weight;
    }
}

void Histogram::merge(const Histogram& other) {
    underflow += other.underflow, overflow += other.overflow, not_finite += other.not_finite;
    for (std::size_t i = 0; i < count.size() && i < other.count.size(); ++i) {
        count[i] += other.count[i];
    }
}

Histogram log_weight_histogram(std::span<const double> log_weight, int n_bins) {
    Moments finite;
    double low = infinity, high = -infinity;
    for (double w : log_weight) {
        if (std::isfinite(w)) {
            finite.add(w);
            low = std::min(low, w), high = std::max(high, w);
        }
    }
    if (low > high) {
        low = high = 0;
    }
    const double least = std::max(1e-9, 1e-12 * std::max(std::abs(low), std::abs(high)));
    low -= finite.mean, high -= finite.mean;
    if (high - low < least) {  // equal weights still need bins of some width
        const double middle = low + (high - low) / 2;
        low = middle - std::max(0.5, least), high = middle + std::max(0.5, least);
    }
    if (n_bins <= 0) {
        n_bins = std::clamp(static_cast<int>(2 * std::cbrt(static_cast<double>(log_weight.size()))), 12, 64);
    }
    Histogram out(low, high, n_bins);
    for (double w : log_weight) {
        out.add(w - finite.mean);
    }
    return out;
}

void Moments::add(double value) {
    ++n;
    const double delta = value - mean;
    mean += delta / static_cast<double>(n);
    m2 += delta * (value - mean);
}

void Moments::merge(const Moments& other) {
    if (other.n == 0) {
        return;
    }
    const double total = static_cast<double>(n + other.n), delta = other.mean - mean;
    m2 += other.m2 + delta * delta * static_cast<double>(n) * static_cast<double>(other.n) / total;
    mean += delta * static_cast<double>(other.n) / total;
    n += other.n;
}

double Moments::variance() const { return n < 2 ? nan : m2 / static_cast<double>(n - 1); }

double Moments::standard_error() const { return std::sqrt(variance() / static_cast<double>(n)); }

}  // namespace tempera
