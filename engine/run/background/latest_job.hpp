// SPDX-License-Identifier: MIT
// A background thread for pictures and numbers that a window asks for and never waits for: the latest request
// wins.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "core/thread.hpp"

namespace tempera {

/// Works on one request at a time, with a lower priority than everything that the person waits for. A newer
/// request stops the work under way, or waits for its turn; requests that never had theirs are forgotten.
template <class Request, class Result>
class LatestJob {
public:
    /// What the work sees of the thread it runs on.
    struct Context {
        std::stop_token stop;              ///< set: nothing that is published counts any more
        std::function<bool()> superseded;  ///< a newer request waits: finish what is worth showing
        /// May be called any number of times; each result replaces the one before.
        std::function<void(std::shared_ptr<const Result>)> publish;
    };
    /// Throws nothing: errors are results.
    using Work = std::function<void(const Request&, const Context&)>;

    explicit LatestJob(Work work) : work_(std::move(work)) {
        thread_ = std::jthread([this](std::stop_token stop) { loop(std::move(stop)); });
    }
    ~LatestJob() {
        {
            std::lock_guard lock(mutex_);
            under_way_.request_stop();
        }
        thread_.request_stop();
        thread_.join();
    }
    LatestJob(const LatestJob&) = delete;
    LatestJob& operator=(const LatestJob&) = delete;

    /// Returns at once; does nothing when the latest request had this key. `patient`: lets the work under way
    /// go on, so that a stream of requests cannot keep it from ever finishing.
    void request(const std::string& key, Request request, bool patient = false) {
        std::lock_guard lock(mutex_);
        if (wanted_id_ > 0 && key == wanted_key_) {
            return;
        }
        wanted_ = std::move(request);
        wanted_key_ = key;
        ++wanted_id_;
        if (!patient) {
            under_way_.request_stop();
        }
        wake_.notify_all();
    }
    std::shared_ptr<const Result> latest() const {  ///< null before the first
        std::lock_guard lock(mutex_);
        return latest_;
    }
    /// Called on the background thread after each publication.
    void set_on_publish(std::function<void()> callback) {
        std::lock_guard lock(mutex_);
        on_publish_ = std::move(callback);
    }

private:
    void loop(std::stop_token stop) {
        yield_to_the_window();
        while (true) {
            Request request;
            std::stop_source source;
            long id = 0;
            {
                std::unique_lock lock(mutex_);
                if (!wake_.wait(lock, stop, [&] { return wanted_id_ != taken_id_; })) {
                    return;
                }
                request = wanted_;
                id = taken_id_ = wanted_id_;
                under_way_ = source;
            }
            const std::stop_callback forward(stop, [&] { source.request_stop(); });
            Context context;
            context.stop = source.get_token();
            context.superseded = [this, id] {
                std::lock_guard lock(mutex_);
                return wanted_id_ != id;
            };
            context.publish = [this, &source](std::shared_ptr<const Result> result) {
                publish(source, std::move(result));
            };
            work_(request, context);
        }
    }
    void publish(const std::stop_source& source, std::shared_ptr<const Result> result) {
        std::function<void()> call;
        {
            std::lock_guard lock(mutex_);
            if (source.stop_requested()) {
                return;
            }
            latest_ = std::move(result);
            call = on_publish_;
        }
        if (call) {
            call();
        }
    }

    Work work_;
    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::shared_ptr<const Result> latest_;
    Request wanted_{};
    std::string wanted_key_;
    long wanted_id_ = 0, taken_id_ = 0;
    std::stop_source under_way_;
    std::function<void()> on_publish_;
    std::jthread thread_;  // last: it uses everything above
};

}  // namespace tempera
