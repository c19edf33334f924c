// SPDX-License-Identifier: MIT
#include "app/workspace.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "app/live_edits.hpp"
#include "run/result.hpp"

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

Workspace::~Workspace() { link_->set_on_publish({}); }

void Workspace::note(LogLine::Kind kind, const std::string& text) {
    log_.push_back({kind, clock_text(), text});
    if (log_.size() > 1000) {
        log_.pop_front();
    }
}

void Workspace::report(const std::string& title, const std::exception& e) {
    Message message{title, {}};
    if (const auto* config = dynamic_cast<const ConfigError*>(&e)) {
        for (const Problem& p : config->problems()) {
            message.lines.push_back((p.place.empty() ? "" : p.place + ": ") + p.text);
        }
    } else {
        message.lines.emplace_back(e.what());
    }
    for (const std::string& line : message.lines) {
        note(LogLine::Kind::error, line);
    }
    messages.push_back(std::move(message));
}

bool Workspace::open(const std::filesystem::path& file) {
    if (std::filesystem::is_directory(file)) {
        return open_run(file);
    }
    try {
        Json document = load_preset(file);
        std::vector<Problem> problems = check_preset(document);
        if (!problems.empty()) {
            throw ConfigError(std::move(problems));
        }
        adopt(std::move(document), file);
    } catch (const std::exception& e) {
        report(file.filename().string() + " cannot be opened. Nothing was changed.", e);
        return false;
    }
    note(LogLine::Kind::command, "open " + file.string());
    if (autostart) {
        start();
    }
    return true;
}

bool Workspace::open_run(const std::filesystem::path& folder) {
    try {
        Json document = load_preset(folder / "preset.json");
        document = resolve_preset(document);
        adopt(std::move(document), folder / "preset.json");
    } catch (const std::exception& e) {
        report(folder.filename().string() + " is not a readable run folder. Nothing was changed.", e);
        return false;
    }
    note(LogLine::Kind::command, "open " + folder.string());
    list_stored(folder);
    if (autostart) {
        start();
    }
    return true;
}

/// The stored numbers of a run folder join the list of runs, so that the run that starts now can be compared.
void Workspace::list_stored(const std::filesystem::path& folder) {
    try {
        runs_.push_back(stored_run(read_run_folder(folder), folder));
        note(LogLine::Kind::note,
             folder.filename().string() + ": the stored result is listed in Runs; its preset runs again");
    } catch (const std::exception& e) {
        note(LogLine::Kind::warning, folder.filename().string() +
                                         ": the stored result cannot be read; its preset runs again (" +
                                         e.what() + ")");
    }
}

void Workspace::adopt(Json document, std::filesystem::path file) {
    link_->cancel();
    ++opened_;
    const auto absolute = std::filesystem::absolute(file);
    document_.adopt(std::move(document), std::move(file));
    cursor_.follow();
    checked(false);
    std::erase(recents_, absolute);
    recents_.insert(recents_.begin(), absolute);
    if (recents_.size() > 12) {
        recents_.pop_back();
    }
}

bool Workspace::save() { return !file().empty() && save_as(file()); }

bool Workspace::save_as(const std::filesystem::path& file) {
    try {
        document_.save_as(file);
    } catch (const std::exception& e) {
        report(file.filename().string() + " could not be saved", e);
        return false;
    }
    note(LogLine::Kind::command, "save " + file.string());
    return true;
}

void Workspace::set(const std::string& dotted, Json value) {
    if (document_.set(dotted, std::move(value))) {
        checked(true);
    }
}

void Workspace::commit() {
    const std::string field = document_.commit();
    if (!field.empty()) {
        note(LogLine::Kind::command, "set " + field + " = " + value(field).dump());
    }
}

void Workspace::reset(const std::string& dotted) {
    document_.reset(dotted);
    checked(true);
}

void Workspace::revert_all() {
    document_.revert_all();
    checked(true);
}

void Workspace::undo() {
    const std::string what = document_.undo();
    if (!what.empty()) {
        note(LogLine::Kind::command, "undo " + what);
        checked(true);
    }
}

void Workspace::redo() {
    const std::string what = document_.redo();
    if (!what.empty()) {
        note(LogLine::Kind::command, "redo " + what);
        checked(true);
    }
}

/// A document without problems is mapped anew, and what may change live goes to the run.
void Workspace::checked(bool may_edit_run) {
    if (!problems().empty()) {
        return;
    }
    mapper_->request(resolved());
    if (may_edit_run) {
        send_edits();
    }
}

void Workspace::send_edits() {
    pending_.clear();
    if (!snapshot_->preset || !busy()) {
        return;
    }
    LiveEdits edits = live_edits(*snapshot_->preset, resolved());
    pending_ = std::move(edits.pending);
    if (!edits.any) {
        return;
    }
    try {
        link_->edit(edits.wanted);
    } catch (const std::exception& e) {
        note(LogLine::Kind::error, e.what());
    }
}

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
    if (put_off && put_off(paused)) {
        return;
    }
    try {
        started_run_ = link_->start(resolved(), paused);
        pending_.clear();
        cursor_.follow();
        note(LogLine::Kind::note, "run " + std::to_string(started_run_) + " started: " + name());
    } catch (const std::exception& e) {
        report("The run could not start", e);
    }
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
    link_->step_move();
}

void Workspace::step_level() {
    if (!busy()) {
        start(true);
    }
    link_->step_level();
}

void Workspace::set_pace(double boundaries_per_second) {
    pace_ = boundaries_per_second;
    link_->set_pace(pace_);
}

void Workspace::update(float seconds) {
    const auto before = std::chrono::steady_clock::now();
    std::shared_ptr<const Snapshot> latest = link_->latest();
    std::shared_ptr<const PathMaps> maps = mapper_->latest();
    const std::chrono::duration<double, std::micro> wait = std::chrono::steady_clock::now() - before;
    if (lock_waits.size() >= 4096) {
        lock_waits.erase(lock_waits.begin(), lock_waits.begin() + 2048);
    }
    lock_waits.push_back(wait.count());
    maps_ = std::move(maps);
    if (latest != snapshot_) {
        snapshot_ = std::move(latest);
        take_snapshot();
    }
    if (maps_) {
        pictures_.smooth(*maps_);
    }
    cursor_.advance(seconds, n_levels());
}

void Workspace::take_snapshot() {
    const Snapshot& s = *snapshot_;
    if (pictures_.take(s)) {
        warnings_logged_ = edits_logged_ = 0;
    }
    for (; edits_logged_ < s.edits.size(); ++edits_logged_) {
        note(LogLine::Kind::note,
             s.edits[edits_logged_].text + " at level " + std::to_string(s.edits[edits_logged_].level));
    }
    for (; warnings_logged_ < s.warnings.size(); ++warnings_logged_) {
        note(LogLine::Kind::warning, s.warnings[warnings_logged_].text);
    }
    if (!busy()) {
        pending_.clear();
        if (s.run_id != remembered_run_ && s.run_id == started_run_ && s.state != RunState::idle) {
            remember_run();
        }
    } else if (problems().empty() && s.preset && pending_.empty() == false) {
        std::erase_if(pending_, [&](const std::string& f) {
            return get_value(*s.preset, f) == get_value(resolved(), f);
        });
    }
}

void Workspace::remember_run() {
    const Snapshot& s = *snapshot_;
    remembered_run_ = s.run_id;
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
    char numbers[96];
    std::snprintf(numbers, sizeof numbers, ": log Z %.3f, ESS %.3f, %.2f s", s.log_z, s.ess_fraction,
                  s.seconds);
    note(LogLine::Kind::note, text + numbers);
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

const ModeRow* Workspace::mode_row(int level) const { return latest_of(snapshot_->modes, level); }

const LevelStats* Workspace::level_stats(int level) const { return latest_of(snapshot_->levels, level); }

std::string Workspace::command_line() const {
    return "./tempera run " + (file().empty() ? std::string("preset.json") : file().string()) +
           document_.command_options();
}

}  // namespace tempera::app
