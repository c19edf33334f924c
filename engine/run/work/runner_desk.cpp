// SPDX-License-Identifier: MIT
#include "run/work/runner_desk.hpp"

#include <utility>

#include "core/thread.hpp"

namespace tempera {

std::shared_ptr<WorkView> RunnerDesk::first_view(const RunnerJob& job) const {
    std::shared_ptr<WorkView> view = idle_->copy();
    view->state = RunState::preparing;
    view->preset = std::make_shared<Json>(job.preset);
    return view;
}

long RunnerDesk::start(RunnerJob job) {
    std::shared_ptr<WorkView> first = first_view(job);
    long id = 0;
    std::function<void()> callback;
    {
        const std::scoped_lock lock(mutex_, hub_);
        current_stop_.request_stop();
        current_stop_ = job.stop;
        job.place = place_;
        commands_.clear();
        edits_ = WaitingEdits(job.preset);
        edits_came_ = false;
        id = job.id = first->id = ++current_id_;
        busy_ = true;
        first->sequence = ++sequence_;
        latest_ = std::move(first);
        next_ = std::move(job);
        callback = on_publish_;
    }
    wake_.notify_all();
    if (callback) {
        callback();
    }
    return id;
}

void RunnerDesk::push(RunnerMode command) {
    {
        const std::lock_guard lock(mutex_);
        commands_.push_back(command);
    }
    wake_.notify_all();
}

void RunnerDesk::edit(const Edits& edits) {
    {
        const std::lock_guard lock(mutex_);
        if (is_over(latest()->state)) {
            return;  // nothing runs: the next start takes the preset as it is
        }
        edits_came_ = edits_.accept(edits) || edits_came_;
    }
    wake_.notify_all();
}

void RunnerDesk::cancel() {
    {
        const std::lock_guard lock(mutex_);
        current_stop_.request_stop();
    }
    wake_.notify_all();
}

void RunnerDesk::set_pace(double boundaries_per_second) {
    {
        const std::lock_guard lock(mutex_);
        pace_ = boundaries_per_second;
    }
    wake_.notify_all();
}

void RunnerDesk::keep_states(RunnerJob::Place place) {
    const std::lock_guard lock(mutex_);
    place_ = std::move(place);
}

std::shared_ptr<const WorkView> RunnerDesk::latest() const {
    const std::lock_guard lock(hub_);
    return latest_;
}

std::shared_ptr<const WorkResult> RunnerDesk::result() const {
    const std::lock_guard lock(hub_);
    return result_;
}

void RunnerDesk::set_on_publish(std::function<void()> callback) {
    const std::lock_guard lock(hub_);
    on_publish_ = std::move(callback);
}

void RunnerDesk::wait() const {
    std::unique_lock lock(hub_);
    over_.wait(lock, [&] { return !busy_; });
}

std::optional<RunnerJob> RunnerDesk::next_job(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, stop, [&] { return next_.has_value(); });
    return stop.stop_requested() ? std::nullopt : std::exchange(next_, std::nullopt);
}

bool RunnerDesk::is_current(const RunnerJob& job) const {
    const std::lock_guard lock(hub_);
    return job.id == current_id_;
}

bool RunnerDesk::place_stays(const RunnerJob& job) const {
    const std::lock_guard lock(mutex_);
    return place_ == job.place;
}

std::optional<RunnerDesk::Command> RunnerDesk::take_command(const RunnerJob& job) {
    const std::lock_guard lock(mutex_);
    if (job.id != current_id_ || !awaited()) {
        return std::nullopt;
    }
    Command command;
    command.edits = std::exchange(edits_came_, false);
    if (!commands_.empty()) {
        command.mode = commands_.front();
        commands_.pop_front();
    }
    return command;
}

bool RunnerDesk::command_waits(const RunnerJob& job) const {
    const std::lock_guard lock(mutex_);
    return job.id == current_id_ && awaited();
}

bool RunnerDesk::wait_for_command(const RunnerJob& job, std::chrono::seconds at_most) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, job.stop.get_token(), at_most, [&] { return awaited(); });
    return !job.stop.stop_requested();
}

bool RunnerDesk::wait_for_pace(const RunnerJob& job, Clock::time_point last_boundary) {
    std::unique_lock lock(mutex_);
    while (pace_ > 0) {
        const auto due = last_boundary + waiting_time(1 / pace_);
        if (Clock::now() >= due || awaited() || job.stop.stop_requested()) {
            break;
        }
        const double before = pace_;
        wake_.wait_until(lock, job.stop.get_token(), due, [&] { return awaited() || pace_ != before; });
    }
    return !job.stop.stop_requested();
}

std::vector<WaitingEdits::Batch> RunnerDesk::due_edits(const RunnerJob& job, bool at_boundary) {
    const std::lock_guard lock(mutex_);
    return job.id == current_id_ ? edits_.due(at_boundary) : std::vector<WaitingEdits::Batch>();
}

void RunnerDesk::settle_edits(const RunnerJob& job, const Json& running) {
    const std::lock_guard lock(mutex_);
    if (job.id == current_id_) {
        edits_.settle(running);
    }
}

std::vector<WaitingEdits::Batch> RunnerDesk::close_edits(const RunnerJob& job) {
    const std::lock_guard lock(mutex_);
    return job.id == current_id_ ? edits_.close() : std::vector<WaitingEdits::Batch>();
}

void RunnerDesk::publish(const RunnerJob& job, std::shared_ptr<WorkView> view) {
    std::function<void()> callback;
    {
        const std::lock_guard lock(hub_);
        if (job.id != current_id_) {
            return;
        }
        view->id = job.id;
        view->sequence = ++sequence_;
        latest_ = std::move(view);
        callback = on_publish_;
    }
    if (callback) {
        callback();
    }
}

void RunnerDesk::leave(const RunnerJob& job, std::shared_ptr<const WorkResult> result) {
    const std::lock_guard lock(hub_);
    if (job.id == current_id_) {
        result_ = std::move(result);
    }
}

void RunnerDesk::done(const RunnerJob& job) {
    const std::lock_guard lock(hub_);
    if (job.id == current_id_) {
        busy_ = false;
        over_.notify_all();
    }
}

}  // namespace tempera
