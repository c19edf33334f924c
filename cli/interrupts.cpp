// SPDX-License-Identifier: MIT
#include "cli/interrupts.hpp"

#include <csignal>
#include <unistd.h>

#include <thread>

namespace tempera::cli {

namespace {

std::stop_source& source() {
    static std::stop_source s;
    return s;
}

/// Whoever started the program with `nohup` wants it to outlive the terminal.
bool hang_up_counts = true;

sigset_t interrupt_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (hang_up_counts) {
        sigaddset(&set, SIGHUP);
    }
    return set;
}

int next_signal(const sigset_t& set) {
    int signal = 0;
    while (sigwait(&set, &signal) != 0) {
    }
    return signal;
}

void wait_for_signals() {
    const sigset_t set = interrupt_signals();
    next_signal(set);
    source().request_stop();
    constexpr char text[] =
        "\ntempera: stopping at the next safe point and saving what was reached; once more to stop at once\n";
    // A terminal that is gone cannot be told.
    [[maybe_unused]] const ssize_t told = write(STDERR_FILENO, text, sizeof text - 1);
    while (next_signal(set) == SIGHUP) {  // a closed terminal sends it more than once
    }
    _exit(130);
}

}  // namespace

void catch_interrupts() {
    // A parent that ignores the signals (a shell's background job) must not hide them from sigwait.
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    struct sigaction before{};
    hang_up_counts = sigaction(SIGHUP, nullptr, &before) != 0 || before.sa_handler != SIG_IGN;
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error of the write, not the end
    const sigset_t set = interrupt_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    source();
    std::thread(wait_for_signals).detach();
}

std::stop_token interrupt_token() { return source().get_token(); }

void release_interrupts() {
    const sigset_t set = interrupt_signals();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace tempera::cli
