// SPDX-License-Identifier: MIT
// The last that a crashing program can do: a file that names the signal.
#pragma once

#include <filesystem>
#include <string>

namespace tempera::app {

/// From now on a fatal signal leaves its number in `file` before it takes its course.
void mark_crashes(const std::filesystem::path& file);
void forget_crashes();
/// "SIGSEGV" from such a file; empty when there is none.
std::string crash_signal(const std::filesystem::path& file);

}  // namespace tempera::app
