// SPDX-License-Identifier: MIT
// Sums of exponentials without overflow, in float64 always.
#pragma once

#include <cmath>
#include <limits>
#include <span>

namespace tempera {

/// Streaming log sum exp; also of squares, so that the effective sample size comes in one pass. Entries of
/// -infinity count as weight zero. NaN entries poison the result (on purpose).
class LogSumExp {
public:
    void add(double log_weight) {
        ++count_;
        if (log_weight == -std::numeric_limits<double>::infinity()) {
            return;
        }
        if (log_weight > max_) {
            const double scale = std::exp(max_ - log_weight);
            sum_ = sum_ * scale + 1.0;
            squares_ = squares_ * scale * scale + 1.0;
            max_ = log_weight;
        } else {
            const double w = std::exp(log_weight - max_);
            sum_ += w;
            squares_ += w * w;
        }
    }
    double value() const {
        return sum_ > 0 || std::isnan(sum_) ? max_ + std::log(sum_)
                                            : -std::numeric_limits<double>::infinity();
    }
    double log_mean() const { return value() - std::log(static_cast<double>(count_)); }
    /// Kish effective sample size: (sum w)^2 / sum w^2.
    double ess() const { return squares_ > 0 || std::isnan(squares_) ? sum_ * sum_ / squares_ : 0.0; }
    long count() const { return count_; }

private:
    double max_ = -std::numeric_limits<double>::infinity(), sum_ = 0, squares_ = 0;
    long count_ = 0;
};

inline LogSumExp log_sum_exp(std::span<const double> log_weights) {
    LogSumExp out;
    for (double w : log_weights) {
        out.add(w);
    }
    return out;
}

}  // namespace tempera
