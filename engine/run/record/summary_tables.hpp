// SPDX-License-Identifier: MIT
// The parts of summary_keys(), in the order of summary.json.
#pragma once

#include <span>

#include "run/record/summary_keys.hpp"

namespace tempera {

std::span<const SummaryKey> head_keys();
std::span<const SummaryKey> weight_keys();
std::span<const SummaryKey> mode_keys();
std::span<const SummaryKey> learned_path_keys();
std::span<const SummaryKey> exchange_keys();
std::span<const SummaryKey> reference_keys();
std::span<const SummaryKey> work_keys();
std::span<const SummaryKey> sweep_cell_keys();

}  // namespace tempera
