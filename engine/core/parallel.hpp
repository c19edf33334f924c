// SPDX-License-Identifier: MIT
// Parallel loops over fixed blocks (oneTBB) and reductions in index order: the same bits for any number of
// threads.
#pragma once

#include <functional>
#include <vector>

namespace tempera {

/// Limits the worker threads of all loops below that are started from now on (0 = all cores). Not for nested
/// use.
void set_thread_count(int n);
int thread_count();

/// Calls body(i) for i = 0 .. n-1 on the workers; returns when all are done; an exception in a body is
/// rethrown. Loops may nest. Worker threads run at nice +10 so that a window stays responsive.
void parallel_for(int n, const std::function<void(int)>& body);

/// Sum of term(i) with T::operator+=, terms added in index order. T must be default-constructible (= zero).
template <class T>
T parallel_sum(int n, const std::function<T(int)>& term) {
    std::vector<T> parts(static_cast<std::size_t>(n));
    parallel_for(n, [&](int i) { parts[static_cast<std::size_t>(i)] = term(i); });
    T total{};
    for (const T& part : parts) {
        total += part;
    }
    return total;
}

}  // namespace tempera
