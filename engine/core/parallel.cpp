// SPDX-License-Identifier: MIT
#include "core/parallel.hpp"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_scheduler_observer.h>

#include <atomic>
#include <climits>
#include <exception>
#include <memory>
#include <mutex>

#include "core/machine.hpp"
#include "core/stopping.hpp"
#include "core/thread.hpp"

namespace tempera {

namespace {

/// Makes workers nice; the thread that calls a loop keeps its own priority.
class NiceWorkers : public tbb::task_scheduler_observer {
public:
    explicit NiceWorkers(tbb::task_arena& arena) : tbb::task_scheduler_observer(arena) { observe(true); }
    ~NiceWorkers() override { observe(false); }
    void on_scheduler_entry(bool is_worker) override {
        thread_local bool done = false;
        if (is_worker && !done) {
            done = true;
            yield_to_the_window();
        }
    }
};

/// The workers of one thread count.
struct Crew {
    explicit Crew(int n) : n_threads(n), arena(n, 1), observer(arena) {}
    int n_threads;
    tbb::task_arena arena;
    NiceWorkers observer;
};

/// Asked once: results name it, and a loop's cost should not depend on files of the system.
int core_count() {
    static const int n = usable_cores();
    return n;
}

/// The crew in use. A loop keeps the crew that it began with, so that a new count never waits for running
/// loops.
class Crews {
public:
    static Crews& instance() {
        // Never destroyed: loops of detached threads may outlive static objects.
        static Crews* crews = new Crews;
        return *crews;
    }
    std::shared_ptr<Crew> current() {
        const std::lock_guard lock(mutex_);
        if (!crew_) {
            crew_ = std::make_shared<Crew>(wanted_ ? wanted_ : core_count());
        }
        return crew_;
    }
    int count() {
        const std::lock_guard lock(mutex_);
        return wanted_ ? wanted_ : core_count();
    }
    void set(int n) {
        const std::lock_guard lock(mutex_);
        n = n > 0 ? n : core_count();
        if (n == wanted_) {
            return;
        }
        wanted_ = n;
        crew_.reset();
        // The smallest of all living limits counts, so the old one goes first.
        limit_.reset();
        limit_ = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                       static_cast<std::size_t>(n));
    }

private:
    std::mutex mutex_;
    int wanted_ = 0;
    std::shared_ptr<Crew> crew_;
    std::unique_ptr<tbb::global_control> limit_;
};

/// The exception of the lowest index: the same one for any number of threads.
class FirstFailure {
public:
    bool skip(int i) const { return i > index_.load(std::memory_order_relaxed); }
    void record(int i) {
        const std::lock_guard lock(mutex_);
        if (i < index_.load(std::memory_order_relaxed)) {
            index_.store(i, std::memory_order_relaxed);
            what_ = std::current_exception();
        }
    }
    void rethrow() {
        if (what_) {
            std::rethrow_exception(what_);
        }
    }

private:
    std::atomic<int> index_{INT_MAX};
    std::mutex mutex_;
    std::exception_ptr what_;
};

/// The distribution's oneTBB is not instrumented. This tells the thread sanitizer what it cannot see there:
/// bodies come after what came before the loop and before what comes after it.
class LoopOrder {
public:
#if defined(__SANITIZE_THREAD__)
    void enter() { edge_.load(std::memory_order_acquire); }
    void leave() { edge_.fetch_add(1, std::memory_order_acq_rel); }

private:
    std::atomic<int> edge_{0};
#else
    void enter() {}
    void leave() {}
#endif
};

}  // namespace

void set_thread_count(int n) { Crews::instance().set(n); }

int thread_count() { return Crews::instance().count(); }

void parallel_for(int n, const std::function<void(int)>& body) {
    if (n <= 1 || thread_count() == 1) {
        for (int i = 0; i < n; ++i) {
            stop_point();
            body(i);
        }
        return;
    }
    const std::stop_token* stop = StopScope::current();
    FirstFailure failure;
    LoopOrder order;
    order.leave();
    const auto crew = Crews::instance().current();
    crew->arena.execute([&] {
        // Isolation keeps a thread that waits in an inner loop from starting a body of an outer one.
        tbb::this_task_arena::isolate([&] {
            tbb::parallel_for(
                tbb::blocked_range<int>(0, n, 1),
                [&](const tbb::blocked_range<int>& range) {
                    order.enter();
                    const StopScope scope(stop);
                    for (int i = range.begin(); i < range.end(); ++i) {
                        if (failure.skip(i)) {
                            continue;
                        }
                        try {
                            stop_point();
                            body(i);
                        } catch (...) {
                            failure.record(i);
                        }
                    }
                    order.leave();
                },
                tbb::simple_partitioner());
        });
    });
    order.enter();
    failure.rethrow();
}

}  // namespace tempera
