// SPDX-License-Identifier: MIT
// Numbers as texts, and texts that the window did not write itself, as it can show them.
#pragma once

#include <string>

namespace tempera::app {

/// Any text as a label or a part of one: Dear ImGui takes ## in a label for the beginning of its id, so that
/// a name would be cut there.
std::string shown(const std::string& text);

/// 4096 -> "4 096" with thin spaces.
std::string grouped(long value);
/// "ETA 12 s", "ETA 3 min"; "ETA unknown" for what is negative.
std::string eta_text(double seconds);
/// Fixed decimals with a proper sign slot; "-" for what is not finite.
std::string fixed(double value, int decimals, bool sign = false);

}  // namespace tempera::app
