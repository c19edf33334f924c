// SPDX-License-Identifier: MIT
// How long computations end early: between two blocks of a loop, not at once and not only at their end.
#pragma once

#include <stop_token>

namespace tempera {

/// Thrown where a computation was asked to stop. What it was changing is half done: whoever catches it takes
/// back or drops that.
struct Stopped {};

/// While it lives, loops of this thread (core/parallel.hpp, with all that their bodies call) and stop_point()
/// throw Stopped once a stop is requested. The innermost scope counts; one without a token never stops.
class StopScope {
public:
    /// `token` outlives the scope; null = none.
    explicit StopScope(const std::stop_token* token);
    ~StopScope();
    StopScope(const StopScope&) = delete;
    StopScope& operator=(const StopScope&) = delete;

    /// The token that counts in this thread; null outside of every scope.
    static const std::stop_token* current();

private:
    const std::stop_token* before_;
};

/// A place where a long computation may end: throws Stopped when the scope's stop is requested.
void stop_point();

}  // namespace tempera
