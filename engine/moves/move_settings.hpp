// SPDX-License-Identifier: MIT
#pragma once

#include "core/settings.hpp"

namespace tempera {

/// What every move that does something takes.
struct MoveSettings {
    int n_steps = 1;
    double step_size = 1.0;
    bool adapt = false;

    void describe(Describer& d) {
        d.integer("n_steps", n_steps,
                  {.min = 0,
                   .max = 10000,
                   .change = Change::warm,
                   .help = "moves at every level; replica exchange counts its own, sampler.moves_per_scan"});
        d.number("step_size", step_size,
                 {.min = 0,
                  .max = 1e6,
                  .open_min = true,
                  .log_scale = true,
                  .change = Change::hot,
                  .help = "multiple of the built-in step of the level"});
        d.boolean(
            "adapt", adapt,
            {.change = Change::warm, .help = "tune the step of every level in a pilot run or the burn-in"});
    }
};

}  // namespace tempera
