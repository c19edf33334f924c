// SPDX-License-Identifier: MIT
// What a runner's thread shares with everybody else: jobs and commands on their way in, views and results on
// their way out. Internal to the runner.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "run/work/runner.hpp"
#include "run/work/waiting_edits.hpp"

namespace tempera {

/// How a runner goes on: until told otherwise, not at all, or for one step and then not at all.
enum class RunnerMode { run, pause, one_step, one_boundary };

/// A work that a later one replaces.
struct RunnerJob {
    /// Where its states are kept.
    struct Place {
        std::filesystem::path folder;  ///< empty: nowhere
        double seconds = 0;
        bool operator==(const Place&) const = default;
    };

    long id = 0;
    Json preset;
    Runner::Make make;
    bool paused = false;
    bool take_up = false;  ///< from the state that is kept
    Place place;
    std::stop_source stop;
};

/// Two locks: one of commands and what comes with them, one (the hub's) of what readers see, which is never
/// held while anything is computed. Where both are taken, together or the commands' first.
class RunnerDesk {
public:
    using Clock = std::chrono::steady_clock;

    explicit RunnerDesk(std::shared_ptr<const WorkView> idle) : idle_(std::move(idle)), latest_(idle_) {}

    // For the owner: as Runner's.
    long start(RunnerJob job);
    void push(RunnerMode command);
    void edit(const Edits& edits);
    void cancel();
    void set_pace(double boundaries_per_second);
    void keep_states(RunnerJob::Place place);
    std::shared_ptr<const WorkView> latest() const;
    std::shared_ptr<const WorkResult> result() const;
    void set_on_publish(std::function<void()> callback);
    void wait() const;

    // For the runner's thread. What came for a later job is left to it.
    std::optional<RunnerJob> next_job(const std::stop_token& stop);
    bool is_current(const RunnerJob& job) const;
    /// States of the job are still wanted where it keeps them.
    bool place_stays(const RunnerJob& job) const;
    struct Command {
        std::optional<RunnerMode> mode;
        bool edits = false;  ///< there are new ones
    };
    std::optional<Command> take_command(const RunnerJob& job);
    bool command_waits(const RunnerJob& job) const;
    /// At most for some time; false when the job shall end.
    bool wait_for_command(const RunnerJob& job, std::chrono::seconds at_most);
    /// Until the next boundary may follow the last one, or a command comes; false when the job shall end.
    bool wait_for_pace(const RunnerJob& job, Clock::time_point last_boundary);
    /// As WaitingEdits'.
    std::vector<WaitingEdits::Batch> due_edits(const RunnerJob& job, bool at_boundary);
    void settle_edits(const RunnerJob& job, const Json& running);
    std::vector<WaitingEdits::Batch> close_edits(const RunnerJob& job);

    /// A view of a job under way, before anything is known of it.
    std::shared_ptr<WorkView> first_view(const RunnerJob& job) const;
    /// Unless a later job has taken over.
    void publish(const RunnerJob& job, std::shared_ptr<WorkView> view);
    void leave(const RunnerJob& job, std::shared_ptr<const WorkResult> result);
    void done(const RunnerJob& job);

private:
    bool awaited() const { return !commands_.empty() || edits_came_; }

    const std::shared_ptr<const WorkView> idle_;
    long current_id_ = 0;  ///< written under both locks, read under either

    mutable std::mutex hub_;
    mutable std::condition_variable over_;
    std::shared_ptr<const WorkView> latest_;
    std::shared_ptr<const WorkResult> result_;
    std::function<void()> on_publish_;
    long sequence_ = 0;
    bool busy_ = false;  ///< a job is under way or its result is being made

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<RunnerMode> commands_;  ///< of the current job
    WaitingEdits edits_;               ///< of the current job
    bool edits_came_ = false;          ///< since the thread looked
    std::optional<RunnerJob> next_;
    std::stop_source current_stop_{std::nostopstate};
    double pace_ = 0;
    RunnerJob::Place place_;  ///< of later jobs, and of this one's states at the end
};

}  // namespace tempera
