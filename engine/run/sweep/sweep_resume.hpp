// SPDX-License-Identifier: MIT
// What a sweep's folder holds of it: the plan in sweep.json, and a file for each run that is done.
#pragma once

#include "run/sweep/sweep.hpp"

namespace tempera {

/// folder/cells/00012.json: preset and summary of a run.
std::filesystem::path cell_file(const std::filesystem::path& folder, std::size_t cell);

/// Throws ConfigError at `folder` when it holds anything but this sweep or a part of it: other columns,
/// values, seeds or settings, or no sweep at all. A folder that is empty or does not exist holds nothing.
void check_same_sweep(const SweepPlan& plan, const std::filesystem::path& folder);

/// Writes folder/sweep.json.
void write_sweep_plan(const SweepPlan& plan, const std::filesystem::path& folder);

/// The summary of a run that is done; null where it is not, or what is there cannot be read.
Json kept_cell(const SweepPlan& plan, std::size_t cell, const std::filesystem::path& folder);

}  // namespace tempera
