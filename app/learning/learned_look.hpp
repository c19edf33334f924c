// SPDX-License-Identifier: MIT
// How learned densities are looked at; nothing of it changes a run or a training.
#pragma once

#include "run/figures/learned_figures.hpp"

namespace tempera::app {

/// Behind the particles.
enum class Background { exact, learned, own, none };

struct LearnedLook {
    bool exact = true, learned = true, difference = false;  ///< rows of the density path
    bool match_limits = true;                               ///< exact and learned maps share colour limits
    Background background = Background::exact;
    Arrows arrows = Arrows::both;
    bool angles = true;  ///< heat of the angle between learned and exact scores
};

}  // namespace tempera::app
