// SPDX-License-Identifier: MIT
// The runner: one background thread that makes a work, advances it, takes commands between its steps and
// publishes what may be seen of it. It works on one work at a time; a later one takes over.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "run/work/work.hpp"

namespace tempera {

class Runner {
public:
    /// Makes a work, on the runner's thread; may take seconds, and throws what bad input deserves.
    using Make = std::function<std::unique_ptr<Work>(const Json& resolved, std::stop_token stop)>;

    /// `idle`: what is seen before the first work; copies of it are what is seen while one is prepared.
    explicit Runner(std::shared_ptr<const WorkView> idle);
    ~Runner();  ///< cancels and joins
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    // Commands: return at once; acknowledged by a later view.
    /// Starts the work of a preset and returns its id; one in progress is cancelled first. Throws ConfigError
    /// for a bad preset. `take_up`: goes on with the work of the preset (as it started) whose state is in the
    /// folder for states, with the same bits as if it had never stopped; begins it where there is no state.
    long start(const Json& preset, Make make, bool paused = false, bool take_up = false);
    /// Later works leave their states in `folder` after each `seconds` of work (run.checkpoint_seconds, where
    /// given), until they are over. A work under way when the runner goes leaves its last state too; unless
    /// `folder` is empty by then. Empty: no states.
    void keep_states(const std::filesystem::path& folder, double seconds);
    void pause();
    void resume();
    void step(StepSize size = StepSize::smallest);  ///< then paused
    void cancel();                                  ///< keeps what was reached; state cancelled
    /// Changes of settings that need no restart: hot ones take effect before the next step, warm ones at the
    /// next boundary. Throws ConfigError for bad values and for settings that need a restart; what turns out
    /// to be impossible only then is told by WorkView::refused, and the work goes on without it.
    void edit(const Edits& edits);
    /// Most boundaries a second, so that a person can watch; 0 = as fast as it goes.
    void set_pace(double boundaries_per_second);

    /// Never null; costs one tiny mutex.
    std::shared_ptr<const WorkView> latest() const;
    /// Called on the runner's thread after each publication (coalesce!).
    void set_on_publish(std::function<void()> callback);
    /// Blocks until nothing is under way.
    void wait() const;
    /// Of the last work that finished, was cancelled or failed with something to show; null before.
    std::shared_ptr<const WorkResult> result() const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> self_;
};

/// A runner whose works are seen as `View` and leave a `Result`.
template <class View, class Result>
class RunnerOf : public Runner {
public:
    RunnerOf() : Runner(std::make_shared<View>()) {}
    std::shared_ptr<const View> latest() const {
        return std::static_pointer_cast<const View>(Runner::latest());
    }
    std::shared_ptr<const Result> result() const {
        return std::static_pointer_cast<const Result>(Runner::result());
    }
};

}  // namespace tempera
