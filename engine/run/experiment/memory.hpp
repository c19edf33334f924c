// SPDX-License-Identifier: MIT
#pragma once

#include "core/machine.hpp"
#include "core/settings.hpp"
#include "targets/mixture.hpp"

namespace tempera {

/// Bytes that a run needs for its particles, the tables of its levels and the Hessians of its threads: of a
/// target in `dim` dimensions, whose mixture may be null.
double memory_need(const Json& resolved, int dim, const Mixture* mixture);

/// Throws ConfigError at the setting that takes most when they cannot fit into `limit` bytes: said before
/// anything is filled, not by the system's killer afterwards.
void check_memory(const Json& resolved, int dim, const Mixture* mixture, double limit = memory_limit());

/// Throws ConfigError at `place` when `what` ("16000000 samples in 2 dimensions") needs more than `limit`
/// bytes.
void check_memory(double bytes, const std::string& place, const std::string& what, const std::string& fix,
                  double limit = memory_limit());

}  // namespace tempera
