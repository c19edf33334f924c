// SPDX-License-Identifier: MIT
#include "diagnostics/chain_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/normal_quantile.hpp"
#include "core/number.hpp"

namespace tempera {

namespace {

constexpr int least_steps = 4;

/// Both halves of every chain as chains of their own; the middle step of an odd number is left out.
ChainSeries halves(const ChainSeries& x) {
    const int half = x.n_steps() / 2, second = x.n_steps() - half;
    ChainSeries out(half, 2 * x.n_chains);
    for (int t = 0; t < half; ++t) {
        for (int c = 0; c < x.n_chains; ++c) {
            out(t, 2 * c) = x(t, c), out(t, 2 * c + 1) = x(second + t, c);
        }
    }
    return out;
}

template <class Function>
ChainSeries mapped(ChainSeries x, Function f) {
    std::transform(x.values.begin(), x.values.end(), x.values.begin(), f);
    return x;
}

/// Linear between order statistics; p in [0, 1].
double quantile(std::vector<double> values, double p) {
    const double place = p * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::ptrdiff_t>(place);
    std::nth_element(values.begin(), values.begin() + low, values.end());
    const double below = values[static_cast<std::size_t>(low)];
    const auto next = std::min_element(values.begin() + low + 1, values.end());
    return next == values.end() ? below : below + (place - static_cast<double>(low)) * (*next - below);
}

/// Normal scores of the ranks among all values, ties sharing their mean rank.
ChainSeries normal_scores(const ChainSeries& x) {
    const std::size_t n = x.values.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return x.values[a] < x.values[b]; });
    ChainSeries out = x;
    for (std::size_t first = 0, end = 0; first < n; first = end) {
        while (end < n && x.values[order[end]] == x.values[order[first]]) {
            ++end;
        }
        const double rank = 0.5 * static_cast<double>(first + 1 + end);
        const double score = normal_quantile((rank - 0.375) / (static_cast<double>(n) + 0.25));
        for (std::size_t k = first; k < end; ++k) {
            out.values[order[k]] = score;
        }
    }
    return out;
}

/// The chains' means and their mean autocovariances about them, lag by lag as they are asked for.
class Autocovariance {
public:
    explicit Autocovariance(const ChainSeries& x) : x_(x), mean_(static_cast<std::size_t>(x.n_chains)) {
        for (int t = 0; t < x.n_steps(); ++t) {
            for (int c = 0; c < x.n_chains; ++c) {
                mean_[static_cast<std::size_t>(c)] += x(t, c) / x.n_steps();
            }
        }
    }
    double operator()(int lag) const {
        double sum = 0;
        for (int t = 0; t + lag < x_.n_steps(); ++t) {
            for (int c = 0; c < x_.n_chains; ++c) {
                const double mean = mean_[static_cast<std::size_t>(c)];
                sum += (x_(t, c) - mean) * (x_(t + lag, c) - mean);
            }
        }
        return sum / static_cast<double>(x_.values.size());
    }
    /// Mean variance within the chains, unbiased.
    double within() const { return (*this)(0) * x_.n_steps() / (x_.n_steps() - 1.0); }
    /// Variance of the chains' means; 0 for one chain.
    double between() const {
        const double n = static_cast<double>(mean_.size());
        const double middle = std::accumulate(mean_.begin(), mean_.end(), 0.0) / n;
        double sum = 0;
        for (const double m : mean_) {
            sum += (m - middle) * (m - middle);
        }
        return n > 1 ? sum / (n - 1) : 0;
    }

private:
    const ChainSeries& x_;
    std::vector<double> mean_;
};

/// Geyer's initial monotone sequence (Statistical Science 7, 1992): pairs of autocorrelations are summed as
/// long as they are positive, and none may exceed the one before.
double autocorrelation_time_of(const ChainSeries& x) {
    const Autocovariance covariance(x);
    const double within = covariance.within(), n = x.n_steps(),
                 total = within * (n - 1) / n + covariance.between();
    const auto correlation = [&](int lag) { return 1 - (within - covariance(lag)) / total; };
    std::vector<double> rho{1, correlation(1)};
    double even = 1, odd = rho[1];
    int t = 1;
    for (; t < x.n_steps() - 3 && even + odd > 0; t += 2) {
        even = correlation(t + 1), odd = correlation(t + 2);
        const bool kept = even + odd >= 0;
        rho.push_back(kept ? even : 0), rho.push_back(kept ? odd : 0);
    }
    const int last = t - 2;
    rho.resize(static_cast<std::size_t>(last) + 2);
    if (even > 0) {
        rho[static_cast<std::size_t>(last) + 1] = even;
    }
    for (std::size_t k = 1; static_cast<int>(k) <= last - 2; k += 2) {
        if (rho[k + 1] + rho[k + 2] > rho[k - 1] + rho[k]) {
            rho[k + 1] = rho[k + 2] = 0.5 * (rho[k - 1] + rho[k]);
        }
    }
    const double sum = std::accumulate(rho.begin(), rho.begin() + last + 1, 0.0);
    // Chains that jump to and fro count for more than independent draws, within reason.
    return std::max(-1 + 2 * sum + rho[static_cast<std::size_t>(last) + 1],
                    1 / std::log10(static_cast<double>(x.values.size())));
}

double effective_draws(const ChainSeries& x) {
    const auto [low, high] = std::minmax_element(x.values.begin(), x.values.end());
    const double n = static_cast<double>(x.values.size());
    return *high - *low < 1e-15 ? n : n / autocorrelation_time_of(x);
}

double r_hat_of(const ChainSeries& x) {
    const Autocovariance covariance(x);
    const double n = x.n_steps(), within = covariance.within();
    return std::sqrt((covariance.between() + within * (n - 1) / n) / within);
}

}  // namespace

ChainStatistics chain_statistics(const ChainSeries& series) {
    const bool finite =
        std::all_of(series.values.begin(), series.values.end(), [](double v) { return std::isfinite(v); });
    if (series.n_steps() < least_steps || !finite) {
        return {not_a_number, not_a_number, not_a_number, not_a_number};
    }
    const ChainSeries split = halves(series), scores = normal_scores(split);
    const double median = quantile(split.values, 0.5);
    const ChainSeries folded = mapped(split, [&](double v) { return std::abs(v - median); });
    const auto tail = [&](double p) {
        const double bound = quantile(series.values, p);
        return effective_draws(halves(mapped(series, [&](double v) { return v <= bound ? 1.0 : 0.0; })));
    };
    const double n = static_cast<double>(split.values.size());
    const double r_hat = std::max(r_hat_of(scores), r_hat_of(normal_scores(folded)));
    return {series.n_chains > 1 ? r_hat : not_a_number, effective_draws(scores),
            std::min(tail(0.05), tail(0.95)), n / effective_draws(split)};
}

}  // namespace tempera
