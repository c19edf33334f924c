// SPDX-License-Identifier: MIT
#include "diagnostics/mode_weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/number.hpp"
#include "diagnostics/weights.hpp"

namespace tempera {

std::vector<double> mode_proportions(std::span<const double> responsibilities, int n_modes,
                                     std::span<const double> log_weight) {
    const std::size_t modes = static_cast<std::size_t>(std::max(0, n_modes));
    const std::size_t n = modes ? responsibilities.size() / modes : 0;
    std::vector<double> out(modes, n ? 0.0 : std::numeric_limits<double>::quiet_NaN());
    const std::vector<double> weight = normalised_weights(log_weight);
    for (std::size_t i = 0; i < n; ++i) {
        const double w = weight.empty() ? 1.0 / static_cast<double>(n) : weight[i];
        if (w == 0) {
            continue;  // failed particles may have no assignment at all
        }
        for (std::size_t m = 0; m < modes; ++m) {
            out[m] += w * responsibilities[i * modes + m];
        }
    }
    return out;
}

namespace {

/// Half-width of Wilson's interval, which does not vanish at proportions 0 and 1.
double wilson(double p, double n_eff) {
    constexpr double z = 1.959963984540054;
    const double spread = std::max(0.0, p * (1 - p)) / n_eff + z * z / (4 * n_eff * n_eff);
    return n_eff > 0 ? z / (1 + z * z / n_eff) * std::sqrt(spread) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::vector<double> mode_interval(const std::vector<double>& proportion, double n_eff) {
    return mode_interval(proportion, {}, n_eff);
}

std::vector<double> mode_interval(const std::vector<double>& proportion,
                                  const std::vector<double>& standard_error, double n_eff) {
    std::vector<double> out;
    out.reserve(proportion.size());
    for (std::size_t m = 0; m < proportion.size(); ++m) {
        const double p = proportion[m], se = m < standard_error.size() ? standard_error[m] : 0;
        out.push_back(wilson(p, se > 0 && p * (1 - p) > 0 ? p * (1 - p) / (se * se) : n_eff));
    }
    return out;
}

double proportion_deviation(const std::vector<double>& found, const std::vector<double>& exact,
                            const std::vector<double>& interval) {
    constexpr double half_width = 1.96, least = 2.5e-10, without_error = 0.025;
    double worst = 0;
    for (std::size_t m = 0; m < found.size(); ++m) {
        const bool known = m < interval.size() && std::isfinite(interval[m]);
        const double error = known ? std::max(interval[m] / half_width, least) : without_error,
                     deviation = std::abs(found[m] - exact[m]) / error;
        worst = std::isnan(deviation) ? infinity : std::max(worst, deviation);
    }
    return worst;
}

bool proportions_agree(const std::vector<double>& found, const std::vector<double>& exact,
                       const std::vector<double>& interval) {
    return proportion_deviation(found, exact, interval) <= 4;
}

double total_variation(const std::vector<double>& p, const std::vector<double>& q) {
    return 0.5 * mean_absolute_error(p, q) * static_cast<double>(std::min(p.size(), q.size()));
}

double mean_absolute_error(const std::vector<double>& p, const std::vector<double>& q) {
    const std::size_t n = std::min(p.size(), q.size());
    if (n == 0) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
        sum += std::abs(p[i] - q[i]);
    }
    return sum / static_cast<double>(n);
}

std::vector<int> hard_modes(std::span<const double> responsibilities, int n_modes) {
    const std::size_t modes = static_cast<std::size_t>(std::max(0, n_modes));
    std::vector<int> out(modes ? responsibilities.size() / modes : 0);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto row = responsibilities.subspan(i * modes, modes);
        out[i] = static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin());
    }
    return out;
}

}  // namespace tempera
