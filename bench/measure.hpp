// SPDX-License-Identifier: MIT
// Clock, rows and their sink.
#pragma once

#include <time.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace tempera::bench {

inline double thread_seconds() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Least CPU time of one call over repetitions of at least 0.3 ms each, after one call that warms caches up.
/// The least is what the code needs: everything that a busy machine adds only makes a repetition longer.
template <class Body>
double least_seconds(Body body, int repetitions = 25) {
    body();
    long calls = 1;
    for (;; calls *= 2) {
        const double begin = thread_seconds();
        for (long i = 0; i < calls; ++i) {
            body();
        }
        if (thread_seconds() - begin >= 3e-4) {
            break;
        }
    }
    double best = std::numeric_limits<double>::infinity();
    for (int r = 0; r < repetitions; ++r) {
        const double begin = thread_seconds();
        for (long i = 0; i < calls; ++i) {
            body();
        }
        best = std::min(best, (thread_seconds() - begin) / static_cast<double>(calls));
    }
    return best;
}

inline double wall_seconds() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Least wall time of a call in `seconds` or in 20 calls, whatever is longer.
template <class Body>
double least_wall_seconds(Body body, double seconds) {
    body();
    double best = std::numeric_limits<double>::infinity();
    const double end = wall_seconds() + seconds;
    for (int i = 0; i < 20 || wall_seconds() < end; ++i) {
        const double begin = wall_seconds();
        body();
        best = std::min(best, wall_seconds() - begin);
    }
    return best;
}

/// Keeps a result alive.
template <class T>
inline void keep(const T& value) {
    asm volatile("" : : "m"(value) : "memory");
}

/// What one core of this machine can do, measured in this process.
struct Peaks {
    double fma_f32 = 0, fma_f64 = 0;  ///< flops per second
    double exp_f32 = 0, exp_f64 = 0;  ///< exponentials per second
};

struct Row {
    std::string name;
    double seconds = 0, rate = 0;
    std::string unit;
    double fraction = std::numeric_limits<double>::quiet_NaN();
    bool of_bound = false;  ///< of the issue bound of this loop rather than of a peak
    std::string note;
    /// Least time of LibTorch, written in its fastest way, over ours, measured in turns; NaN where it was
    /// not.
    double ratio_to_torch = std::numeric_limits<double>::quiet_NaN();
    double torch_seconds = std::numeric_limits<double>::quiet_NaN();
    std::string torch_way{};  ///< what was fastest
    /// The same by automatic differentiation.
    double ratio_to_autograd = std::numeric_limits<double>::quiet_NaN();
};

class Report {
public:
    explicit Report(const std::string& filter);
    bool wants(const std::string& name) const;
    /// Prints the row and keeps it.
    void add(const Row& row);
    const std::vector<Row>& rows() const { return rows_; }

private:
    std::vector<std::string> filters_;
    std::vector<Row> rows_;
};

Peaks measure_peaks(Report& report);
void measure_kernels(Report& report, const Peaks& peaks);
void measure_targets(Report& report, const Peaks& peaks);
void measure_networks(Report& report, const Peaks& peaks);
void measure_end_to_end(Report& report);

}  // namespace tempera::bench
