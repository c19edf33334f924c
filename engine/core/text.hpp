// SPDX-License-Identifier: MIT
// Texts that come from outside: what may stand in a name, and what a terminal may see.
#pragma once

#include <string>
#include <string_view>

namespace tempera {

/// True where every character can be shown: well-formed UTF-8 without control characters (C0, DEL, C1) and
/// without marks that turn the direction of writing. Those of `allowed` (ASCII) count as shown.
bool is_shown_text(std::string_view text, std::string_view allowed = {});

/// The text with what cannot be shown as "\x1b"; line breaks and tabs stay.
std::string printable(std::string_view text);

}  // namespace tempera
