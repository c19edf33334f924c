// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>

namespace tempera {

/// How much the logarithm of a step changes after `n_moves` had a mean acceptance (Robbins and Monro, Annals
/// of Mathematical Statistics 22, 1951). An acceptance as good as 0 or 1 over many moves tells which way, not
/// how far: the step leaves such a place by factors of e^2.
inline double step_change(double acceptance, double target, double gain, double n_moves) {
    constexpr double many = 32, leap = 2, frozen = 0.005, idle = 0.9995;
    const double change = gain * (acceptance - target);
    if (n_moves >= many && acceptance < frozen) {
        return std::min(change, -leap);
    }
    return n_moves >= many && acceptance > idle ? std::max(change, leap) : change;
}

/// Gains of a burn-in, step^-0.6 of stochastic approximation (Robbins and Monro ask for an exponent in (1/2,
/// 1]); the floor keeps the last steps of a short burn-in moving.
inline double burn_in_gain(long step) {
    constexpr double decay = 0.6, least = 0.05;
    return std::max(least, std::pow(1.0 + static_cast<double>(step), -decay));
}

/// A factor that brings the step beyond e^+-7 of the level's built-in scale means a wrong scale, not a better
/// step.
inline double clamp_step(double log_factor, double step_size) {
    constexpr double farthest = 7;
    return std::clamp(log_factor, -farthest - std::log(step_size), farthest - std::log(step_size));
}

}  // namespace tempera
