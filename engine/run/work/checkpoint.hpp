// SPDX-License-Identifier: MIT
// What a long run leaves beside its folder while it is under way, so that it can go on after an end in the
// middle (a batch system's limit, SIGKILL, no memory left) with the bits of a run that was never interrupted.
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>

#include "core/settings.hpp"
#include "core/state_archive.hpp"

namespace tempera {

/// A folder with `checkpoint.json` (preset and build), `outcomes.json` (summaries of finished replicates) and
/// `replicate-N.npz` (the last state of those under way, and of replicate 0). Every file is replaced in one
/// step. One program at a time works on it. Functions may be called by several threads.
class RunCheckpoint {
public:
    enum class Mode { begin, go_on, start_again };

    /// begin: throws ConfigError when the folder holds work of an interrupted run. go_on: takes over what it
    /// holds; throws ConfigError when that is of another preset. start_again: drops it. A folder that does
    /// not exist is begun in any mode. `seconds` of work between two states of a replicate; 0 = only at a
    /// stop.
    RunCheckpoint(const std::filesystem::path& folder, const Json& resolved, double seconds, Mode mode);
    ~RunCheckpoint();
    RunCheckpoint(const RunCheckpoint&) = delete;
    RunCheckpoint& operator=(const RunCheckpoint&) = delete;

    const std::filesystem::path& folder() const { return folder_; }
    /// What whoever asked for the checkpoint should know: it was made by another build, or could not be
    /// written. Empty as a rule.
    std::string warning() const;

    /// What is known of a replicate: the outcome of a finished one (not of replicate 0, whose arrays are
    /// needed), or the state to go on from.
    std::optional<Json> outcome(int replicate) const;
    std::optional<StateArchive> state(int replicate) const;

    void save_state(int replicate, const StateArchive& state);
    /// Kept in memory and written with the next state that is due.
    void add_outcome(int replicate, Json outcome);
    void save_outcomes();

    /// Says when the next state of one replicate is due: `seconds` of work after the last one, and later when
    /// writing is so slow that it would take more than a tenth of the time.
    class Timer {
    public:
        explicit Timer(double seconds);  ///< of work between two states; 0 = never due
        explicit Timer(const RunCheckpoint& checkpoint) : Timer(checkpoint.seconds_) {}
        bool due() const { return std::chrono::steady_clock::now() >= next_; }
        void written(std::chrono::steady_clock::time_point begin);

    private:
        std::chrono::duration<double> seconds_;
        std::chrono::steady_clock::time_point next_;
    };

    /// The run is stored: the checkpoint goes.
    void remove();

private:
    bool holds_work() const;
    void lock();
    void read(const Json& now);
    void write_head(const Json& resolved);
    void note_failure(const std::string& what);

    std::filesystem::path folder_;
    double seconds_;
    int lock_ = -1;
    mutable std::mutex mutex_;
    Json outcomes_ = Json::object();  ///< by replicate
    bool outcomes_written_ = true, removed_ = false;
    std::string warning_;
};

/// Fields in which two resolved presets describe different runs; what is only shown, told or timed is left
/// out.
std::vector<std::string> run_difference(const Json& a, const Json& b);

}  // namespace tempera
