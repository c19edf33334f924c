// SPDX-License-Identifier: MIT
// What the person works on: the preset being edited, its run, what was seen of it, undo and redo. No drawing
// here.
#pragma once

#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/workspace/document.hpp"
#include "app/workspace/engine_link.hpp"
#include "app/workspace/level_cursor.hpp"
#include "app/workspace/level_pictures.hpp"
#include "app/workspace/recents.hpp"
#include "app/workspace/run_list.hpp"
#include "app/workspace/stored_run.hpp"
#include "run/background/path_maps.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/proposals.hpp"

namespace tempera::app {

struct LogLine {
    enum class Kind { note, command, warning, error } kind = Kind::note;
    std::string time, text;
};

class Workspace {
public:
    explicit Workspace(std::unique_ptr<EngineLink> link);
    ~Workspace();

    // Files. Failures leave everything as it was and put every problem into `messages`.
    bool open(const std::filesystem::path& file);
    /// A run folder: its preset is opened at once, its stored results are shown when they are read.
    bool open_run(const std::filesystem::path& folder);
    /// Takes a preset made of what somebody brought as an edit that undo() takes back, and runs it as one
    /// that was opened.
    void use(const Proposal& proposal, const std::string& what);
    /// Takes over edits that were not saved; nothing runs.
    void recover(Json saved, Json edited, Json basis, const std::filesystem::path& file);
    /// A preset with problems is not saved: it could not be opened again.
    bool save_as(const std::filesystem::path& file);
    const std::filesystem::path& file() const { return document_.file(); }
    /// Save may write to its file: it is no shipped preset, which is a template, no run's preset, which says
    /// what was run, and may be written to.
    bool saves_in_place() const;
    /// There are edits of the person's that were not saved.
    bool modified() const { return document_.modified(); }
    void give_up_edits() { document_.give_up_edits(); }
    const std::vector<std::filesystem::path>& recents() const { return recents_.files(); }
    Recents& recent_files() { return recents_; }

    // The preset being edited.
    const Json& document() const { return document_.json(); }
    const Json& saved() const { return document_.saved(); }        ///< as it stands in its file
    const Json& basis() const { return document_.basis(); }        ///< where the person's edits start
    const Json& resolved() const { return document_.resolved(); }  ///< last good one
    std::string name() const { return document_.name(); }
    Json value(const std::string& dotted) const { return document_.value(dotted); }  ///< or its default
    bool exchanges() const;  ///< the preset's sampler swaps replicas between levels
    const Problem* problem_at(const std::string& dotted) const { return document_.problem_at(dotted); }
    const std::vector<Problem>& problems() const { return document_.problems(); }
    /// Sets a value; edits of one field up to commit() are one undo step. Setting a "type" replaces its
    /// section.
    void set(const std::string& dotted, Json value);
    void commit();
    /// As set() and commit(), by a story or a hint: no edit of the person's.
    void stage(const std::string& dotted, const Json& value);
    /// Several settings at once, one undo step.
    void apply(const std::vector<std::pair<std::string, Json>>& values, const std::string& what);
    void reset(const std::string& dotted);  ///< to the value of the file
    void revert_all();
    bool differs_from_file(const std::string& dotted) const { return document_.differs_from_file(dotted); }
    void undo();
    void redo();
    bool can_undo() const { return document_.can_undo(); }
    bool can_redo() const { return document_.can_redo(); }
    /// Fields that need a restart before they count.
    const std::vector<std::string>& pending() const { return pending_; }

    // The run.
    void run_or_pause();
    /// Starts a run, where ask_first and put_off let it.
    void start(bool paused = false);
    void start_without_asking(bool paused);
    void restart(bool new_seed);
    /// Takes up a run that an earlier session left, as it had started; paused, because it may be what ended
    /// that session.
    void take_up(const Json& preset);
    void stop();
    void step_move();
    void step_level();
    void set_pace(double boundaries_per_second);
    double pace() const { return pace_; }
    /// What the run in view is held to: the preset's view.pace where it is set; else the pace above, quick
    /// enough that nobody waits longer than a minute for a pace. 0: nothing holds it.
    double run_pace() const;
    /// Seconds to the run's end, at the pace that it is held to; < 0: unknown.
    double eta_seconds() const;
    /// Seconds that the run has taken so far, waiting for its pace included and pauses not.
    double run_seconds() const { return stored_ ? snapshot_->seconds : run_seconds_; }
    /// The preset that is edited is another one than that of the run in view: it waits to be applied.
    bool waits_to_apply() const;
    bool busy() const;  ///< preparing, running or paused
    /// Evaluations a second of the last run of this session on the edited preset's target; 0 = there was
    /// none.
    double evaluation_rate() const;

    /// Once a frame: takes the latest snapshot and maps.
    void update(float seconds);
    const Snapshot& snapshot() const { return *snapshot_; }
    std::shared_ptr<const Snapshot> shared_snapshot() const { return snapshot_; }
    const PathMaps* maps() const { return maps_.get(); }  ///< of the running or edited preset; may be null
    std::shared_ptr<const PathMaps> shared_maps() const { return maps_; }
    std::shared_ptr<const RunResult> result() const { return stored_ ? stored_->result : link_->result(); }
    /// What is shown was read from a run folder; null once something runs.
    const StoredRun* stored() const { return stored_.get(); }
    void set_on_publish(const std::function<void()>& callback);
    EngineLink& link() const { return *link_; }
    PathMapper* mapper() { return mapper_.get(); }

    // The level that views look at.
    int level() const;
    int n_levels() const;
    bool following() const { return cursor_.following(); }
    void follow() { cursor_.follow(); }
    void look_at(int level) { cursor_.look_at(level, n_levels()); }
    void look_at_when_known(int level) { cursor_.look_at(level, std::numeric_limits<int>::max()); }
    void play() { cursor_.play(n_levels()); }
    bool playing() const { return cursor_.playing(); }
    const LevelPicture* picture(int level) const { return pictures_.at(level); }  ///< null: not seen
    /// Points of the level in view; null: they are not kept.
    std::shared_ptr<const PointSet> points_in_view() const;
    const LevelPicture* nearest_picture(int level, int within) const {
        return pictures_.nearest(level, within);
    }
    const ModeRow* mode_row(int level) const;

    const std::vector<FinishedRun>& runs() const { return runs_; }
    void note(LogLine::Kind kind, const std::string& text);
    const std::deque<LogLine>& log() const { return log_; }
    /// Texts that wait for the person to read them (unreadable preset, failed export).
    struct Message {
        std::string title;
        std::vector<std::string> lines;
    };
    std::deque<Message> messages;
    std::string command_line() const;  ///< what runs the same on the command line
    std::vector<double> lock_waits;    ///< microseconds of each look at what other threads publish, last 4096
    void add_lock_wait(std::chrono::duration<double, std::micro> wait);
    bool autostart = true;  ///< opening a preset runs it, unless hold_back says no
    /// True: what was opened waits for the person to run it.
    std::function<bool()> hold_back;
    bool held_back() const { return held_back_; }  ///< so it was, and still waits
    /// Before a run starts; true: a question is put, and start_without_asking() called when the answer is
    /// yes.
    std::function<bool(bool paused)> ask_first;
    /// Asked before a run starts; true: not now, it will be started again (a model is trained first).
    std::function<bool(bool paused)> put_off;
    std::function<void()> before_run;        ///< what is edited is worth keeping now
    long opened() const { return opened_; }  ///< presets so far

private:
    void adopt(Json document, std::filesystem::path file, const std::filesystem::path& opened);
    void start_if_wished();
    void checked(bool may_edit_run);
    void send_edits();
    void started(long run, const std::string& what);
    void count_time();
    void send_pace();
    void take_snapshot();
    void remember_run();
    void take_stored();
    void look_anew();
    void report(const std::string& title, const std::exception& e);

    std::unique_ptr<EngineLink> link_;
    std::unique_ptr<PathMapper> mapper_;
    Document document_;
    std::vector<std::string> pending_;
    std::shared_ptr<const Snapshot> snapshot_;
    std::shared_ptr<const StoredRun> stored_;
    std::function<void()> on_publish_;
    std::unique_ptr<LatestJob<std::filesystem::path, StoredRun>> reader_;
    std::filesystem::path wanted_folder_;  ///< being read
    std::shared_ptr<const PathMaps> maps_;
    LevelPictures pictures_;
    long remembered_run_ = -1, started_run_ = -1, dropped_run_ = -2, opened_ = 0;
    LevelCursor cursor_;
    double pace_ = 0, sent_pace_ = 0;
    Recents recents_;
    std::vector<FinishedRun> runs_;
    std::deque<LogLine> log_;
    std::size_t warnings_logged_ = 0, edits_logged_ = 0, refusals_logged_ = 0;
    std::map<std::string, Json> refused_;  ///< values by field that the run in progress could not take
    std::string notice_logged_;
    Json measured_target_;  ///< of the run that last showed how fast it is
    double measured_rate_ = 0;
    bool held_back_ = false;
    double run_seconds_ = 0;
    std::chrono::steady_clock::time_point updated_ = std::chrono::steady_clock::now();
    mutable std::pair<std::shared_ptr<const Json>, Json> compared_;  ///< what waits_to_apply() looked at
    mutable bool waits_ = false;
    bool compare_edits_ = false;  ///< with a run that another session started, once it is there
};

}  // namespace tempera::app
