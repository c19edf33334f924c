// SPDX-License-Identifier: MIT
#include "diagnostics/chain_error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tempera {

namespace {

constexpr double window_in_times = 5, least_time = 0.5, times_of_a_chain = 200;
constexpr int few_chains = 4, steps_of_a_chain = 500;

/// Mean over chains of sum_t x_t x_{t + lag}, scaled as if there were as many terms as at lag 0.
double autocovariance(const ChainSeries& x, double mean, int lag) {
    const int n_terms = x.n_steps() - lag;
    double sum = 0;
    for (int t = 0; t < n_terms; ++t) {
        for (int c = 0; c < x.n_chains; ++c) {
            sum += (x(t, c) - mean) * (x(t + lag, c) - mean);
        }
    }
    return sum * x.n_steps() / n_terms;
}

}  // namespace

IntegratedTime integrated_time(int n_steps, const std::function<double(int lag)>& autocorrelation) {
    IntegratedTime out;
    while (out.window < n_steps / 2 && out.window < window_in_times * out.time) {
        out.time += 2 * autocorrelation(++out.window);
    }
    out.time = std::max(out.time, least_time);
    return out;
}

ChainSum variance_of_sum(const ChainSeries& x) {
    const double n = static_cast<double>(x.values.size());
    if (n < 2) {
        const double unknown = std::numeric_limits<double>::quiet_NaN();
        return {unknown, unknown};
    }
    const double mean = std::accumulate(x.values.begin(), x.values.end(), 0.0) / n;
    const double scatter = autocovariance(x, mean, 0);
    const auto correlation = [&](int lag) { return autocovariance(x, mean, lag) / scatter; };
    return variance_of_sum(scatter,
                           scatter > 0 ? integrated_time(x.n_steps(), correlation) : IntegratedTime{}, n);
}

ChainSum variance_of_sum(double scatter, const IntegratedTime& found, double n_values) {
    return {scatter * found.time * (1 + (2 * found.window + 1) / n_values), found.time};
}

StandardError error_of_sum(const ChainSeries& series) {
    return error_of_sum(variance_of_sum(series), series.n_chains, series.n_steps());
}

StandardError error_of_sum(const ChainSum& sum, int n_chains, int n_steps) {
    if (!std::isfinite(sum.variance)) {
        return StandardError::unknown("one draw tells nothing of the spread");
    }
    if (n_chains < few_chains &&
        n_steps < std::max<double>(steps_of_a_chain, times_of_a_chain * sum.autocorrelation_time)) {
        return StandardError::unknown("with fewer than " + std::to_string(few_chains) +
                                      " ladders the scans are too few for their correlation");
    }
    return {std::sqrt(sum.variance), {}};
}

}  // namespace tempera
