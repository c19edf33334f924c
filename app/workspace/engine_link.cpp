// SPDX-License-Identifier: MIT
#include "app/workspace/engine_link.hpp"

#include "run/work/run_work.hpp"

namespace tempera::app {
namespace {

class RunLink final : public RunnerLink<EngineLink, RunRunner> {
public:
    long start(const Json& preset, bool paused) override { return runner_.start(preset, paused); }
    void keep_states(const std::filesystem::path& folder, double seconds) override {
        runner_.keep_states(folder, seconds);
    }
    long take_up(const Json& preset, bool paused) override { return runner_.take_up(preset, paused); }
    void edit(const Edits& edits) override { runner_.edit(edits); }
    void set_pace(double boundaries_per_second) override { runner_.set_pace(boundaries_per_second); }
    std::shared_ptr<const RunResult> result() const override { return runner_.result(); }
};

}  // namespace

std::unique_ptr<EngineLink> make_runner_link() { return std::make_unique<RunLink>(); }

}  // namespace tempera::app
