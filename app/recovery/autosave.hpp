// SPDX-License-Identifier: MIT
// What survives a crash: the session's preset and view, beside other sessions' in one folder, and the states
// of its run. A session holds a lock on its file; a file without one was left behind by a session that did
// not end.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/settings.hpp"
#include "run/background/latest_job.hpp"

namespace tempera::app {

/// An open file that no other process can lock at the same time.
class FileLock {
public:
    /// Empty when another process holds it. Throws std::system_error when the file cannot be made.
    static std::shared_ptr<FileLock> take(const std::filesystem::path& file);
    ~FileLock();  ///< removes the file
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    FileLock(int handle, std::filesystem::path file) : handle_(handle), file_(std::move(file)) {}
    int handle_;
    std::filesystem::path file_;
};

class Autosave {
public:
    static constexpr double interval = 30;       ///< seconds between two writes while there are edits
    static constexpr std::size_t most_kept = 5;  ///< sessions left behind

    /// A session that did not end.
    struct Leftover {
        std::filesystem::path file;
        Json content;
        std::string signal;  ///< "SIGSEGV"; empty when it could say nothing any more
        std::shared_ptr<FileLock> lock;
        Json run;  ///< the preset, as it started, of a run that can be gone on with; or null
        std::filesystem::path run_folder;
    };

    Autosave() = default;
    ~Autosave();
    Autosave(const Autosave&) = delete;
    Autosave& operator=(const Autosave&) = delete;

    /// Begins a session in a folder, made when absent, and finds what others left behind. Where that fails
    /// the session goes on without, and problem() says why.
    void open(const std::filesystem::path& folder);
    bool on() const { return writer_ != nullptr; }
    std::string problem() const;
    const std::filesystem::path& file() const { return file_; }
    /// Where this session's run leaves its states; empty when the session is not kept.
    const std::filesystem::path& run_folder() const { return run_folder_; }
    /// Called on the writing thread after each file.
    void set_on_write(std::function<void()> callback);

    /// At any time: writes `content()` in the background when `modified` and the last write is old enough.
    void tick(double now, bool modified, const std::function<Json()>& content);
    /// Writes in the background, at once.
    void write(double now, const Json& content);
    /// Writes and waits for it: the last one of a session.
    void write_and_wait(const Json& content);
    /// Ends the session: removes its file, or leaves it for the next session to find.
    void close(bool keep);

    /// Seconds since the last file of this session, rounded for reading; < 0 = there is none.
    long age() const;

    /// Newest first.
    const std::vector<Leftover>& leftovers() const { return leftovers_; }
    void discard_first();
    /// Makes the states of the first one's run this session's.
    bool take_over_run();

private:
    struct Write {
        std::filesystem::path file;
        std::string text;
    };
    struct Written {
        double at = -1;  ///< of the system's clock
        std::string problem;
    };
    void find_leftovers(const std::filesystem::path& folder);

    std::filesystem::path file_, run_folder_;
    std::shared_ptr<FileLock> lock_;
    std::unique_ptr<LatestJob<Write, Written>> writer_;
    std::function<void()> on_write_;
    std::vector<Leftover> leftovers_;
    std::string problem_, last_text_;
    double last_asked_ = -1e300;
    long n_writes_ = 0;
    int n_runs_ = 1;
};

}  // namespace tempera::app
