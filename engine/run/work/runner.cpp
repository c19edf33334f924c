// SPDX-License-Identifier: MIT
#include "run/work/runner.hpp"

#include <exception>
#include <optional>

#include "run/experiment/experiment.hpp"
#include "run/preset/preset.hpp"
#include "run/record/result.hpp"
#include "run/work/run_keeper.hpp"
#include "run/work/session.hpp"
#include "run/work/steered_thread.hpp"

namespace tempera {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto shortest_interval = std::chrono::milliseconds(33);  // 30 snapshots a second

struct Command {
    enum class Kind { pause, resume, step_move, step_level, edit } kind;
    Json preset;
    std::string text;
    bool at_boundary = false;
};

/// Where states of runs are kept.
struct Place {
    std::filesystem::path folder;  ///< empty: nowhere
    double seconds = 0;
    bool operator==(const Place&) const = default;
};

struct Job : SteeredJob {
    bool go_on = false;  ///< from the state that is kept
    Place place;
};

bool is_over(RunState state) {
    return state == RunState::idle || state == RunState::finished || state == RunState::cancelled ||
           state == RunState::failed;
}

std::string short_text(const Json& value) {
    std::string text = value.dump();
    return text.size() > 40 ? text.substr(0, 37) + "..." : text;
}

}  // namespace

struct Runner::Implementation final : SteeredThread<Job, Command, Snapshot> {
    using SteeredThread::commands, SteeredThread::hub_mutex, SteeredThread::mutex, SteeredThread::wake;

    std::shared_ptr<const RunResult> result;  ///< under hub_mutex
    Json edited_preset;                       ///< under mutex: the running preset with all accepted edits
    double pace = 0;                          ///< under mutex
    Place place;  ///< under mutex: of states of later runs, and of this one's at the end

    // Of the runner's thread only.
    std::unique_ptr<RunSession> session;
    std::optional<RunKeeper> keeper;
    Snapshot last;
    long moves_done = 0, kept_moves = 0;
    Clock::time_point begin, last_publish, last_boundary;
    Clock::duration interval = shortest_interval;

    long begin_run(const Json& preset, bool paused, bool from_kept);
    bool publish(const Job& job, RunState state, bool fresh, const std::string& error = {});
    void apply(const Command& command);
    void perform(Job& job, std::stop_token stop) override;
    bool advance_until_over(Job& job);
    bool go_on(const Job& job);
    void keep();
    void release(const Job& job, const std::stop_token& stop);
    bool wait_for_pace(Job& job);
    void finish(const Job& job, const std::string& status, RunState state, const std::string& error);
};

/// Publishes a snapshot of `job` unless a later run has taken over; false then.
bool Runner::Implementation::publish(const Job& job, RunState state, bool fresh, const std::string& error) {
    const auto started = Clock::now();
    last.run_id = job.id;
    last.state = state;
    last.error = error;
    last.moves_done = moves_done;
    last.notice = keeper ? keeper->notice() : std::string();
    if (fresh && session) {
        session->fill(last);
    }
    if (!publish_view(job, std::make_shared<Snapshot>(last))) {
        return false;
    }
    last_publish = Clock::now();
    // Pictures of large populations cost time: they may take at most a fifth of the run's.
    interval = std::max<Clock::duration>(shortest_interval, 4 * (last_publish - started));
    return true;
}

void Runner::Implementation::apply(const Command& command) {
    session->apply(command.preset);
    last.preset = std::make_shared<Json>(command.preset);
    last.edits.push_back({moves_done, session->level(), command.text});
}

/// Takes over the state that an earlier program left; false when it left none.
bool Runner::Implementation::go_on(const Job& job) {
    std::optional<RunKeeper::Standing> standing =
        job.go_on && keeper ? keeper->restore(*session) : std::nullopt;
    if (!standing) {
        return false;
    }
    moves_done = standing->moves_done;
    last.edits = std::move(standing->edits);
    last.preset = std::make_shared<Json>(standing->preset);
    const std::lock_guard lock(mutex);
    if (is_current(job)) {
        edited_preset = std::move(standing->preset);
    }
    return true;
}

void Runner::Implementation::keep() {
    keeper->save(*session, {*last.preset, last.edits, moves_done});
    kept_moves = moves_done;
}

/// After a job: its states are of no more use, unless the program ends before the run did.
void Runner::Implementation::release(const Job& job, const std::stop_token& stop) {
    if (!keeper) {
        return;
    }
    const bool wanted = stop.stop_requested() && (std::lock_guard(mutex), place == job.place);
    if (!wanted) {
        keeper->end();
    } else if (session && !session->finished() && moves_done > kept_moves) {
        keep();
    }
    keeper.reset();
}

bool Runner::Implementation::wait_for_pace(Job& job) {
    std::unique_lock lock(mutex);
    while (pace > 0) {
        const auto due = last_boundary +
                         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / pace));
        if (Clock::now() >= due || !commands.empty() || job.stop.stop_requested()) {
            break;
        }
        const double before = pace;
        wake.wait_until(lock, job.stop.get_token(), due, [&] { return !commands.empty() || pace != before; });
    }
    return !job.stop.stop_requested();
}

/// The loop of one run; true when it reached its end, false when it was stopped.
bool Runner::Implementation::advance_until_over(Job& job) {
    enum class Mode { run, pause, one_move, one_level } mode = job.paused ? Mode::pause : Mode::run;
    RunState shown = job.paused ? RunState::paused : RunState::running;
    std::deque<Command> waiting;  // edits that take effect at the next boundary
    bool boundary = moves_done == 0 || session->at_boundary();
    last_boundary = Clock::now();
    publish(job, shown, true);
    const auto show = [&](RunState state, bool fresh) {
        shown = state;
        publish(job, state, fresh);
    };
    while (!session->finished()) {
        if (job.stop.stop_requested()) {
            return false;
        }
        if (keeper && keeper->due() && moves_done > kept_moves) {
            keep();
        }
        // A step in progress is completed before the next command is taken.
        const bool stepping = mode == Mode::one_move || mode == Mode::one_level;
        if (auto command = stepping ? std::nullopt : next_command()) {
            switch (command->kind) {
            case Command::Kind::pause:
                mode = Mode::pause;
                break;
            case Command::Kind::resume:
                mode = Mode::run;
                break;
            case Command::Kind::step_move:
                mode = Mode::one_move;
                break;
            case Command::Kind::step_level:
                mode = Mode::one_level;
                break;
            case Command::Kind::edit:
                if (command->at_boundary && !boundary) {
                    waiting.push_back(std::move(*command));
                } else {
                    apply(*command);
                    show(shown, true);
                }
                break;
            }
            continue;
        }
        if (mode == Mode::pause) {
            if (shown != RunState::paused) {
                show(RunState::paused, true);
            }
            if (!wait_for_command(job, keeper ? std::chrono::seconds(1) : std::chrono::hours(24))) {
                return false;
            }
            continue;
        }
        if (mode == Mode::run && shown != RunState::running) {
            last_boundary = Clock::now();
            show(RunState::running, false);
        }
        if (mode == Mode::run && boundary && moves_done > 0 && !wait_for_pace(job)) {
            return false;
        }
        if (mode == Mode::run) {
            const std::lock_guard lock(mutex);
            if (!commands.empty()) {
                continue;
            }
        }
        session->advance();
        ++moves_done;
        boundary = session->at_boundary();
        if (boundary) {
            last_boundary = Clock::now();
            for (; !waiting.empty(); waiting.pop_front()) {
                apply(waiting.front());
            }
        }
        if (mode == Mode::one_move || (mode == Mode::one_level && boundary)) {
            mode = Mode::pause;
            show(RunState::paused, true);
        } else if (Clock::now() - last_publish >= interval) {
            publish(job, shown, true);
        }
    }
    return true;
}

/// Makes the result, then publishes the final state, so that a reader of the state finds the result.
void Runner::Implementation::finish(const Job& job, const std::string& status, RunState state,
                                    const std::string& error) {
    if (!session || !is_current(job)) {
        publish(job, state, false, error);
        return;
    }
    if (state == RunState::cancelled) {
        publish(job, state, false, error);  // acknowledged at once; the result follows
    }
    RunCallbacks callbacks;
    callbacks.stop = job.stop.get_token();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const double n_replicates = (*last.preset)["run"]["n_replicates"].get<double>();
    if (keeper && state == RunState::finished && n_replicates > 1 &&
        n_replicates * seconds > keeper->seconds()) {
        keep();  // the first replicate is not done again
        callbacks.checkpoint = keeper->checkpoint();
    }
    // The other replicates: one call at a time, while this thread waits for them or is one of them.
    callbacks.progress = [&](double fraction, const std::string&) {
        const double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
        last.fraction = fraction;
        last.eta_seconds = fraction > 0 ? elapsed * (1 - fraction) / fraction : -1;
        publish(job, RunState::running, false);
    };
    auto made = std::make_shared<RunResult>(session->result(status, error, seconds, callbacks));
    for (const AppliedEdit& e : last.edits) {
        made->preset["edits"].push_back({{"move", e.move}, {"level", e.level}, {"text", e.text}});
    }
    if (is_current(job)) {
        const std::lock_guard lock(hub_mutex);
        result = made;
    }
    if (state == RunState::finished && made->summary["status"] != "finished") {
        state = made->summary["status"] == "failed" ? RunState::failed : RunState::cancelled;
    }
    publish(job, state, true, error);
}

void Runner::Implementation::perform(Job& job, std::stop_token stop) {
    last = Snapshot{};
    last.preset = std::make_shared<Json>(job.preset);
    moves_done = kept_moves = 0;
    begin = Clock::now();
    interval = shortest_interval;
    bool reached_end = false;
    std::string error;
    try {
        session = make_session(job.preset, job.stop.get_token());
        if (!job.place.folder.empty()) {
            keeper.emplace(job.place.folder, job.preset, job.place.seconds);
        }
        if (!go_on(job)) {
            session->start();
        }
        reached_end = advance_until_over(job);
    } catch (const Stopped&) {
    } catch (const std::bad_alloc&) {
        error = "Not enough memory for this run; use fewer particles or levels, or precision f32.";
    } catch (const std::exception& e) {
        error = e.what();
    }
    if (stop.stop_requested()) {
        release(job, stop);
        return;
    }
    try {
        if (!error.empty()) {
            finish(job, "failed", RunState::failed, error);
        } else {
            finish(job, reached_end ? "finished" : "partial",
                   reached_end ? RunState::finished : RunState::cancelled, {});
        }
    } catch (const std::exception& e) {
        publish(job, RunState::failed, false, error.empty() ? e.what() : error);
    }
    release(job, stop);
    session.reset();
}

Runner::Runner() : self_(std::make_unique<Implementation>()) { self_->launch(); }
Runner::~Runner() { self_->join(); }

long Runner::Implementation::begin_run(const Json& preset, bool paused, bool from_kept) {
    Job job;
    job.preset = resolve_preset(preset);
    job.paused = paused;
    job.go_on = from_kept;
    {
        const std::lock_guard lock(mutex);
        job.place = place;
    }
    return start(job, [&](Snapshot& first, long id) {
        first.run_id = id;
        edited_preset = job.preset;
    });
}

long Runner::start(const Json& preset, bool paused) { return self_->begin_run(preset, paused, false); }
long Runner::go_on(const Json& preset, bool paused) { return self_->begin_run(preset, paused, true); }

void Runner::keep_states(const std::filesystem::path& folder, double seconds) {
    const std::lock_guard lock(self_->mutex);
    self_->place = {folder, seconds};
}

void Runner::pause() { self_->push({Command::Kind::pause, {}, {}}); }
void Runner::resume() { self_->push({Command::Kind::resume, {}, {}}); }
void Runner::step_move() { self_->push({Command::Kind::step_move, {}, {}}); }
void Runner::step_level() { self_->push({Command::Kind::step_level, {}, {}}); }
void Runner::cancel() { self_->cancel(); }

void Runner::edit(const Json& preset) {
    const Json resolved = resolve_preset(preset);
    const std::lock_guard lock(self_->mutex);
    if (is_over(latest()->state)) {
        return;  // nothing runs: the next start takes the preset as it is
    }
    Problems problems;
    Command command{Command::Kind::edit, resolved, {}};
    for (const std::string& place : preset_difference(self_->edited_preset, resolved)) {
        const Change change = change_class(resolved, place);
        if (change == Change::cold) {
            problems.add(place, "cannot change while it runs; restart to apply it");
        }
        command.at_boundary = command.at_boundary || change == Change::warm;
        command.text += (command.text.empty() ? "" : ", ") + place + " " +
                        short_text(get_value(self_->edited_preset, place)) + " -> " +
                        short_text(get_value(resolved, place));
    }
    problems.throw_if_any();
    if (command.text.empty()) {
        return;
    }
    self_->edited_preset = resolved;
    self_->commands.push_back(std::move(command));
    self_->wake.notify_all();
}

void Runner::set_pace(double boundaries_per_second) {
    {
        const std::lock_guard lock(self_->mutex);
        self_->pace = boundaries_per_second;
    }
    self_->wake.notify_all();
}

std::shared_ptr<const Snapshot> Runner::latest() const { return self_->latest(); }
void Runner::set_on_publish(std::function<void()> callback) { self_->set_on_publish(std::move(callback)); }
void Runner::wait() const { self_->wait(); }

std::shared_ptr<const RunResult> Runner::result() const {
    const std::lock_guard lock(self_->hub_mutex);
    return self_->result;
}

}  // namespace tempera
