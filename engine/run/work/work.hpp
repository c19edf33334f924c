// SPDX-License-Identifier: MIT
// Everything that takes time: runs with all their replicates, trainings, seed studies. A work advances in
// steps, the smallest units after which its state is whole. Whoever drives it, a Runner's thread or the
// command line, pauses, looks, edits, keeps and stops between two steps; so none of this changes a bit.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/state_archive.hpp"
#include "run/record/work_view.hpp"

namespace tempera {

/// What turns one resolved preset into another.
Edits edits_between(const Json& from, const Json& to);
/// The preset after the edits. A new "type" keeps what both types know (preset.hpp, set_value).
Json with_edits(Json preset, const Edits& edits);
/// "moves.n_steps 1 -> 4, moves.step_size 1 -> 0.5"; empty when the edits change nothing in `preset`.
std::string edit_text(const Json& preset, const Edits& edits);

struct WorkProgress {
    double fraction = 0;  ///< of all, in [0, 1]
    std::string text;     ///< "level 12 of 64"
};

/// How a work ended, for its result.
struct Ending {
    enum class Kind { finished, stopped, failed } kind = Kind::finished;
    std::string error;   ///< failed: text of the error
    double seconds = 0;  ///< wall time since it was begun or taken up
    bool hurry = false;  ///< nobody waits for more than what must be kept
    /// As summaries say it: finished, partial or failed.
    const char* status() const;
};

class Work {
public:
    virtual ~Work() = default;
    /// Begins; or archive() takes up what an earlier program kept.
    virtual void start() = 0;
    /// One step. Throws NumericalError where nothing sound can follow.
    virtual void advance() = 0;
    virtual bool finished() const = 0;
    /// The last step completed what people count in: a level, a scan, a replicate.
    virtual bool at_boundary() const = 0;
    virtual WorkProgress progress() const = 0;
    virtual const Json& preset() const = 0;  ///< resolved, as it runs now
    /// Between two steps. Throws ConfigError, and then all is as it was.
    virtual void apply(const Edits& edits) = 0;
    /// Saves everything between two steps, or restores it into a work made anew of the same preset, which
    /// then goes on with the same bits.
    virtual void archive(StateArchive& archive) = 0;
    /// What people may see; the runner fills in its own part. `at_rest`: the work pauses or is over, so that
    /// what is told of it may cost some time.
    virtual std::shared_ptr<WorkView> view(bool at_rest) = 0;
    /// What was reached. Called once, after the last step; views after it are those of the end.
    virtual std::shared_ptr<WorkResult> result(const Ending& ending) = 0;
};

/// The one loop: steps until the work is finished (true) or `ready`, asked before each, says no (false). A
/// slow step ends early when a stop is requested, and is taken back; `ready` says no then.
bool advance_to_end(Work& work, const std::function<bool()>& ready,
                    const std::function<void()>& after_step = {}, const std::stop_token& stop = {});

class RunCheckpoint;

/// What may accompany a work that is driven without a thread of its own.
struct DriveOptions {
    std::function<void(double fraction, const std::string& text)> progress;  ///< ten times a second at most
    std::stop_token stop;
    RunCheckpoint* checkpoint = nullptr;  ///< taken up from, and kept while it goes on
};
/// Begins or takes up a work and advances it to its end, a stop request or a numerical failure.
Ending drive(Work& work, const DriveOptions& options);

}  // namespace tempera
