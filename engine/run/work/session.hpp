// SPDX-License-Identifier: MIT
// An experiment in progress as the runner sees it, whatever its precision.
#pragma once

#include <memory>
#include <stop_token>

#include "core/state_archive.hpp"
#include "run/record/result.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

class RunSession {
public:
    virtual ~RunSession() = default;
    virtual void start() = 0;
    virtual void advance() = 0;
    virtual bool finished() const = 0;
    virtual bool at_boundary() const = 0;
    /// Takes over kernel, moves and sampler settings of a preset that differs in nothing that needs a
    /// restart.
    virtual void apply(const Json& resolved) = 0;
    virtual int level() const = 0;
    /// Saves the state between two moves, or restores it in place of start().
    virtual void archive(StateArchive& archive) = 0;
    /// Fills what a snapshot says of the run.
    virtual void fill(Snapshot& snapshot) const = 0;
    /// Result of what was reached. A finished run of several replicates runs the others first.
    virtual RunResult result(const std::string& status, const std::string& error, double total_seconds,
                             const RunCallbacks& callbacks) = 0;
};

/// Prepares a run: builds target, path, kernel, moves and sampler; pilots may take seconds.
std::unique_ptr<RunSession> make_session(const Json& resolved, std::stop_token stop);

}  // namespace tempera
