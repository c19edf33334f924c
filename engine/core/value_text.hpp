// SPDX-License-Identifier: MIT
// Values of settings as people read and type them, in the window and behind --set: what is shown can be
// typed.
#pragma once

#include <string>

#include "core/settings.hpp"

namespace tempera {

/// A value as it is shown, "0.667, 0.333": numbers of lists with `digits` significant digits (0: all), a list
/// without its outer brackets where typing it back is clear.
std::string value_text(const Json& value, const Field& field, int digits = 0);

/// What was typed: lists with or without brackets, parted by commas, blanks or semicolons (which part rows);
/// text without quotes; nothing and "null" are null. What cannot be read stays a text, for the check to name.
Json read_value(const std::string& text, const Field& field);

}  // namespace tempera
