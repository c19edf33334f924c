// SPDX-License-Identifier: MIT
// What a long run leaves beside its folder while it is under way, so that it can go on after an end in the
// middle (a batch system's limit, SIGKILL, no memory left) with the bits of a run that was never interrupted.
#pragma once

#include <chrono>
#include <filesystem>

#include "core/settings.hpp"

namespace tempera {

class Work;

/// A folder with `checkpoint.json` (preset and build) and `state.npz` (the last state of the work). Every
/// file is replaced in one step. One program at a time works on it.
class RunCheckpoint {
public:
    enum class Mode { begin, go_on, start_again };

    /// begin: throws ConfigError when the folder holds work of an interrupted run. go_on: takes over what it
    /// holds; throws ConfigError when that is of another preset. start_again: drops it. A folder that does
    /// not exist is begun in any mode. `seconds` of work between two states; 0 = only at a stop.
    RunCheckpoint(const std::filesystem::path& folder, const Json& resolved, double seconds, Mode mode);
    ~RunCheckpoint();
    RunCheckpoint(const RunCheckpoint&) = delete;
    RunCheckpoint& operator=(const RunCheckpoint&) = delete;

    const std::filesystem::path& folder() const { return folder_; }
    /// What whoever asked for the checkpoint should know: it was made by another build, or could not be
    /// written. Empty as a rule.
    const std::string& warning() const { return warning_; }

    /// Takes up the state that is kept; false when there is none. Throws ConfigError when it does not fit.
    bool restore(Work& work);
    /// Replaces the state. What cannot be written becomes the warning.
    void save(Work& work);
    /// The next state is due: `seconds` of work after the last one, and later when writing is so slow that it
    /// would take more than a tenth of the time.
    bool due() const { return timer_.due(); }

    class Timer {
    public:
        explicit Timer(double seconds);  ///< of work between two states; 0 = never due
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

    std::filesystem::path folder_;
    Timer timer_;
    int lock_ = -1;
    bool removed_ = false;
    std::string warning_;
};

/// Fields in which two resolved presets describe different runs; what is only shown, told or timed is left
/// out.
std::vector<std::string> run_difference(const Json& a, const Json& b);

}  // namespace tempera
