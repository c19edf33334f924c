// SPDX-License-Identifier: MIT
// The two readable forms of a result.
#pragma once

#include "run/record/result.hpp"

namespace tempera {

/// Self-contained HTML report with inline SVG.
std::string html_report(const RunResult& result);
/// Readable summary table for terminals.
std::string summary_table(const RunResult& result);

}  // namespace tempera
