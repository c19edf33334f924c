// SPDX-License-Identifier: MIT
// The edits of a work in progress that were accepted and are not applied yet.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "run/record/work_view.hpp"

namespace tempera {

class WaitingEdits {
public:
    /// What one edit() asked for: applied or refused as a whole.
    struct Batch {
        Edits edits;
        std::string text;   ///< "moves.n_steps 1 -> 4" of the running preset; when handed over
        bool warm = false;  ///< takes effect at the next boundary, not before the next step
    };

    WaitingEdits() = default;
    /// `running`: the resolved preset as it runs now.
    explicit WaitingEdits(Json running) : running_(std::move(running)) {}

    /// Throws ConfigError for bad values, for settings that need a restart and after close(). False when it
    /// changes nothing. What it sets at the same places as an earlier one that still waits takes its place.
    bool accept(const Edits& edits);
    /// Hands over what may be applied now, in order; settle() follows.
    std::vector<Batch> due(bool at_boundary);
    /// What was handed over has been applied or refused: `running` is the preset now.
    void settle(Json running);
    /// No step follows any more; hands over what still waits.
    std::vector<Batch> close();

private:
    /// The running preset with everything that was accepted.
    Json edited() const;
    bool method_waits(const Edits& edits) const;
    void supersede(const Edits& edits);

    Json running_;
    std::deque<Batch> waiting_;
    std::vector<Batch> in_hand_;
    bool closed_ = false;
};

}  // namespace tempera
