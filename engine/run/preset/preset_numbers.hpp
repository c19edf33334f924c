// SPDX-License-Identifier: MIT
#pragma once

#include "targets/target.hpp"

namespace tempera {

/// Reports settings of target and path that are numbers, but whose squares, inverses, logarithms or sums are
/// none in the run's precision, and levels that the schedule cannot tell apart. Sections that could not be
/// resolved are null.
void check_numbers(const Json& resolved, const Target<double>& target, Problems& problems);

}  // namespace tempera
