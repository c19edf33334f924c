// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace tempera {

/// A number as a person writes it: up to `digits` significant digits, no trailing zeros ("0.25", "1e-12").
std::string short_number(double value, int digits = 3);
/// A number that may be tiny, with about two digits: "0.25", "0.057", "1.6e-8"; "-" for what is none.
std::string small_number(double value);

}  // namespace tempera
