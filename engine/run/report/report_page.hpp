// SPDX-License-Identifier: MIT
// What the report and the terminal table have in common.
#pragma once

#include <string>
#include <vector>

#include "run/record/result.hpp"

namespace tempera {

/// One line of the summary: name, value, and what stands beside it in small print (truth, spread).
struct ReportRow {
    std::string name, value, beside;
};
std::vector<ReportRow> report_rows(const RunResult& result);
/// Target, path, kernel, sampler and sizes in one line.
std::string report_subtitle(const RunResult& result);
/// One sentence from a fixed set that says how the run went.
std::string report_verdict(const RunResult& result);

}  // namespace tempera
