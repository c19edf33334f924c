// SPDX-License-Identifier: MIT
#include "app/workspace/engine_link.hpp"

#include "run/work/runner.hpp"

namespace tempera::app {
namespace {

class RunnerLink final : public EngineLink {
public:
    long start(const Json& preset, bool paused) override { return runner_.start(preset, paused); }
    void keep_states(const std::filesystem::path& folder, double seconds) override {
        runner_.keep_states(folder, seconds);
    }
    long go_on(const Json& preset, bool paused) override { return runner_.go_on(preset, paused); }
    void pause() override { runner_.pause(); }
    void resume() override { runner_.resume(); }
    void step_move() override { runner_.step_move(); }
    void step_level() override { runner_.step_level(); }
    void cancel() override { runner_.cancel(); }
    void edit(const Json& preset) override { runner_.edit(preset); }
    void set_pace(double boundaries_per_second) override { runner_.set_pace(boundaries_per_second); }
    std::shared_ptr<const Snapshot> latest() const override { return runner_.latest(); }
    void set_on_publish(std::function<void()> callback) override {
        runner_.set_on_publish(std::move(callback));
    }
    std::shared_ptr<const RunResult> result() const override { return runner_.result(); }

private:
    Runner runner_;
};

}  // namespace

std::unique_ptr<EngineLink> make_runner_link() { return std::make_unique<RunnerLink>(); }

}  // namespace tempera::app
