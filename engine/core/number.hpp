// SPDX-License-Identifier: MIT
// The numbers that are none.
#pragma once

#include <limits>

namespace tempera {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double minus_infinity = -infinity;
/// What is not known, too.
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Range of settings that are squared: squares, their inverses and sums of them stay numbers of float64.
inline constexpr double least_scale = 1e-150, largest_scale = 1e150;

}  // namespace tempera
