// SPDX-License-Identifier: MIT
// What the window needs of the runner of runs.
#pragma once

#include <filesystem>
#include <memory>

#include "app/workspace/work_link.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {
struct RunResult;
}

namespace tempera::app {

class EngineLink : public WorkLink<Snapshot> {
public:
    virtual long start(const Json& preset, bool paused) = 0;
    /// As Runner: where states of runs are kept, and taking up the run whose state is there.
    virtual void keep_states(const std::filesystem::path& folder, double seconds) = 0;
    virtual long take_up(const Json& preset, bool paused) = 0;
    virtual void edit(const Edits& edits) = 0;
    virtual void set_pace(double boundaries_per_second) = 0;
    virtual std::shared_ptr<const RunResult> result() const = 0;
};

/// The engine's own runner.
std::unique_ptr<EngineLink> make_runner_link();

}  // namespace tempera::app
