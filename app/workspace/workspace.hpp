// SPDX-License-Identifier: MIT
// What the person works on: the preset being edited, its run, what was seen of it, undo and redo. No drawing
// here.
#pragma once

#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <limits>
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
    /// Takes over edits that were not saved; nothing runs.
    void recover(Json saved, Json edited, const std::filesystem::path& file);
    bool save();
    bool save_as(const std::filesystem::path& file);
    const std::filesystem::path& file() const { return document_.file(); }
    bool modified() const { return document_.modified(); }
    const std::vector<std::filesystem::path>& recents() const { return recents_.files(); }
    Recents& recent_files() { return recents_; }

    // The preset being edited.
    const Json& document() const { return document_.json(); }
    const Json& saved() const { return document_.saved(); }        ///< as it stands in its file
    const Json& resolved() const { return document_.resolved(); }  ///< last good one
    std::string name() const { return document_.name(); }
    Json value(const std::string& dotted) const { return document_.value(dotted); }  ///< or its default
    const Problem* problem_at(const std::string& dotted) const { return document_.problem_at(dotted); }
    const std::vector<Problem>& problems() const { return document_.problems(); }
    /// Sets a value; edits of one field up to commit() are one undo step. Setting a "type" replaces its
    /// section.
    void set(const std::string& dotted, Json value);
    void commit();
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
    void start(bool paused = false);
    void restart(bool new_seed);
    /// Goes on with a run that an earlier session left, as it had started; paused, because it may be what
    /// ended that session.
    void go_on(const Json& preset);
    void stop();
    void step_move();
    void step_level();
    void set_pace(double boundaries_per_second);
    double pace() const { return pace_; }
    bool busy() const;  ///< preparing, running or paused

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
    const LevelPicture* nearest_picture(int level, int within) const {
        return pictures_.nearest(level, within);
    }
    const ModeRow* mode_row(int level) const;
    const LevelStats* level_stats(int level) const;

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
    bool autostart = true;  ///< opening a preset runs it
    /// Asked before a run starts; true: not now, it will be started again (a model is trained first).
    std::function<bool(bool paused)> put_off;
    std::function<void()> before_run;        ///< what is edited is worth keeping now
    long opened() const { return opened_; }  ///< presets so far

private:
    void adopt(Json document, std::filesystem::path file, const std::filesystem::path& opened);
    void checked(bool may_edit_run);
    void send_edits();
    void started(long run, const std::string& what);
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
    double pace_ = 0;
    Recents recents_;
    std::vector<FinishedRun> runs_;
    std::deque<LogLine> log_;
    std::size_t warnings_logged_ = 0, edits_logged_ = 0;
    std::string notice_logged_;
    bool compare_edits_ = false;  ///< with a run that another session started, once it is there
};

}  // namespace tempera::app
