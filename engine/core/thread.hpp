// SPDX-License-Identifier: MIT
// Time and priority of threads.
#pragma once

#include <chrono>

namespace tempera {

/// Seconds since it was made.
class Stopwatch {
public:
    using Clock = std::chrono::steady_clock;
    double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

private:
    Clock::time_point begin_ = Clock::now();
};

/// A time to wait, whatever number a setting holds: at most some thirty years, which the clock can add.
inline std::chrono::steady_clock::duration waiting_time(double seconds) {
    constexpr double longest = 1e9;
    return std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::chrono::duration<double>(seconds < longest ? seconds : longest));
}

/// Nice +10 for the calling thread: work in the background leaves the processor to the window.
void yield_to_the_window();

}  // namespace tempera
