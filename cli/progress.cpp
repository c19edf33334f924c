// SPDX-License-Identifier: MIT
#include "cli/progress.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace tempera::cli {

using Clock = std::chrono::steady_clock;

std::string readable_seconds(double seconds) {
    const long s = std::lround(seconds);
    if (s < 90) {
        return std::to_string(s) + " s";
    }
    return s < 5400 ? std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s"
                    : std::to_string(s / 3600) + " h " + std::to_string(s / 60 % 60) + " min";
}

Progress::Progress(const std::string& mode)
    : mode_(mode == "none"                              ? Mode::none
            : mode == "plain" || !isatty(STDERR_FILENO) ? Mode::plain
                                                        : Mode::bar),
      begin_(Clock::now()), last_(begin_) {}

Progress::~Progress() { finish(); }

void Progress::update(double fraction, const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (mode_ == Mode::none || finished_) {
        return;
    }
    const auto now = Clock::now();
    const double elapsed = std::chrono::duration<double>(now - begin_).count();
    const std::string eta = fraction > 0.02 && elapsed > 0.5
                                ? ", " + readable_seconds(elapsed * (1 - fraction) / fraction) + " left"
                                : "";
    if (mode_ == Mode::plain) {
        // one line per tenth, and none for runs that end at once
        const int step = static_cast<int>(fraction * 10);
        if (step != last_step_ && elapsed > 2) {
            std::fprintf(stderr, "%3.0f %%  %s%s\n", 100 * fraction, text.c_str(), eta.c_str());
            last_step_ = step;
        }
        return;
    }
    if (shown_ && now - last_ < std::chrono::milliseconds(60)) {
        return;
    }
    constexpr int width = 32;
    const int full = static_cast<int>(fraction * width);
    std::string bar;
    for (int i = 0; i < width; ++i) {
        bar += i < full ? "█" : "░";
    }
    std::fprintf(stderr, "\r\033[K%s %3.0f %%  %s%s", bar.c_str(), 100 * fraction, text.c_str(), eta.c_str());
    std::fflush(stderr);
    shown_ = true;
    last_ = now;
}

void Progress::finish() {
    const std::lock_guard lock(mutex_);
    if (shown_ && !finished_) {
        std::fprintf(stderr, "\r\033[K");
        std::fflush(stderr);
    }
    finished_ = true;
}

}  // namespace tempera::cli
