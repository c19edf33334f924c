// SPDX-License-Identifier: MIT
// Comma-separated tables (RFC 4180): numbers in shortest round-trip form, empty fields for what is unknown.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tempera {

/// Shortest text that reads back to the same double; "" for NaN when `blank_nan`.
std::string csv_number(double value, bool blank_nan = true);
/// Text of a field, quoted when it holds commas, quotes or line breaks.
std::string csv_text(const std::string& value);
/// Tells the rows of fields one after the other, so that large files need no room beside their text; quoted
/// fields may hold commas and line breaks. Empty lines are no rows.
void for_each_csv_row(const std::string& text,
                      const std::function<void(std::vector<std::string>& row)>& tell);
/// All rows.
std::vector<std::vector<std::string>> parse_csv(const std::string& text);
/// NaN for an empty field; throws ConfigError for text that is no number.
double parse_csv_number(const std::string& field);

/// A table with a header, read by the names of its columns, whatever their order and whatever else it has.
class CsvTable {
public:
    /// Throws ConfigError with `origin` for text without a header, a row of another length or a column of
    /// `needed` that is missing.
    CsvTable(const std::string& text, std::string origin, const std::vector<std::string>& needed);

    std::size_t size() const { return rows_.size(); }
    const std::vector<std::string>& columns() const { return columns_; }
    bool has(const std::string& column) const { return index_.count(column) > 0; }
    /// Empty where there is no such column.
    const std::string& text(std::size_t row, const std::string& column) const;
    /// NaN where the field is empty or the column is missing; throws ConfigError where it is no number.
    double number(std::size_t row, const std::string& column) const;

private:
    std::string origin_;
    std::vector<std::string> columns_;
    std::map<std::string, std::size_t> index_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace tempera
