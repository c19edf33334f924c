// SPDX-License-Identifier: MIT
#pragma once

#include "core/settings.hpp"
#include "targets/mixture.hpp"

namespace tempera {

/// What this program may use: the machine's memory, or less where the system limits it.
double memory_limit();

/// Throws ConfigError at the setting that takes most when the particles and tables of a run (of a target in
/// `dim` dimensions; its mixture may be null) cannot fit into `limit` bytes: said before anything is filled,
/// not by the system's killer afterwards.
void check_memory(const Json& resolved, int dim, const Mixture* mixture, double limit = memory_limit());

}  // namespace tempera
