// SPDX-License-Identifier: MIT
// The folder of a run: preset.json, summary.json, levels.csv, samples.npz, modes.csv, genealogy.npz, log.txt
// and exports.
#pragma once

#include "run/record/result.hpp"

namespace tempera {

/// Writes the folder under a temporary name and gives it its own in one step; `exports` holds any of csv,
/// npz, svg, pdf, png, html. Throws ConfigError when `folder` exists and !force, even if it was made
/// meanwhile; std::runtime_error (disk full, permission) with the reason.
void write_run_folder(const RunResult& result, const std::filesystem::path& folder,
                      const std::vector<std::string>& exports, bool force);
/// Writes the folder under the first of folder, folder-2, ... that is free when it is complete; returns
/// which.
std::filesystem::path add_run_folder(const RunResult& result, const std::filesystem::path& folder,
                                     const std::vector<std::string>& exports);
/// Only what looks like a run folder (or is empty) may be replaced.
bool is_replaceable(const std::filesystem::path& folder);
/// Reads a run folder back (for `report`, `app RUN`).
RunResult read_run_folder(const std::filesystem::path& folder);

}  // namespace tempera
