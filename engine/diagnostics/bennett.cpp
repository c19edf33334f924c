// SPDX-License-Identifier: MIT
#include "diagnostics/bennett.hpp"

#include <algorithm>
#include <cmath>

#include "core/log_sum_exp.hpp"
#include "core/number.hpp"

namespace tempera {

namespace {

double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/// Value and derivative (negative) of Bennett's equation at c.
struct Balance {
    double value = 0, slope = 0;
};
Balance balance(std::span<const double> down, std::span<const double> up, double c) {
    Balance out;
    for (const double w : down) {
        const double f = logistic(w - c);
        out.value += f;
        out.slope -= f * (1 - f);
    }
    for (const double w : up) {
        const double f = logistic(c - w);
        out.value -= f;
        out.slope -= f * (1 - f);
    }
    return out;
}

/// Bennett's equation where both logistics are exponentials: works that lie so far apart that nothing
/// overlaps.
double apart_ratio(std::span<const double> down, std::span<const double> up) {
    LogSumExp forth, back;
    for (const double w : down) {
        forth.add(w);
    }
    for (const double w : up) {
        back.add(-w);
    }
    return 0.5 * (forth.value() - back.value());
}

}  // namespace

double bennett_ratio(std::span<const double> down, std::span<const double> up) {
    double low = infinity, high = -low;
    for (const auto works : {down, up}) {
        for (const double w : works) {
            if (std::isfinite(w)) {
                low = std::min(low, w);
                high = std::max(high, w);
            }
        }
    }
    if (!(low <= high)) {
        return not_a_number;
    }
    // Above every work by as much as the counts can differ the balance is negative, below positive: Newton
    // within a bracket.
    const double margin = std::log(static_cast<double>(std::max<std::size_t>(down.size(), 1))) + 1;
    low -= margin;
    high += margin;
    double c = 0.5 * (low + high);
    for (int step = 0; step < 200 && high - low > 1e-13 * (1 + std::abs(c)); ++step) {
        const Balance b = balance(down, up, c);
        if (!(b.slope < -1e-280)) {  // underflow: every c between the two kinds of works would do
            const double apart = apart_ratio(down, up);
            return std::isfinite(apart) ? apart : not_a_number;
        }
        (b.value > 0 ? low : high) = c;
        const double newton = c - b.value / b.slope;
        const double next = newton > low && newton < high ? newton : 0.5 * (low + high);
        if (std::abs(next - c) <= 1e-12 * (1 + std::abs(c))) {
            return next;
        }
        c = next;
    }
    return c;
}

std::vector<double> bennett_influence(std::span<const double> down, std::span<const double> up,
                                      double ratio) {
    const double slope = -balance(down, up, ratio).slope;
    std::vector<double> out;
    for (std::size_t i = 0; i < down.size(); ++i) {
        out.push_back((logistic(down[i] - ratio) - logistic(ratio - up[i])) / slope);
    }
    return out;
}

}  // namespace tempera
