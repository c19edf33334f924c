// SPDX-License-Identifier: MIT
#include "run/training/training_runner.hpp"

#include <chrono>
#include <optional>

#include "models/model.hpp"
#include "run/record/result.hpp"
#include "run/training/training_work.hpp"
#include "run/work/steered_thread.hpp"

namespace tempera {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr auto publish_interval = std::chrono::milliseconds(100);
/// Makes the first of folder, folder-2, ... that is nobody's yet.
fs::path own_folder(const fs::path& wanted) {
    fs::create_directories(fs::absolute(wanted).parent_path());
    for (int attempt = 0; attempt < 100; ++attempt) {
        const fs::path folder = free_folder(wanted);
        if (fs::create_directory(folder)) {
            return folder;
        }
    }
    throw std::runtime_error(wanted.string() + ": cannot be made");
}

double seconds_of(Clock::duration d) { return std::chrono::duration<double>(d).count(); }

enum class Command { pause, resume, step };

struct Job : SteeredJob {
    fs::path folder;
};

}  // namespace

struct TrainingRunner::Implementation final : SteeredThread<Job, Command, TrainingSnapshot> {
    // Of the background thread only.
    TrainingSnapshot last;
    Clock::time_point last_publish;
    long rate_step = 0;
    double rate_seconds = 0;

    void publish(const Job& job, RunState state, const TrainingWork* work, const std::string& error = {});
    void fill(const TrainingWork& work);
    void perform(Job& job, std::stop_token stop) override;
    void prepare(const TrainingWork& work);
    bool advance_until_over(Job& job, TrainingWork& work);
    void finish(const Job& job, const TrainingWork& work, RunState state, const std::string& error,
                bool hurry);
};

/// Publishes unless a later training has taken over.
void TrainingRunner::Implementation::publish(const Job& job, RunState state, const TrainingWork* work,
                                             const std::string& error) {
    last.id = job.id;
    last.state = state;
    last.error = error;
    if (work) {
        fill(*work);
    }
    publish_view(job, std::make_shared<TrainingSnapshot>(last));
    last_publish = Clock::now();
}

void TrainingRunner::Implementation::fill(const TrainingWork& work) {
    last.step = work.steps();
    last.seconds = seconds_of(work.trained);
    // The rate of the last few seconds: that of the whole training would hide what slows it down now.
    const double span = last.seconds - rate_seconds;
    if (span > 0.25 && last.step > rate_step) {
        const double now = static_cast<double>(last.step - rate_step) / span;
        last.steps_per_second = last.steps_per_second > 0 ? 0.6 * last.steps_per_second + 0.4 * now : now;
        rate_seconds = last.seconds;
        rate_step = last.step;
    }
    last.eta_seconds = last.steps_per_second > 0
                           ? static_cast<double>(last.n_steps - last.step) / last.steps_per_second
                           : -1;
    last.losses = work.curve.points();
    if (last.weights != work.weights) {
        last.judgements = std::make_shared<std::vector<std::shared_ptr<const Judgement>>>(work.judgements);
        last.weights = work.weights;
    }
}

void TrainingRunner::Implementation::prepare(const TrainingWork& work) {
    last.n_steps = work.session.n_steps();
    last.loss_names = work.session.trainer().loss_names();
    last.mode_names = work.session.target().mode_names();
    last.true_mode_weights = work.session.target().mode_weights();
    rate_step = 0;
    rate_seconds = 0;
}

/// The loop of one training; true when it reached its end, false when it was stopped.
bool TrainingRunner::Implementation::advance_until_over(Job& job, TrainingWork& work) {
    enum class Mode { run, pause, one_step } mode = job.paused ? Mode::pause : Mode::run;
    work.judge();
    RunState shown = job.paused ? RunState::paused : RunState::running;
    publish(job, shown, &work);
    while (!work.session.finished()) {
        if (job.stop.stop_requested()) {
            return false;
        }
        if (const auto command = next_command()) {
            mode = *command == Command::pause    ? Mode::pause
                   : *command == Command::resume ? Mode::run
                                                 : Mode::one_step;
            if (mode == Mode::run && shown != RunState::running) {
                shown = RunState::running;
                publish(job, shown, &work);
            }
        }
        if (mode == Mode::pause) {
            if (shown != RunState::paused) {
                work.judge();  // what is looked at now is judged as it is now
                shown = RunState::paused;
                publish(job, shown, &work);
            }
            if (!wait_for_command(job)) {
                return false;
            }
            continue;
        }
        const auto begin = Clock::now();
        work.step();
        if (mode == Mode::run && !work.session.finished() && work.judgement_due()) {
            work.judge();
        }
        work.trained += Clock::now() - begin;
        if (mode == Mode::one_step) {
            mode = Mode::pause;
            shown = RunState::paused;
            publish(job, shown, &work);
        } else if (Clock::now() - last_publish >= publish_interval) {
            publish(job, shown, &work);
        }
    }
    return true;
}

/// Writes the folder, then publishes the final state, so that a reader of the state finds the folder.
void TrainingRunner::Implementation::finish(const Job& job, const TrainingWork& work, RunState state,
                                            const std::string& error, bool hurry) {
    if (state == RunState::cancelled) {
        publish(job, state, &work, error);  // acknowledged at once; the folder follows
    }
    if (work.steps() == 0) {
        std::error_code ignored;
        fs::remove(job.folder, ignored);  // it is empty
        publish(job, state, &work, error);
        return;
    }
    const char* status = state == RunState::finished    ? "finished"
                         : state == RunState::cancelled ? "partial"
                                                        : "failed";
    std::string problem = error;
    try {
        const TrainingResult result = training_result(work.session, status, error, seconds_of(work.trained),
                                                      work.steps(), hurry ? 128 : 4096);
        std::string elsewhere;
        last.folder = save_training(result, job.folder, elsewhere);
        if (!elsewhere.empty()) {
            problem += (problem.empty() ? "" : "; ") + elsewhere +
                       "; nothing is lost, the training was saved in " + last.folder.string();
        }
    } catch (const std::exception& e) {
        problem +=
            (problem.empty() ? "" : "; ") + std::string("the training could not be written: ") + e.what();
        state = state == RunState::finished ? RunState::failed : state;
    }
    publish(job, state, &work, problem);
}

void TrainingRunner::Implementation::perform(Job& job, std::stop_token stop) {
    last = TrainingSnapshot{};
    last.preset = std::make_shared<Json>(job.preset);
    std::optional<TrainingWork> work;
    RunState state = RunState::finished;
    std::string error;
    try {
        work.emplace(job.preset);
        prepare(*work);
        job.folder = own_folder(job.folder);
        work->session.checkpoint_into(job.folder);
        if (!advance_until_over(job, *work)) {
            state = RunState::cancelled;
        }
        work->judge(true);
    } catch (const std::bad_alloc&) {
        state = RunState::failed;
        error =
            "Not enough memory for this training; use fewer points, a smaller batch or a smaller network.";
    } catch (const std::exception& e) {
        state = RunState::failed;
        error = e.what();
    }
    if (!work) {
        publish(job, job.stop.stop_requested() ? RunState::cancelled : RunState::failed, nullptr, error);
        return;
    }
    const bool hurry = stop.stop_requested() || !is_current(job);
    finish(job, *work, state, error, hurry);
}

TrainingRunner::TrainingRunner() : self_(std::make_unique<Implementation>()) { self_->launch(); }
TrainingRunner::~TrainingRunner() { self_->join(); }

long TrainingRunner::start(const Json& resolved, const fs::path& folder, bool paused) {
    check_trainable(resolved.value("model", Json::object()));
    Job job;
    job.preset = resolved;
    job.folder = folder;
    job.paused = paused;
    return self_->start(job, [](TrainingSnapshot& first, long id) { first.id = id; });
}

void TrainingRunner::pause() { self_->push(Command::pause); }
void TrainingRunner::resume() { self_->push(Command::resume); }
void TrainingRunner::step() { self_->push(Command::step); }
void TrainingRunner::cancel() { self_->cancel(); }
std::shared_ptr<const TrainingSnapshot> TrainingRunner::latest() const { return self_->latest(); }
void TrainingRunner::set_on_publish(std::function<void()> callback) {
    self_->set_on_publish(std::move(callback));
}
void TrainingRunner::wait() const { self_->wait(); }

}  // namespace tempera
