// SPDX-License-Identifier: MIT
// What the person works on: the preset being edited, its run, what was seen of it, undo and redo. No drawing
// here.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/engine_link.hpp"
#include "run/path_maps.hpp"
#include "run/preset.hpp"

namespace tempera::app {

/// Particles as they were at a level, kept so that scrubbing back shows them again.
struct LevelPicture {
    std::shared_ptr<const SpriteSet> sprites;
    std::shared_ptr<const Grid> density;
    std::shared_ptr<const Grid> smooth;  ///< the density for thumbnails: counting noise blurred away
};

struct FinishedRun {
    long id = 0;
    bool stored = false;  ///< read from a run folder
    std::string name, sampler, kernel;
    RunState state = RunState::finished;
    double ess = 0, log_z = 0, mode_error = 0, seconds = 0;
    Json preset;
};

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
    bool open_run(const std::filesystem::path& folder);
    bool save();
    bool save_as(const std::filesystem::path& file);
    const std::filesystem::path& file() const { return file_; }
    bool modified() const { return document_ != saved_; }
    const std::vector<std::filesystem::path>& recents() const { return recents_; }

    // The preset being edited.
    const Json& document() const { return document_; }
    const Json& resolved() const { return resolved_; }  ///< last good one
    std::string name() const;
    Json value(const std::string& dotted) const;  ///< what stands there, or its default
    const Problem* problem_at(const std::string& dotted) const;
    const std::vector<Problem>& problems() const { return problems_; }
    /// Sets a value; edits of one field up to commit() are one undo step. Setting a "type" replaces its
    /// section.
    void set(const std::string& dotted, Json value);
    void commit();
    void reset(const std::string& dotted);  ///< to the value of the file
    void revert_all();
    bool differs_from_file(const std::string& dotted) const;
    void undo();
    void redo();
    bool can_undo() const { return !undo_.empty(); }
    bool can_redo() const { return !redo_.empty(); }
    /// Fields that need a restart before they count.
    const std::vector<std::string>& pending() const { return pending_; }

    // The run.
    void run_or_pause();
    void start(bool paused = false);
    void restart(bool new_seed);
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
    std::shared_ptr<const RunResult> result() const { return link_->result(); }
    EngineLink& link() { return *link_; }
    PathMapper* mapper() { return mapper_.get(); }

    // The level that views look at.
    int level() const;
    int n_levels() const;
    bool following() const { return follow_; }
    void follow() { follow_ = true, playing_ = false; }
    void look_at(int level);
    void play();
    bool playing() const { return playing_; }
    const LevelPicture* picture(int level) const;  ///< null when the level was not seen
    const LevelPicture* nearest_picture(int level, int within) const;
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
    std::vector<double> lock_waits;    ///< microseconds per update, the last 4096
    bool autostart = true;             ///< opening a preset runs it

private:
    struct Step {
        Json document;
        std::string what;
    };
    void adopt(Json document, std::filesystem::path file);
    void checked(bool may_edit_run);
    void send_edits();
    void take_snapshot();
    void remember_run();
    void list_stored(const std::filesystem::path& folder);
    void report(const std::string& title, const std::exception& e);

    std::unique_ptr<EngineLink> link_;
    std::unique_ptr<PathMapper> mapper_;
    std::filesystem::path file_;
    Json document_, saved_, resolved_;
    std::vector<Problem> problems_;
    std::vector<std::string> pending_;
    std::deque<Step> undo_, redo_;
    std::string open_edit_;
    std::shared_ptr<const Snapshot> snapshot_;
    std::shared_ptr<const PathMaps> maps_;
    std::map<int, LevelPicture> pictures_;
    long pictures_run_ = -1, remembered_run_ = -1, started_run_ = -1;
    bool follow_ = true, playing_ = false;
    int looked_at_ = 0;
    double play_position_ = 0, pace_ = 0;
    std::vector<std::filesystem::path> recents_;
    std::vector<FinishedRun> runs_;
    std::deque<LogLine> log_;
    std::size_t warnings_logged_ = 0, edits_logged_ = 0;
};

}  // namespace tempera::app
