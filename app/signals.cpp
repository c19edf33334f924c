// SPDX-License-Identifier: MIT
#include "app/signals.hpp"

#include <csignal>
#include <utility>

#include <pthread.h>

namespace tempera::app {
namespace {

sigset_t end_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

}  // namespace

EndSignals::EndSignals() {
    const sigset_t set = end_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    thread_ = std::thread([this] { wait(); });
}

EndSignals::~EndSignals() {
    over_ = true;
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
    const sigset_t set = end_signals();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void EndSignals::set_on_signal(std::function<void()> callback) {
    const std::lock_guard lock(mutex_);
    callback_ = std::move(callback);
    if (came_ && callback_) {
        callback_();
    }
}

void EndSignals::wait() {
    const sigset_t set = end_signals();
    while (true) {
        int number = 0;
        sigwait(&set, &number);
        if (over_) {
            return;
        }
        if (came_.exchange(true)) {  // asked twice: the window is stuck
            std::signal(number, SIG_DFL);
            sigset_t one;
            sigemptyset(&one);
            sigaddset(&one, number);
            pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
            std::raise(number);
        }
        const std::lock_guard lock(mutex_);
        if (callback_) {
            callback_();
        }
    }
}

}  // namespace tempera::app
