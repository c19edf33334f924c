// SPDX-License-Identifier: MIT
// The weighted samples of a run as files: the same bytes from the command line and from the window.
#pragma once

#include <string>

#include "core/npy.hpp"
#include "run/record/result.hpp"

namespace tempera {

/// Columns x0, x1, ..., log_weight, mode, ancestor; numbers in shortest round-trip form.
std::string samples_table(const RunResult& result);
/// x [n, dim] in the target's coordinates, log_weight, mode and ancestor [n].
Npz sample_arrays(const RunResult& result);

}  // namespace tempera
