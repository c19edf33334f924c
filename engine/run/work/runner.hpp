// SPDX-License-Identifier: MIT
// The runner: one background thread that prepares and advances a run, takes commands between moves and
// publishes snapshots. The window and the command line share it, so their bits are the same.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "run/record/snapshot.hpp"

namespace tempera {

/// Files and numbers of a finished (or partial) run; see run/result.hpp.
struct RunResult;

class Runner {
public:
    Runner();
    ~Runner();  ///< cancels and joins

    // Commands: return at once; acknowledged by a later snapshot.
    /// Starts a new run (a new run_id); a run in progress is cancelled first. Throws ConfigError for a bad
    /// preset.
    long start(const Json& preset, bool paused = false);
    /// Later runs leave their states in `folder` after each `seconds` of work (run.checkpoint_seconds, where
    /// given), until they are over. A run under way when the runner goes leaves its last state too; unless
    /// `folder` is empty by then. Empty: no states.
    void keep_states(const std::filesystem::path& folder, double seconds);
    /// Goes on with the run of `preset` (as it started) whose state is in the folder for states: the same
    /// bits as if it had never stopped. Begins it where there is no state.
    long go_on(const Json& preset, bool paused = false);
    void pause();
    void resume();
    void step_move();   ///< one move, then paused
    void step_level();  ///< to the next boundary (level or scan), then paused
    void cancel();      ///< keeps what was reached; state cancelled
    /// Hot and warm edits: a preset that differs from the running one only in hot and warm fields takes
    /// effect at the next move or boundary. Throws ConfigError for bad values or cold differences.
    void edit(const Json& preset);
    /// Largest number of levels (AIS, SMC) or scans per second in the window's watchable mode; 0 = as fast as
    /// it goes.
    void set_pace(double boundaries_per_second);

    /// Latest snapshot; never null; costs one tiny mutex.
    std::shared_ptr<const Snapshot> latest() const;
    /// Called on the runner's thread after each publication (coalesce!): glfwPostEmptyEvent.
    void set_on_publish(std::function<void()> callback);
    /// Blocks until the state is finished, cancelled or failed (command line, tests).
    void wait() const;
    /// The complete result of the last finished or cancelled run (null before); immutable.
    std::shared_ptr<const RunResult> result() const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> self_;
};

}  // namespace tempera
