// SPDX-License-Identifier: MIT
#include "cli/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace tempera::cli {

using Clock = std::chrono::steady_clock;

namespace {

bool moves_its_cursor() {
    const char* terminal = std::getenv("TERM");
    return isatty(STDERR_FILENO) && !(terminal && std::string_view(terminal) == "dumb");
}

int columns_of_terminal() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// The first `n` characters of UTF-8.
std::string shortened(const std::string& text, int n) {
    std::size_t at = 0;
    for (int i = 0; i < n && at < text.size(); ++i) {
        for (++at; at < text.size() && (text[at] & 0xC0) == 0x80;) {
            ++at;
        }
    }
    return text.substr(0, at);
}

int characters(const std::string& text) {
    return static_cast<int>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string progress_line(double fraction, const std::string& text, const std::string& left, int columns) {
    constexpr int widest = 32, narrowest = 8;
    char percent[16];
    std::snprintf(percent, sizeof percent, "%3.0f %%  ", 100 * fraction);
    std::string line = percent + text;
    line += characters(line + left) <= columns ? left : "";
    const int width = std::min(widest, columns - characters(line) - 1);
    if (width < narrowest) {
        return shortened(line, columns);
    }
    const int full = static_cast<int>(fraction * width);
    std::string bar;
    for (int i = 0; i < width; ++i) {
        bar += i < full ? "█" : "░";
    }
    return bar + " " + line;
}

std::string readable_seconds(double seconds) {
    const long s = std::lround(seconds);
    if (s < 90) {
        return std::to_string(s) + " s";
    }
    return s < 5400 ? std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s"
                    : std::to_string(s / 3600) + " h " + std::to_string(s / 60 % 60) + " min";
}

Progress::Progress(const std::string& mode)
    : mode_(mode == "none"                           ? Mode::none
            : mode == "plain" || !moves_its_cursor() ? Mode::plain
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
    // The last column stays free: a full line would wrap.
    std::fprintf(stderr, "\r\033[K%s", progress_line(fraction, text, eta, columns_of_terminal() - 1).c_str());
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
