// SPDX-License-Identifier: MIT
// Marks at the place of a typed text where something is wrong.
#pragma once

#include <string>

#include "app/kit/theme.hpp"

namespace tempera::app {

/// Under the word at a column of the text that the last InputTextMultiline (with word wrap, in the present
/// font) shows.
void underline_in_field(const Theme& theme, const std::string& text, int column);
/// A line of the text around a column, as wide as there is room, with the word there underlined.
void marked_excerpt(const Theme& theme, const std::string& text, int column);

}  // namespace tempera::app
