// SPDX-License-Identifier: MIT
// Ctrl+C, SIGTERM and SIGHUP (the terminal was closed): the first asks for a stop at the next safe point, one
// more of the first two ends the program at once.
#pragma once

#include <stop_token>

namespace tempera::cli {

/// Blocks the signals in this thread (and all it starts) and waits for them in a thread of its own. Call
/// first in main.
void catch_interrupts();
std::stop_token interrupt_token();
/// Ends waiting for signals: the default action applies again (a window has its own way to close).
void release_interrupts();

}  // namespace tempera::cli
