// SPDX-License-Identifier: MIT
// The tables of a run folder, written and read by the names of their columns: levels.csv, modes.csv and,
// where there are series over other axes, series.csv.
#pragma once

#include <filesystem>
#include <string>

#include "run/record/result.hpp"

namespace tempera {

/// The path's levels that were seen, in the order of seeing them, and every series over "level". Standard
/// errors stand in NAME_stderr, exact values in NAME_exact.
std::string levels_table(const RunResult& result);
/// A row per point of every series over another axis; empty where there is none.
std::string series_table(const Record& record);
/// A row per level and mode, counted from 0.
std::string modes_table(const RunResult& result);
void write_tables(const RunResult& result, const std::filesystem::path& folder);
/// Reads what write_tables() wrote; `result` knows its summary. Throws ConfigError with file, row and column.
void read_tables(RunResult& result, const std::filesystem::path& folder);

}  // namespace tempera
