// SPDX-License-Identifier: MIT
#include "app/workspace/workspace.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "app/workspace/run_size.hpp"
#include "run/record/result.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera::app {
namespace {

std::string clock_text() {
    const std::time_t now = std::time(nullptr);
    char buffer[16];
    std::strftime(buffer, sizeof buffer, "%H:%M:%S", std::localtime(&now));
    return buffer;
}

/// The last row of a level; levels are visited again by replica exchange.
template <class Row>
const Row* latest_of(const std::shared_ptr<const std::vector<Row>>& rows, int level) {
    if (!rows) {
        return nullptr;
    }
    const auto it =
        std::find_if(rows->rbegin(), rows->rend(), [&](const Row& row) { return row.level == level; });
    return it == rows->rend() ? nullptr : &*it;
}

}  // namespace

Workspace::Workspace(std::unique_ptr<EngineLink> link)
    : link_(std::move(link)), mapper_(std::make_unique<PathMapper>()), snapshot_(link_->latest()) {}

Workspace::~Workspace() { set_on_publish({}); }

void Workspace::set_on_publish(const std::function<void()>& callback) {
    on_publish_ = callback;
    link_->set_on_publish(callback);
    mapper_->set_on_publish(callback);
    if (reader_) {
        reader_->set_on_publish(callback);
    }
}

void Workspace::note(LogLine::Kind kind, const std::string& text) {
    log_.push_back({kind, clock_text(), text});
    if (log_.size() > 1000) {
        log_.pop_front();
    }
}

bool Workspace::exchanges() const { return sampler_info(value("sampler")).exchanges; }

bool Workspace::busy() const {
    const RunState s = snapshot_->state;
    return s == RunState::preparing || s == RunState::running || s == RunState::paused;
}

void Workspace::start(bool paused) {
    if (!problems().empty()) {
        Message m{"This preset cannot run yet", {}};
        for (const Problem& p : problems()) {
            m.lines.push_back(p.place + ": " + p.text);
        }
        messages.push_back(std::move(m));
        return;
    }
    if (!ask_first || !ask_first(paused)) {
        start_without_asking(paused);
    }
}

void Workspace::start_without_asking(bool paused) {
    if (put_off && put_off(paused)) {
        return;
    }
    if (before_run) {
        before_run();
    }
    try {
        started(link_->start(resolved(), paused), "started");
    } catch (const std::exception& e) {
        report("The run could not start", e);
    }
}

void Workspace::take_up(const Json& preset) {
    try {
        started(link_->take_up(preset, true), "taken up again");
        compare_edits_ = true;
    } catch (const std::exception& e) {
        report("The run could not be taken up again", e);
    }
}

void Workspace::started(long run, const std::string& what) {
    started_run_ = run;
    wanted_folder_.clear();
    pending_.clear();
    run_seconds_ = 0;
    updated_ = std::chrono::steady_clock::now();
    cursor_.follow();
    compare_edits_ = held_back_ = false;
    note(LogLine::Kind::note, "run " + std::to_string(run) + " " + what + ": " + name());
}

void Workspace::run_or_pause() {
    switch (snapshot_->state) {
    case RunState::running:
    case RunState::preparing:
        link_->pause();
        break;
    case RunState::paused:
        link_->resume();
        break;
    default:
        start();
        break;
    }
}

void Workspace::restart(bool new_seed) {
    if (new_seed) {
        const Json seed = value("run.seed");
        set("run.seed", (seed.is_number() ? seed.get<long>() : 0) + 1);
        commit();
    }
    start();
}

void Workspace::stop() {
    if (busy()) {
        link_->cancel();
    }
}

void Workspace::step_move() {
    if (!busy()) {
        start(true);
    }
    link_->step(StepSize::smallest);
}

void Workspace::step_level() {
    if (!busy()) {
        start(true);
    }
    link_->step(StepSize::boundary);
}

void Workspace::set_pace(double boundaries_per_second) {
    pace_ = boundaries_per_second;
    send_pace();
}

double Workspace::run_pace() const {
    constexpr double longest = 60;  // seconds
    const Json wish = value("view.pace");
    if (wish.is_number() && wish.get<double>() > 0) {
        return wish.get<double>();
    }
    return pace_ > 0 ? std::max(pace_, static_cast<double>(snapshot_->progress_end) / longest) : 0;
}

void Workspace::send_pace() {
    if (const double pace = run_pace(); pace != sent_pace_) {
        sent_pace_ = pace;
        link_->set_pace(pace);
    }
}

void Workspace::add_lock_wait(std::chrono::duration<double, std::micro> wait) {
    if (lock_waits.size() >= 4096) {
        lock_waits.erase(lock_waits.begin(), lock_waits.begin() + 2048);
    }
    lock_waits.push_back(wait.count());
}

double Workspace::eta_seconds() const {
    const Snapshot& s = *snapshot_;
    if (run_pace() <= 0 || s.eta_seconds < 0) {
        return s.eta_seconds;
    }
    return std::max(s.eta_seconds, static_cast<double>(s.progress_end - s.progress) / run_pace());
}

bool Workspace::waits_to_apply() const {
    if (busy()) {
        return !pending_.empty();
    }
    if (!snapshot_->preset || !problems().empty()) {
        return false;
    }
    if (compared_.first != snapshot_->preset || compared_.second != resolved()) {
        compared_ = {snapshot_->preset, resolved()};
        const std::vector<std::string> different = preset_difference(*snapshot_->preset, resolved());
        waits_ = std::any_of(different.begin(), different.end(), [](const std::string& field) {
            return field != "name" && field != "note" && field.rfind("view", 0) != 0;
        });
    }
    return waits_;
}

/// The clock of the run in view: of what went by since the last look, while it ran.
void Workspace::count_time() {
    const auto now = std::chrono::steady_clock::now();
    const RunState s = snapshot_->state;
    if (snapshot_->id == started_run_ && (s == RunState::running || s == RunState::preparing)) {
        run_seconds_ += std::chrono::duration<double>(now - updated_).count();
    }
    updated_ = now;
}

void Workspace::update(float seconds) {
    count_time();
    const auto before = std::chrono::steady_clock::now();
    std::shared_ptr<const Snapshot> latest = link_->latest();
    std::shared_ptr<const PathMaps> maps = mapper_->latest();
    add_lock_wait(std::chrono::steady_clock::now() - before);
    maps_ = std::move(maps);
    // Stored results stay until the run that was started has something to show.
    const bool dropped = latest->id <= dropped_run_;
    if (latest != snapshot_ && !dropped && (!stored_ || latest->id == started_run_)) {
        stored_.reset();
        snapshot_ = std::move(latest);
        take_snapshot();
    }
    send_pace();
    take_stored();
    if (maps_) {
        pictures_.smooth(*maps_);
    }
    cursor_.advance(seconds, n_levels());
}

void Workspace::take_snapshot() {
    const Snapshot& s = *snapshot_;
    if (pictures_.take(s)) {
        warnings_logged_ = edits_logged_ = refusals_logged_ = 0;
        refused_.clear();
    }
    if (s.notice != notice_logged_) {
        notice_logged_ = s.notice;
        if (!s.notice.empty()) {
            note(LogLine::Kind::warning, s.notice);
        }
    }
    if (compare_edits_ && s.id == started_run_ && s.state == RunState::paused) {
        compare_edits_ = false;
        send_edits();
    }
    for (; edits_logged_ < s.edits.size(); ++edits_logged_) {
        note(LogLine::Kind::note,
             s.edits[edits_logged_].text + " at level " + std::to_string(s.edits[edits_logged_].level));
    }
    for (; refusals_logged_ < s.refused.size(); ++refusals_logged_) {
        const RefusedEdit& refused = s.refused[refusals_logged_];
        note(LogLine::Kind::error, refused.text + " was not applied: " + refused.why);
        for (const Edit& edit : refused.edits) {
            refused_[edit.place] = edit.value;
            pending_.push_back(edit.place);
        }
    }
    for (; warnings_logged_ < s.warnings.size(); ++warnings_logged_) {
        note(LogLine::Kind::warning, s.warnings[warnings_logged_].text);
    }
    if (!busy()) {
        pending_.clear();
        if (s.id != remembered_run_ && s.id == started_run_ && s.state != RunState::idle) {
            remember_run();
        }
    } else if (problems().empty() && s.preset && pending_.empty() == false) {
        std::erase_if(pending_, [&](const std::string& f) {
            return get_value(*s.preset, f) == get_value(resolved(), f);
        });
    }
}

double Workspace::evaluation_rate() const {
    return resolved().contains("target") && resolved()["target"] == measured_target_ ? measured_rate_ : 0;
}

void Workspace::remember_run() {
    const Snapshot& s = *snapshot_;
    remembered_run_ = s.id;
    constexpr double enough = 1e7;  // evaluations; a smaller run shows its overhead
    const double evaluations =
        s.preset && s.state == RunState::finished ? run_size(*s.preset, 1).evaluations : 0;
    if (evaluations > enough && s.seconds > 0) {
        measured_target_ = get_value(*s.preset, "target");
        measured_rate_ = evaluations / s.seconds;
    }
    FinishedRun run = finished_run(s, resolved());
    run.name = run.name.empty() ? name() : run.name;
    runs_.push_back(run);
    if (runs_.size() > 200) {
        runs_.erase(runs_.begin());
    }
    std::string text = "run " + std::to_string(run.id) + " " + to_string(run.state);
    if (run.state == RunState::failed) {
        note(LogLine::Kind::error, text + ": " + s.error);
        return;
    }
    const auto add = [&](const char* format, double value) {
        char number[48];
        std::snprintf(number, sizeof number, format, value);
        text += std::isfinite(value) ? number : "";
    };
    add(": log Z %.3f", s.log_z + 0.0);
    add(", ESS %.3f", s.ess_fraction);
    add(", %.2f s", run_seconds());
    note(LogLine::Kind::note, text);
}

int Workspace::n_levels() const {
    if (snapshot_->n_levels > 0) {
        return snapshot_->n_levels;
    }
    return maps_ ? maps_->n_levels : 0;
}

int Workspace::level() const {
    const bool unseen = snapshot_->state == RunState::idle && !snapshot_->sprites;
    return cursor_.level(unseen ? n_levels() : snapshot_->level, n_levels());
}

std::shared_ptr<const PointSet> Workspace::points_in_view() const {
    if (const LevelPicture* seen = picture(level()); seen && seen->points) {
        return seen->points;
    }
    return level() == snapshot_->level ? snapshot_->points : nullptr;
}

const ModeRow* Workspace::mode_row(int level) const { return latest_of(snapshot_->modes, level); }

std::string Workspace::command_line() const {
    return "./tempera run " + (file().empty() ? std::string("preset.json") : file().string()) +
           document_.command_options();
}

}  // namespace tempera::app
