// SPDX-License-Identifier: MIT
// One way to use what was brought: a button, and under it what comes of it or why it is not possible.
#pragma once

#include <string>

#include "run/preset/proposals.hpp"

namespace tempera::app {

struct Workbench;

struct Offer {
    std::string label;  ///< with its ###id
    std::string what;   ///< of undo and the log: "the formula"
    std::string tip;
    const Proposal* proposal;  ///< null: not known yet
    bool primary = false;
};

/// True when it was taken.
bool draw_offer(Workbench& bench, const Offer& offer);
/// What somebody took, until it is done: the card closes first, because a question may follow.
struct Taken {
    Proposal proposal;
    std::string what;
};

}  // namespace tempera::app
