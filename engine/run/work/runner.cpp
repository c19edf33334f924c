// SPDX-License-Identifier: MIT
#include "run/work/runner.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "core/stopping.hpp"
#include "core/thread.hpp"
#include "run/preset/preset.hpp"
#include "run/work/run_keeper.hpp"
#include "run/work/runner_desk.hpp"

namespace tempera {

namespace {

using Clock = std::chrono::steady_clock;
using Mode = RunnerMode;
constexpr auto shortest_interval = std::chrono::milliseconds(33);  // 30 views a second

RunState state_after(Ending::Kind kind) {
    return kind == Ending::Kind::finished  ? RunState::finished
           : kind == Ending::Kind::stopped ? RunState::cancelled
                                           : RunState::failed;
}

/// One work on the runner's thread, from its making to its result.
class Performance {
public:
    Performance(RunnerDesk& desk, const RunnerJob& job)
        : desk_(desk), job_(job), last_(desk.first_view(job)), mode_(job.paused ? Mode::pause : Mode::run) {}
    /// Throws nothing. `stop`: the program ends.
    void run(const std::stop_token& stop);

private:
    Ending carry_out();
    bool ready();
    void after_step();
    bool take_command();
    void apply_edits(bool at_boundary);
    void show(RunState state, bool fresh);
    void publish(RunState state, bool fresh, const std::string& error = {}, bool result_follows = false);
    void keep();
    void finish(const Ending& ending, const std::stop_token& stop);
    void release(const std::stop_token& stop);

    RunnerDesk& desk_;
    const RunnerJob& job_;
    std::unique_ptr<Work> work_;
    std::optional<RunKeeper> keeper_;
    std::shared_ptr<const WorkView> last_;
    std::vector<RefusedEdit> refused_;
    Mode mode_;
    RunState shown_ = RunState::running;
    bool boundary_ = false;  ///< the work stands at one
    bool moved_ = false;     ///< at least one step has been taken
    bool kept_ = true;       ///< the state that is kept is the present one
    Clock::time_point last_publish_, last_boundary_;
    Clock::duration interval_ = shortest_interval;
};

/// Publishes a view in some state. Not `fresh`: the last one.
void Performance::publish(RunState state, bool fresh, const std::string& error, bool result_follows) {
    const auto started = Clock::now();
    const bool at_rest = state != RunState::running;
    std::shared_ptr<WorkView> view = fresh && work_ ? work_->view(at_rest) : last_->copy();
    view->state = state;
    view->result_follows = result_follows;
    view->error = error;
    view->refused = refused_;
    if (keeper_) {
        view->notice = keeper_->notice();
    }
    last_ = view;
    desk_.publish(job_, std::move(view));
    last_publish_ = Clock::now();
    // Pictures of large populations cost time: they may take at most a fifth of the work's.
    interval_ = std::max<Clock::duration>(shortest_interval, 4 * (last_publish_ - started));
}

void Performance::show(RunState state, bool fresh) {
    shown_ = state;
    publish(state, fresh);
}

void Performance::keep() {
    keeper_->save(*work_);
    kept_ = true;
}

/// Everything that is due as one change; what cannot be done is refused batch by batch, and the work goes on.
void Performance::apply_edits(bool at_boundary) {
    const std::vector<WaitingEdits::Batch> batches = desk_.due_edits(job_, at_boundary);
    if (batches.empty()) {
        return;
    }
    Edits all;
    for (const WaitingEdits::Batch& batch : batches) {
        all.insert(all.end(), batch.edits.begin(), batch.edits.end());
    }
    try {
        work_->apply(all);
    } catch (const ConfigError&) {
        for (const WaitingEdits::Batch& batch : batches) {
            try {
                work_->apply(batch.edits);
            } catch (const ConfigError& error) {
                refused_.push_back({batch.edits, batch.text, error.what()});
            }
        }
    }
    kept_ = false;
    desk_.settle_edits(job_, work_->preset());
}

bool Performance::take_command() {
    const std::optional<RunnerDesk::Command> command = desk_.take_command(job_);
    if (!command) {
        return false;
    }
    mode_ = command->mode.value_or(mode_);
    if (command->edits) {
        apply_edits(boundary_);
        show(shown_, true);
    }
    return true;
}

/// Between two steps: takes commands and waits until the next step may be taken; false when none shall be.
bool Performance::ready() {
    while (!job_.stop.stop_requested()) {
        if (keeper_ && keeper_->due() && !kept_) {
            keep();
        }
        // A step in progress is completed before the next command is taken.
        const bool stepping = mode_ == Mode::one_step || mode_ == Mode::one_boundary;
        if (!stepping && take_command()) {
            continue;
        }
        if (mode_ == Mode::pause) {
            if (shown_ != RunState::paused) {
                show(RunState::paused, true);
            }
            // With states to keep it looks now and then whether one is due.
            if (!desk_.wait_for_command(job_, keeper_ ? std::chrono::seconds(1) : std::chrono::hours(24))) {
                return false;
            }
            continue;
        }
        if (mode_ == Mode::run) {
            if (shown_ != RunState::running) {
                last_boundary_ = Clock::now();
                show(RunState::running, false);
            }
            if (boundary_ && moved_ && !desk_.wait_for_pace(job_, last_boundary_)) {
                return false;
            }
            if (desk_.command_waits(job_)) {
                continue;
            }
        }
        return true;
    }
    return false;
}

void Performance::after_step() {
    moved_ = true;
    kept_ = false;
    boundary_ = work_->at_boundary();
    if (boundary_) {
        last_boundary_ = Clock::now();
        if (!work_->finished()) {
            apply_edits(true);
        }
    }
    if (mode_ == Mode::one_step || (mode_ == Mode::one_boundary && boundary_)) {
        mode_ = Mode::pause;
        show(RunState::paused, true);
    } else if (Clock::now() - last_publish_ >= interval_) {
        publish(shown_, true);
    }
}

/// Makes the work, begins it or takes it up, and advances it as commands say.
Ending Performance::carry_out() {
    const Stopwatch watch;
    Ending ending;
    ending.kind = Ending::Kind::failed;
    try {
        work_ = job_.make(job_.preset, job_.stop.get_token());
        if (!job_.place.folder.empty()) {
            keeper_.emplace(job_.place.folder, job_.preset, job_.place.seconds);
        }
        if (job_.take_up && keeper_ && keeper_->restore(*work_)) {
            desk_.settle_edits(job_, work_->preset());
        } else {
            work_->start();
        }
        boundary_ = work_->at_boundary();
        last_boundary_ = Clock::now();
        show(mode_ == Mode::pause ? RunState::paused : RunState::running, true);
        const bool done =
            advance_to_end(*work_, [&] { return ready(); }, [&] { after_step(); }, job_.stop.get_token());
        ending.kind = done ? Ending::Kind::finished : Ending::Kind::stopped;
    } catch (const Stopped&) {
        ending.kind = Ending::Kind::stopped;
    } catch (const std::bad_alloc&) {
        ending.error =
            "Not enough memory for this; use fewer particles, levels or points, a smaller network, "
            "or precision f32.";
    } catch (const std::exception& e) {
        ending.error = e.what();
    }
    ending.seconds = watch.seconds();
    return ending;
}

/// The states are no longer needed, unless the program ends before the work did.
void Performance::release(const std::stop_token& stop) {
    if (!keeper_) {
        return;
    }
    if (!stop.stop_requested() || !desk_.place_stays(job_)) {
        keeper_->end();
    } else if (work_ && !work_->finished() && !kept_) {
        keep();
    }
}

/// Makes the result and lets go of the states, then publishes the final state: whoever reads it finds both
/// so.
void Performance::finish(const Ending& ending, const std::stop_token& stop) {
    RunState state = state_after(ending.kind);
    std::string error = ending.error;
    if (work_) {
        if (state == RunState::cancelled) {
            publish(state, false, error, true);  // acknowledged at once
        }
        try {
            if (std::shared_ptr<const WorkResult> made = work_->result(ending)) {
                desk_.leave(job_, std::move(made));
            }
        } catch (const std::exception& e) {
            state = state == RunState::finished ? RunState::failed : state;
            error += (error.empty() ? "" : "; ") + std::string(e.what());
        }
    }
    release(stop);
    publish(state, !ending.hurry, error);
}

void Performance::run(const std::stop_token& stop) {
    Ending ending = carry_out();
    ending.hurry = stop.stop_requested() || !desk_.is_current(job_);
    for (WaitingEdits::Batch& batch : desk_.close_edits(job_)) {
        refused_.push_back({std::move(batch.edits), std::move(batch.text),
                            "it came after the last step; it counts from the next run"});
    }
    try {
        finish(ending, stop);
    } catch (const std::exception& e) {
        publish(RunState::failed, false, ending.error.empty() ? e.what() : ending.error);
    }
}

}  // namespace

struct Runner::Implementation {
    explicit Implementation(std::shared_ptr<const WorkView> idle) : desk(std::move(idle)) {}
    void serve(const std::stop_token& stop);

    RunnerDesk desk;
    std::jthread thread;
};

void Runner::Implementation::serve(const std::stop_token& stop) {
    yield_to_the_window();
    while (const std::optional<RunnerJob> job = desk.next_job(stop)) {
        Performance(desk, *job).run(stop);
        desk.done(*job);
    }
}

Runner::Runner(std::shared_ptr<const WorkView> idle)
    : self_(std::make_unique<Implementation>(std::move(idle))) {
    self_->thread = std::jthread([self = self_.get()](const std::stop_token& stop) { self->serve(stop); });
}

Runner::~Runner() {
    set_on_publish({});
    self_->thread.request_stop();
    cancel();
    self_->thread.join();
}

long Runner::start(const Json& preset, Make make, bool paused, bool take_up) {
    RunnerJob job;
    job.preset = resolve_preset(preset);
    job.make = std::move(make);
    job.paused = paused;
    job.take_up = take_up;
    return self_->desk.start(std::move(job));
}

void Runner::keep_states(const std::filesystem::path& folder, double seconds) {
    self_->desk.keep_states({folder, seconds});
}
void Runner::pause() { self_->desk.push(Mode::pause); }
void Runner::resume() { self_->desk.push(Mode::run); }
void Runner::step(StepSize size) {
    self_->desk.push(size == StepSize::smallest ? Mode::one_step : Mode::one_boundary);
}
void Runner::cancel() { self_->desk.cancel(); }
void Runner::edit(const Edits& edits) { self_->desk.edit(edits); }
void Runner::set_pace(double boundaries_per_second) { self_->desk.set_pace(boundaries_per_second); }
std::shared_ptr<const WorkView> Runner::latest() const { return self_->desk.latest(); }
std::shared_ptr<const WorkResult> Runner::result() const { return self_->desk.result(); }
void Runner::set_on_publish(std::function<void()> callback) {
    self_->desk.set_on_publish(std::move(callback));
}
void Runner::wait() const { self_->desk.wait(); }

}  // namespace tempera
