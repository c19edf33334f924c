// SPDX-License-Identifier: MIT
// What a run and a training in the background have in common: one thread that does one job at a time, takes
// commands between its steps and publishes what readers may see.
#pragma once

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "run/record/snapshot.hpp"

namespace tempera {

/// A job that a later one replaces.
struct SteeredJob {
    long id = 0;
    Json preset;
    bool paused = false;
    std::stop_source stop;
};

/// Base of runners. `Job` is a SteeredJob; `View` has sequence, state and preset and is immutable once
/// published. A runner derives from it, calls launch() when it is made and join() before it goes.
template <class Job, class Command, class View>
class SteeredThread {
public:
    virtual ~SteeredThread() = default;

    void launch() {
        thread_ = std::jthread([this](std::stop_token stop) { serve(std::move(stop)); });
    }
    /// Cancels what is under way and joins.
    void join() {
        set_on_publish({});
        thread_.request_stop();
        cancel();
        thread_.join();
    }

    // For the owner: return at once.
    /// A job in progress is cancelled first. `fill`(first view, id) is called under both locks.
    template <class Fill>
    long start(Job job, Fill fill) {
        auto first = std::make_shared<View>();
        first->state = RunState::preparing;
        first->preset = std::make_shared<Json>(job.preset);
        long id = 0;
        std::function<void()> callback;
        {
            const std::scoped_lock lock(mutex, hub_mutex);
            current_stop_.request_stop();
            current_stop_ = job.stop;
            commands.clear();
            id = job.id = ++current_id_;
            busy_ = true;
            fill(*first, id);
            first->sequence = ++sequence_;
            latest_ = std::move(first);
            next_ = std::move(job);
            callback = on_publish_;
        }
        wake.notify_all();
        if (callback) {
            callback();
        }
        return id;
    }
    void push(Command command) {
        {
            const std::lock_guard lock(mutex);
            commands.push_back(std::move(command));
        }
        wake.notify_all();
    }
    void cancel() {
        {
            const std::lock_guard lock(mutex);
            current_stop_.request_stop();
        }
        wake.notify_all();
    }
    std::shared_ptr<const View> latest() const {
        const std::lock_guard lock(hub_mutex);
        return latest_;
    }
    void set_on_publish(std::function<void()> callback) {
        const std::lock_guard lock(hub_mutex);
        on_publish_ = std::move(callback);
    }
    /// Blocks until no job is under way.
    void wait() const {
        std::unique_lock lock(hub_mutex);
        idle_.wait(lock, [&] { return !busy_; });
    }

protected:
    /// The whole of one job, on the thread. Throws nothing. `stop`: the thread itself shall end.
    virtual void perform(Job& job, std::stop_token stop) = 0;

    /// False when a later job has taken over: nothing is published then.
    bool publish_view(const Job& job, std::shared_ptr<View> view) {
        std::function<void()> callback;
        {
            const std::lock_guard lock(hub_mutex);
            if (job.id != current_id_) {
                return false;
            }
            view->sequence = ++sequence_;
            latest_ = std::move(view);
            callback = on_publish_;
        }
        if (callback) {
            callback();
        }
        return true;
    }
    bool is_current(const Job& job) const {
        const std::lock_guard lock(hub_mutex);
        return job.id == current_id_;
    }
    std::optional<Command> next_command() {
        const std::lock_guard lock(mutex);
        if (commands.empty()) {
            return {};
        }
        Command command = std::move(commands.front());
        commands.pop_front();
        return command;
    }
    /// Waits for the next command while paused, at most for some time. False when the job shall end.
    bool wait_for_command(const Job& job, std::chrono::milliseconds at_most = std::chrono::hours(24)) {
        std::unique_lock lock(mutex);
        wake.wait_for(lock, job.stop.get_token(), at_most, [&] { return !commands.empty(); });
        return !job.stop.stop_requested();
    }

    mutable std::mutex hub_mutex;  ///< of what readers see; never held while anything is computed
    std::mutex mutex;              ///< of commands and of what comes with them
    std::condition_variable_any wake;
    std::deque<Command> commands;

private:
    void serve(std::stop_token stop) {
        setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 10);
        while (!stop.stop_requested()) {
            std::optional<Job> job;
            {
                std::unique_lock lock(mutex);
                wake.wait(lock, stop, [&] { return next_.has_value(); });
                if (stop.stop_requested()) {
                    return;
                }
                job.swap(next_);
            }
            perform(*job, stop);
            const std::lock_guard lock(hub_mutex);
            if (job->id == current_id_) {
                busy_ = false;
                idle_.notify_all();
            }
        }
    }

    mutable std::condition_variable idle_;
    std::shared_ptr<const View> latest_ = std::make_shared<View>();
    std::function<void()> on_publish_;
    long current_id_ = 0, sequence_ = 0;
    bool busy_ = false;  ///< a job is under way or its result is being made
    std::optional<Job> next_;
    std::stop_source current_stop_{std::nostopstate};
    std::jthread thread_;
};

}  // namespace tempera
