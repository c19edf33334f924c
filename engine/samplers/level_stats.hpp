// SPDX-License-Identifier: MIT
#pragma once

#include "core/state_archive.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

/// What the levels of a path with n_levels told so far, column by column.
void archive_levels(StateArchive& archive, int n_levels, std::vector<LevelStats>& levels);

}  // namespace tempera
