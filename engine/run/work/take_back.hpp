// SPDX-License-Identifier: MIT
// Stops within a slow step: what a batch system's SIGTERM or Ctrl+C asks for is done within a second or two,
// not after the level of a large population.
#pragma once

#include <array>
#include <optional>
#include <stop_token>

#include "core/number.hpp"
#include "core/state_archive.hpp"
#include "core/stopping.hpp"
#include "core/thread.hpp"

namespace tempera {

/// Advances an object step by step. A step that is expected to be slow may end between two blocks of its
/// loops when a stop is requested: then it is taken back, and the object is as it was before.
class TakeBack {
public:
    /// `object`: advance(), at_boundary() and archive(StateArchive&). False where the step was taken back.
    template <class Object>
    bool advance(Object& object, const std::stop_token& stop) {
        double& expected = seconds_[object.at_boundary() ? 1 : 0];
        std::optional<StateArchive> before;
        if (stop.stop_possible() && expected > slow) {
            object.archive(before.emplace());
        }
        const Stopwatch watch;
        try {
            const StopScope scope(before ? &stop : nullptr);
            object.advance();
        } catch (const Stopped&) {
            StateArchive state(before->take(), "the state before the step");
            object.archive(state);
            return false;
        }
        expected = watch.seconds();
        return true;
    }

private:
    /// A copy of the state costs little beside steps that take longer.
    static constexpr double slow = 0.2;
    /// Of the last step from within a level (scan), and of the last from its end, which is another kind.
    std::array<double, 2> seconds_{infinity, infinity};
};

}  // namespace tempera
