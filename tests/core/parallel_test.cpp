// SPDX-License-Identifier: MIT
#include "core/parallel.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "core/stopping.hpp"

namespace tempera {
namespace {

class Parallel : public ::testing::TestWithParam<int> {
protected:
    void SetUp() override { set_thread_count(GetParam()); }
    void TearDown() override { set_thread_count(0); }
};
INSTANTIATE_TEST_SUITE_P(Threads, Parallel, ::testing::Values(1, 2, 3, 8));

TEST_P(Parallel, EveryIndexOnce) {
    EXPECT_EQ(thread_count(), GetParam());
    for (const int n : {0, 1, 2, 1000}) {
        std::vector<std::atomic<int>> seen(static_cast<std::size_t>(n));
        parallel_for(n, [&](int i) { ++seen[static_cast<std::size_t>(i)]; });
        for (const auto& s : seen) {
            EXPECT_EQ(s, 1);
        }
    }
}

TEST_P(Parallel, AStopIsTakenBetweenTwoBodies) {
    std::stop_source stop;
    const std::stop_token token = stop.get_token();
    std::atomic<int> begun{0};
    const auto body = [&](int) {
        if (++begun == 5) {
            stop.request_stop();
        }
    };
    EXPECT_NO_THROW(parallel_for(100, body)) << "outside of a scope nothing stops";
    const StopScope scope(&token);
    begun = 0;
    EXPECT_THROW(parallel_for(100, body), Stopped);
    EXPECT_EQ(begun, 0);
    EXPECT_THROW(stop_point(), Stopped);
    const StopScope inner(nullptr);
    EXPECT_NO_THROW(parallel_for(100, body));
}

TEST_P(Parallel, AStopReachesTheLoopsWithin) {
    std::stop_source stop;
    const std::stop_token token = stop.get_token();
    const StopScope scope(&token);
    std::atomic<int> begun{0};
    EXPECT_THROW(parallel_for(4,
                              [&](int) {
                                  parallel_for(1000, [&](int) {
                                      if (++begun == 3) {
                                          stop.request_stop();
                                      }
                                  });
                              }),
                 Stopped);
    EXPECT_LT(begun, 4 * 1000);
}

TEST_P(Parallel, SumsHaveTheSameBits) {
    double serial = 0;
    for (int i = 0; i < 5000; ++i) {
        serial += std::sin(i) * 1e3;
    }
    EXPECT_EQ(parallel_sum<double>(5000, [](int i) { return std::sin(i) * 1e3; }), serial);
}

TEST_P(Parallel, LoopsNest) {
    std::atomic<int> count{0};
    parallel_for(7, [&](int) { parallel_for(11, [&](int) { ++count; }); });
    EXPECT_EQ(count, 77);
}

TEST_P(Parallel, TheFirstFailureIsRethrown) {
    for (int repeat = 0; repeat < 20; ++repeat) {
        try {
            parallel_for(200, [](int i) {
                if (i % 50 == 33) {
                    throw std::runtime_error(std::to_string(i));
                }
            });
            FAIL() << "nothing was thrown";
        } catch (const std::runtime_error& e) {
            EXPECT_STREQ(e.what(), "33");
        }
    }
    int after = 0;
    parallel_for(1, [&](int) { ++after; });
    EXPECT_EQ(after, 1);
}

TEST_P(Parallel, SeveralCallersAtOnce) {
    std::atomic<int> count{0};
    std::vector<std::jthread> callers;
    for (int t = 0; t < 4; ++t) {
        callers.emplace_back([&] {
            for (int k = 0; k < 50; ++k) {
                parallel_for(20, [&](int) { ++count; });
            }
        });
    }
    callers.clear();
    EXPECT_EQ(count, 4000);
}

TEST(ParallelCount, MayChangeWhileLoopsRun) {
    std::atomic<int> count{0};
    std::jthread caller([&] {
        for (int k = 0; k < 200; ++k) {
            parallel_for(50, [&](int) { ++count; });
        }
    });
    for (int k = 0; k < 100; ++k) {
        set_thread_count(1 + k % 4);
    }
    caller.join();
    set_thread_count(0);
    EXPECT_EQ(count, 10000);
}

TEST(ParallelCount, WorkersAreNiceAndTheCallerIsNot) {
    set_thread_count(3);
    const int mine = getpriority(PRIO_PROCESS, 0);
    const auto caller = std::this_thread::get_id();
    std::mutex mutex;
    std::set<int> workers;
    for (int repeat = 0; repeat < 50 && workers.empty(); ++repeat) {
        parallel_for(30, [&](int) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            const std::lock_guard lock(mutex);
            if (std::this_thread::get_id() == caller) {
                EXPECT_EQ(getpriority(PRIO_PROCESS, 0), mine);
            } else {
                workers.insert(getpriority(PRIO_PROCESS, 0));
            }
        });
    }
    set_thread_count(0);
    EXPECT_EQ(workers, std::set<int>{std::max(mine, 10)});
}

}  // namespace
}  // namespace tempera
