// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

namespace tempera {

/// Sum of exponentials with the squares for the effective sample size; mergeable, so that blocks can be added
/// in order.
struct WeightSum {
    double max = -std::numeric_limits<double>::infinity(), sum = 0, squares = 0;

    WeightSum& operator+=(const WeightSum& other);
    /// The sum over n values; -infinity counts as zero; values must not be NaN.
    static WeightSum of(const double* log_weight, int n);
    double log_sum() const;
    double ess() const { return squares > 0 ? sum * sum / squares : 0; }
};

}  // namespace tempera
