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
    std::string key = {};  ///< of the summary, for what is judged
    Mark mark = Mark::none;
};
/// What is judged of the result.
std::vector<HealthFinding> report_findings(const RunResult& result);
/// `findings`: those of report_findings().
std::vector<ReportRow> report_rows(const RunResult& result, const std::vector<HealthFinding>& findings);
/// "ESS / N: good from 0.3 on (...)" for each finding between good and bad that no warning explains.
std::vector<std::string> doubts(const std::vector<HealthFinding>& findings);
/// A finding as a line of a report: of trainings, whose numbers have no rows of their own.
ReportRow finding_row(const HealthFinding& finding);
/// Rows of a page's table, each with the sign of its mark.
std::string rows_html(const std::vector<ReportRow>& rows);
std::string doubts_html(const std::vector<HealthFinding>& findings);
/// A section of its own; empty where there are none.
std::string warnings_html(const std::vector<RunWarning>& warnings);
/// Rows for terminals: "!" before what is bad, "~" before what is doubtful.
std::string rows_text(std::vector<ReportRow> rows);
/// The doubts, then the warnings, a line each.
std::string doubts_text(const std::vector<HealthFinding>& findings, const std::vector<RunWarning>& warnings);
/// For terminals: plain signs that every encoding and every script can read.
std::string plain(std::string text);
/// Target, path, kernel, sampler and sizes in one line.
std::string report_subtitle(const RunResult& result);
/// One sentence from a fixed set that says how the run went.
std::string report_verdict(const RunResult& result, const std::vector<HealthFinding>& findings);

}  // namespace tempera
