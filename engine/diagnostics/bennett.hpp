// SPDX-License-Identifier: MIT
// Bennett's acceptance ratio (J. Comp. Phys. 22, 1976) for two sets of works.
#pragma once

#include <span>
#include <vector>

namespace tempera {

/// c = log (Z_k / Z_{k+1}) that solves sum_down f(W - c) = sum_up (1 - f(W' - c)) for the logistic f; equally
/// many works of both kinds. NaN when no work is finite.
double bennett_ratio(std::span<const double> down, std::span<const double> up);

/// Influence [n] of down[i] and up[i] together on the ratio that they gave: infinitesimal changes, which add
/// up to zero. Their squares add up to the variance of the ratio when the pairs (down[i], up[i]) are
/// independent of each other, and the influences of several ratios on the same points may be added first.
std::vector<double> bennett_influence(std::span<const double> down, std::span<const double> up, double ratio);

}  // namespace tempera
