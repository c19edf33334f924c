// SPDX-License-Identifier: MIT
#include "app/recovery/crash_marker.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>

namespace tempera::app {
namespace {

struct Fatal {
    int number;
    const char* name;
};
constexpr Fatal fatal_signals[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"}, {SIGFPE, "SIGFPE"}, {SIGILL, "SIGILL"}};

char marker[4096];  // a handler may not allocate

/// Only what is allowed in a signal's handler: open, write, close, raise.
extern "C" void leave_marker(int number) {
    const int saved = errno;
    const int file = ::open(marker, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file >= 0) {
        const char digits[2] = {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
        if (::write(file, digits, 2) < 0) {
            // There is nothing left that could be done about it.
        }
        ::close(file);
    }
    errno = saved;
    std::signal(number, SIG_DFL);
    std::raise(number);
}

}  // namespace

void mark_crashes(const std::filesystem::path& file) {
    const std::string text = file.string();
    if (text.size() >= sizeof marker) {
        return;
    }
    std::memcpy(marker, text.c_str(), text.size() + 1);
    for (const Fatal& f : fatal_signals) {
        std::signal(f.number, leave_marker);
    }
}

void forget_crashes() {
    for (const Fatal& f : fatal_signals) {
        std::signal(f.number, SIG_DFL);
    }
}

std::string crash_signal(const std::filesystem::path& file) {
    std::ifstream in(file);
    int number = 0;
    if (in >> number) {
        for (const Fatal& f : fatal_signals) {
            if (f.number == number) {
                return f.name;
            }
        }
    }
    return {};
}

}  // namespace tempera::app
