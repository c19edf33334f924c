// SPDX-License-Identifier: MIT
// SIGINT and SIGTERM as something that a window's loop can look at.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace tempera::app {

/// For a scope the signals end nothing: a thread of their own waits for them. Make it before any other
/// thread, because threads inherit which signals they leave alone.
class EndSignals {
public:
    EndSignals();
    ~EndSignals();
    EndSignals(const EndSignals&) = delete;
    EndSignals& operator=(const EndSignals&) = delete;
    /// Called on the waiting thread, at once when a signal came before.
    void set_on_signal(std::function<void()> callback);
    bool came() const { return came_; }

private:
    void wait();

    std::atomic<bool> came_{false}, over_{false};
    std::mutex mutex_;
    std::function<void()> callback_;
    std::thread thread_;
};

}  // namespace tempera::app
