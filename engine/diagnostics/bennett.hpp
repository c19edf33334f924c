// SPDX-License-Identifier: MIT
// Bennett's acceptance ratio (J. Comp. Phys. 22, 1976) for two sets of works.
#pragma once

#include <span>
#include <vector>

namespace tempera {

/// c = log (Z_k / Z_{k+1}) that solves sum_down f(W - c) = sum_up (1 - f(W' - c)) for the logistic f; equally
/// many works of both kinds. NaN when no work is finite.
double bennett_ratio(std::span<const double> down, std::span<const double> up);

/// How the works move the ratio that they gave. Infinitesimal changes add up to zero, so that the squares of
/// `influence` add up to the variance of the ratio when the pairs (down[i], up[i]) are independent of each
/// other, and the influences of several ratios on the same points may be added first.
struct BennettSpread {
    std::vector<double> influence;  ///< [n] of down[i] and up[i] together
    double variance;                ///< Bennett's, which takes all works for independent; NaN for n = 1
};
BennettSpread bennett_spread(std::span<const double> down, std::span<const double> up, double ratio);

}  // namespace tempera
