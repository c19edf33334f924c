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
#include "core/text.hpp"

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

/// What does not follow the form of the rows before.
class TableReader {
public:
    explicit TableReader(std::string name) : name_(std::move(name)) {}

    void row(std::vector<std::string>& fields) {
        ++line_;
        std::transform(fields.begin(), fields.end(), fields.begin(), trimmed);
        if (line_ == 1) {
            table_.n_columns = fields.size();
            if (!std::all_of(fields.begin(), fields.end(),
                             [](const std::string& field) { return number_of(field).has_value(); })) {
                table_.columns = fields;
                return;
            }
        }
        const std::string at = "row " + std::to_string(line_);
        if (fields.size() != table_.n_columns) {
            throw ConfigError(name_, at + " has " + std::to_string(fields.size()) +
                                         " columns, the first has " + std::to_string(table_.n_columns));
        }
        for (std::size_t j = 0; j < table_.n_columns; ++j) {
            const auto number = number_of(fields[j]);
            if (!number) {
                refuse(at + ", column " + table_.column_name(j), fields[j]);
            }
            table_.values.push_back(*number);
        }
        ++table_.n_rows;
    }
    NumberTable take() { return std::move(table_); }

private:
    [[noreturn]] void refuse(const std::string& at, const std::string& field) const {
        constexpr std::size_t room = 40;
        const bool parted = field.find_first_of("; \t") != std::string::npos;
        throw ConfigError(name_, at + ": \"" + printable(field.substr(0, room)) +
                                     (field.size() > room ? "..." : "") + "\" is no number" +
                                     (parted ? "; columns are parted by commas, decimals have a point" : ""));
    }

    std::string name_;
    NumberTable table_;
    std::size_t line_ = 0;
};

NumberTable parse_table(std::string text, const std::string& name) {
    if (text.find('\0') != std::string::npos) {
        throw ConfigError(name,
                          "holds bytes that are no text; a csv file has rows of numbers parted by commas");
    }
    if (text.starts_with("\xEF\xBB\xBF")) {  // the mark that some programs put before UTF-8
        text.erase(0, 3);
    }
    TableReader reader(name);
    for_each_csv_row(text, [&](std::vector<std::string>& row) { reader.row(row); });
    return reader.take();
}

}  // namespace

NumberTable table_of(const NpyArray& array, const std::string& name) {
    if (array.shape.empty() || array.shape.size() > 2) {
        throw ConfigError(name, "has " + std::to_string(array.shape.size()) +
                                    " axes; a table has two, [rows, columns], or one");
    }
    const std::size_t n_columns = array.shape.size() == 2 ? array.shape[1] : 1;
    if (n_columns == 0) {
        throw ConfigError(name, "has no columns");
    }
    return {{}, array.shape[0], n_columns, array.to_doubles()};
}

std::string NumberTable::column_name(std::size_t column) const {
    return column < columns.size() && !columns[column].empty() ? columns[column] : std::to_string(column + 1);
}

std::string NumberTable::place(std::size_t row, std::size_t column) const {
    return "row " + std::to_string(row + 1 + !columns.empty()) + ", column " + column_name(column);
}

std::shared_ptr<const NumberTable> read_number_table(const std::filesystem::path& file) {
    static auto& kept = *new Recent<FileStamp, NumberTable>(4);
    return kept.get(FileStamp(file), [&] {
        std::error_code unknown;
        if (std::filesystem::exists(file, unknown) && !std::filesystem::is_regular_file(file, unknown)) {
            throw ConfigError(file.string(), "is no regular file");  // a pipe may never end
        }
        return file.extension() == ".npy" ? table_of(read_npy(file), file.string())
                                          : parse_table(read_file_text(file), file.string());
    });
}

std::filesystem::path data_folder() {
    const char* folder = std::getenv("TEMPERA_DATA");
    return folder ? folder : "";
}

}  // namespace tempera
