// SPDX-License-Identifier: MIT
// What a runner keeps of its run so that the next program can go on with it, with the same bits: its states
// between two moves and the edits it has taken since its start.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "run/work/checkpoint.hpp"
#include "run/work/session.hpp"

namespace tempera {

class RunKeeper {
public:
    /// Where a run stands besides its particles.
    struct Standing {
        Json preset;  ///< as it runs now
        std::vector<AppliedEdit> edits;
        long moves_done = 0;
    };

    /// `preset`: as the run started. Writes nothing before the first state is due after `seconds` (or
    /// run.checkpoint_seconds) of work.
    RunKeeper(std::filesystem::path folder, Json preset, double seconds);

    /// Takes over what the folder holds; empty when it holds no state. Throws ConfigError when it cannot be
    /// gone on with.
    std::optional<Standing> restore(RunSession& session);

    bool due() const { return !given_up_ && timer_.due(); }
    /// Failures become the notice; the run goes on.
    void save(RunSession& session, const Standing& standing);
    /// For the replicates that follow the first; null when states cannot be kept.
    RunCheckpoint* checkpoint() { return open() ? &*checkpoint_ : nullptr; }
    double seconds() const { return seconds_; }
    /// What the person should know of the states; empty as a rule.
    std::string notice() const;

    /// The run is over: its states go.
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
