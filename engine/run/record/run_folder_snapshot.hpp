// SPDX-License-Identifier: MIT
// A stored run as views see a run in progress.
#pragma once

#include <filesystem>

#include "run/record/result.hpp"

namespace tempera {

/// Everything that a run folder's replicate 0 tells: levels, modes, samples with their weights, swaps,
/// numbers and warnings. State finished, cancelled (a partial run) or failed. Of folders of earlier builds,
/// intervals of mode weights are known at the last level only.
Snapshot snapshot_of(const RunResult& stored);

}  // namespace tempera
