// SPDX-License-Identifier: MIT
// What anybody may read of a work in progress, whatever it computes: immutable once published.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/record.hpp"
#include "core/settings.hpp"

namespace tempera {

enum class RunState { idle, preparing, running, paused, finished, cancelled, failed };
const char* to_string(RunState state);
/// Nothing is under way any more (or yet).
bool is_over(RunState state);

/// Of a step by command: the smallest there is, or to the next boundary (level, scan, replicate).
enum class StepSize { smallest, boundary };

/// A change of a running preset at one place ("moves.step_size"); null takes the value away.
struct Edit {
    std::string place;
    Json value;
};
using Edits = std::vector<Edit>;

/// An edit applied during a run.
struct AppliedEdit {
    long move = 0;  ///< steps done when it was applied
    int level = 0;
    std::string text;  ///< "sampler.ess_threshold 0.5 -> 0.9"
};

/// An edit that was accepted and could not be applied.
struct RefusedEdit {
    Edits edits;
    std::string text;  ///< as AppliedEdit
    std::string why;
};

struct WorkView {
    virtual ~WorkView() = default;
    virtual std::shared_ptr<WorkView> copy() const = 0;

    // Of the runner.
    long id = 0;  ///< of the job; later ones are larger
    long sequence = 0;
    RunState state = RunState::idle;
    bool result_follows = false;  ///< cancelled: what was reached is being made into a result
    std::string error;            ///< failed: text of the error
    std::string notice;           ///< of what is kept for a later program; empty as a rule
    std::vector<RefusedEdit> refused;
    // Of the work.
    std::shared_ptr<const Json> preset;                                       ///< resolved, as it runs now
    std::shared_ptr<const Record> record = std::make_shared<const Record>();  ///< what it tells so far
    long steps_done = 0;  ///< calls of Work::advance(), those before a resume included
    std::vector<AppliedEdit> edits;

protected:
    WorkView() = default;
    WorkView(const WorkView&) = default;
    WorkView& operator=(const WorkView&) = default;
};

/// What a work leaves; each kind of work has its own.
struct WorkResult {
    virtual ~WorkResult() = default;
};

}  // namespace tempera
