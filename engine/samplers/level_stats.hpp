// SPDX-License-Identifier: MIT
#pragma once

#include "core/record.hpp"
#include "core/state_archive.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

/// The series that report_levels() knows, in the order of levels.csv.
const std::vector<std::string>& level_series_names();
/// Adds what the levels told so far as series over "level", each under the name of its field.
void report_levels(Record& record, const std::vector<LevelStats>& levels);
/// What the levels of a path with n_levels told so far, column by column.
void archive_levels(StateArchive& archive, int n_levels, std::vector<LevelStats>& levels);

}  // namespace tempera
