// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace tempera::cli {

/// Throws ConfigError for an export that is none of `kinds`.
void check_exports(const std::vector<std::string>& exports, const std::vector<std::string>& kinds);

}  // namespace tempera::cli
