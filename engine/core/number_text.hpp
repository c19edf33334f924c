// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace tempera {

/// A number as a person writes it: up to `digits` significant digits, no trailing zeros ("0.25", "1e-12").
std::string short_number(double value, int digits = 3);
/// A number that may be tiny, with about two digits: "0.25", "0.057", "1.6e-8"; "-" for what is none.
std::string small_number(double value);

/// Fixed decimals and no negative zero; "-" for what is not finite. `sign`: a plus, too.
std::string fixed(double value, int decimals, bool sign = false);
/// 4096 -> "4 096".
std::string grouped(long value);

}  // namespace tempera
