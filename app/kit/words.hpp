// SPDX-License-Identifier: MIT
// Names of the engine's as words of the window's.
#pragma once

#include <string>

namespace tempera::app {

/// "high_contrast" -> "high contrast".
std::string in_words(std::string name);
/// With a capital first letter; all in capitals. Of ASCII letters only.
std::string capitalised(std::string text);
std::string in_capitals(std::string text);

}  // namespace tempera::app
