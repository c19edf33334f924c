// SPDX-License-Identifier: MIT
// What the window needs of a runner, as an interface so that tests can drive views with snapshots of their
// own.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "run/record/snapshot.hpp"

namespace tempera {
struct RunResult;
}

namespace tempera::app {

class EngineLink {
public:
    virtual ~EngineLink() = default;
    virtual long start(const Json& preset, bool paused) = 0;
    /// As Runner: where states of runs are kept, and going on with the run whose state is there.
    virtual void keep_states(const std::filesystem::path& folder, double seconds) = 0;
    virtual long go_on(const Json& preset, bool paused) = 0;
    virtual void pause() = 0;
    virtual void resume() = 0;
    virtual void step_move() = 0;
    virtual void step_level() = 0;
    virtual void cancel() = 0;
    virtual void edit(const Json& preset) = 0;
    virtual void set_pace(double boundaries_per_second) = 0;
    virtual std::shared_ptr<const Snapshot> latest() const = 0;
    virtual void set_on_publish(std::function<void()> callback) = 0;
    virtual std::shared_ptr<const RunResult> result() const = 0;
};

/// The engine's own runner.
std::unique_ptr<EngineLink> make_runner_link();

}  // namespace tempera::app
