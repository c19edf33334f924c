// SPDX-License-Identifier: MIT
#include "core/number_table.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "core/csv.hpp"
#include "core/errors.hpp"
#include "core/files.hpp"
#include "core/npy.hpp"
#include "core/recent.hpp"

namespace tempera {

namespace {

std::string trimmed(const std::string& text) {
    constexpr const char* blanks = " \t\r";
    const std::size_t begin = text.find_first_not_of(blanks);
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// NaN for an empty field, nothing for text.
std::optional<double> number_of(const std::string& field) {
    try {
        return parse_csv_number(field);
    } catch (const ConfigError&) {
        return {};
    }
}

NumberTable parse_table(std::string text, const std::string& name) {
    if (text.starts_with("\xEF\xBB\xBF")) {  // the mark that some programs put before UTF-8
        text.erase(0, 3);
    }
    std::vector<std::vector<std::string>> rows = parse_csv(text);
    for (std::vector<std::string>& row : rows) {
        std::transform(row.begin(), row.end(), row.begin(), trimmed);
    }
    NumberTable out;
    if (rows.empty()) {
        return out;
    }
    const bool header = !std::all_of(rows[0].begin(), rows[0].end(),
                                     [](const std::string& field) { return number_of(field).has_value(); });
    if (header) {
        out.columns = rows[0];
    }
    out.n_columns = rows[0].size();
    for (std::size_t i = header; i < rows.size(); ++i) {
        const std::string at = "row " + std::to_string(i + 1);
        if (rows[i].size() != out.n_columns) {
            throw ConfigError(name, at + " has " + std::to_string(rows[i].size()) +
                                        " columns, the first has " + std::to_string(out.n_columns));
        }
        for (std::size_t j = 0; j < out.n_columns; ++j) {
            const auto number = number_of(rows[i][j]);
            if (!number) {
                throw ConfigError(name, at + ", column " + out.column_name(j) + ": \"" + rows[i][j] +
                                            "\" is no number");
            }
            out.values.push_back(*number);
        }
        ++out.n_rows;
    }
    return out;
}

NumberTable table_of(const NpyArray& array, const std::string& name) {
    if (array.shape.empty() || array.shape.size() > 2) {
        throw ConfigError(name, "has " + std::to_string(array.shape.size()) +
                                    " axes; a table has two, [rows, columns], or one");
    }
    return {{}, array.shape[0], array.shape.size() == 2 ? array.shape[1] : 1, array.to_doubles()};
}

}  // namespace

std::string NumberTable::column_name(std::size_t column) const {
    return column < columns.size() && !columns[column].empty() ? columns[column] : std::to_string(column + 1);
}

std::shared_ptr<const NumberTable> read_number_table(const std::filesystem::path& file) {
    static auto& kept = *new Recent<FileStamp, NumberTable>(4);
    return kept.get(FileStamp(file), [&] {
        return file.extension() == ".npy" ? table_of(read_npy(file), file.string())
                                          : parse_table(read_file_text(file), file.string());
    });
}

std::filesystem::path data_folder() {
    const char* folder = std::getenv("TEMPERA_DATA");
    return folder ? folder : "";
}

}  // namespace tempera
