// SPDX-License-Identifier: MIT
// Tables of numbers that users bring: csv or npy.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tempera {

struct NpyArray;

struct NumberTable {
    std::vector<std::string> columns;  ///< names; empty where the file has none
    std::size_t n_rows = 0, n_columns = 0;
    std::vector<double> values;  ///< [n_rows, n_columns]; NaN where a field is empty

    double operator()(std::size_t row, std::size_t column) const { return values[row * n_columns + column]; }
    /// "age", or the number of a column without a name, from 1.
    std::string column_name(std::size_t column) const;
    /// "row 3, column age": as the file counts, from 1 and with its header.
    std::string place(std::size_t row, std::size_t column) const;
};

/// A csv file (comma-separated, with a header unless its first row is all numbers) or an npy file of one or
/// two axes. Read once for as long as the file stays the same. Throws ConfigError at the file's name: what is
/// no text or no number, with its row (the header is the first) and column, and rows of unequal length.
std::shared_ptr<const NumberTable> read_number_table(const std::filesystem::path& file);

/// The same of an array of one or two axes; `name` is told in messages.
NumberTable table_of(const NpyArray& array, const std::string& name);

/// The folder of data sets that the environment variable TEMPERA_DATA names; empty where it is not set.
std::filesystem::path data_folder();

/// A data set may be named without ending: "german" is german_data.npy or german.csv.
inline constexpr const char* data_set_endings[] = {"_data.npy", ".csv"};

}  // namespace tempera
