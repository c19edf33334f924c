// SPDX-License-Identifier: MIT
// A trained field at one noise level.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace tempera {

/// Noise levels that every report of a training names, whatever its path.
inline constexpr std::array reported_sigmas{0.05, 0.2, 0.5, 1.0, 2.0, 4.0};
/// The one that a short text names: noise at which modes are apart, but blurred.
inline constexpr double telling_sigma = 0.2;

/// Two noise levels that differ by rounding only, on their way through a file or a power.
inline bool same_noise(double a, double b) { return std::abs(a - b) <= 1e-6 * std::abs(b); }
inline bool is_reported(double sigma) {
    return std::any_of(reported_sigmas.begin(), reported_sigmas.end(),
                       [&](double reported) { return same_noise(sigma, reported); });
}

/// The averaged weights at one noise level, judged on points that the training has not seen. NaN and empty
/// where unknown: no mixture to compare with, or no density.
struct NoiseLevel {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    double sigma = 0;
    double loss = unknown;             ///< denoising loss, weighted as in training
    double score_error = unknown;      ///< E|s_learned - s|^2
    double score_energy = unknown;     ///< E|s|^2
    std::vector<double> mode_weights;  ///< implied by the learned log density
};

/// E|s_learned - s|^2 / E|s|^2; NaN where it is unknown.
inline double relative_score_error(const NoiseLevel& level) {
    return level.score_energy > 0 ? level.score_error / level.score_energy : NoiseLevel::unknown;
}

}  // namespace tempera
