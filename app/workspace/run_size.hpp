// SPDX-License-Identifier: MIT
// How long a run may take, guessed from its settings before it starts.
#pragma once

#include <string>

#include "core/settings.hpp"

namespace tempera::app {

struct RunSize {
    double evaluations = 0;  ///< of the densities of the path
    double rate = 0;         ///< evaluations a second
    bool measured = false;   ///< the rate is that of an earlier run on this target
    double seconds = 0;
    std::string text() const;   ///< "about 40 min"
    std::string basis() const;  ///< what that was computed from, as a sentence
};

/// `rate`: evaluations a second of an earlier run; 0 = none was made, and a careful guess takes its place.
RunSize run_size(const Json& resolved, double rate);

}  // namespace tempera::app
