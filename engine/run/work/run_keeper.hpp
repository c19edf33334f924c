// SPDX-License-Identifier: MIT
// What a runner keeps of its work so that the next program can take it up, with the same bits.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "run/work/checkpoint.hpp"

namespace tempera {

class RunKeeper {
public:
    /// `preset`: as the work started. Writes nothing before the first state is due after `seconds` (or
    /// run.checkpoint_seconds) of work.
    RunKeeper(std::filesystem::path folder, Json preset, double seconds);

    /// Takes up what the folder holds; false when it holds no state. Throws ConfigError when that does not
    /// fit, and leaves it where it is.
    bool restore(Work& work);

    bool due() const { return !given_up_ && timer_.due(); }
    /// Failures become the notice; the work goes on.
    void save(Work& work);
    /// What the person should know of the states; empty as a rule.
    std::string notice() const;

    /// The work is over: its states go.
    void end();

private:
    bool open();

    std::filesystem::path folder_;
    Json preset_;
    double seconds_;
    RunCheckpoint::Timer timer_;
    std::optional<RunCheckpoint> checkpoint_;
    std::string problem_;
    bool given_up_ = false;
};

/// The preset, as it started, of the run whose state a folder holds; null when it holds none.
Json kept_run(const std::filesystem::path& folder);

}  // namespace tempera
