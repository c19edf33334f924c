// SPDX-License-Identifier: MIT
#include "core/csv.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "core/settings.hpp"

namespace tempera {

std::string csv_number(double value, bool blank_nan) {
    if (std::isnan(value)) {
        return blank_nan ? "" : "nan";
    }
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value);
    return std::string(text, end.ptr);
}

std::string csv_text(const std::string& value) {
    if (value.find_first_of(",\"\n\r") == std::string::npos) {
        return value;
    }
    std::string out = "\"";
    for (char c : value) {
        out += c;
        if (c == '"') {
            out += c;
        }
    }
    return out + "\"";
}

void for_each_csv_row(const std::string& text,
                      const std::function<void(std::vector<std::string>& row)>& tell) {
    std::vector<std::string> row;
    std::string field;
    bool quoted = false, any = false;
    const auto end_row = [&] {
        if (any || !field.empty()) {
            row.push_back(std::move(field));
            tell(row);
        }
        row.clear();
        field.clear();
        any = false;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
                field += '"';
                ++i;
            } else if (c == '"') {
                quoted = false;
            } else {
                field += c;
            }
        } else if (c == '"') {
            quoted = any = true;
        } else if (c == ',') {
            row.push_back(std::move(field));
            field.clear();
            any = true;
        } else if (c == '\n') {
            end_row();
        } else if (c != '\r') {
            field += c;
        }
    }
    end_row();
}

std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
    std::vector<std::vector<std::string>> rows;
    for_each_csv_row(text, [&](std::vector<std::string>& row) { rows.push_back(std::move(row)); });
    return rows;
}

double parse_csv_number(const std::string& field) {
    if (field.empty()) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    double value = 0;
    const auto end = std::from_chars(field.data(), field.data() + field.size(), value);
    if (end.ec != std::errc() || end.ptr != field.data() + field.size()) {
        throw ConfigError("csv", "\"" + field + "\" is no number");
    }
    return value;
}

CsvTable::CsvTable(const std::string& text, std::string origin, const std::vector<std::string>& needed)
    : origin_(std::move(origin)), rows_(parse_csv(text)) {
    if (rows_.empty()) {
        throw ConfigError(origin_, "has no header");
    }
    columns_ = rows_.front();
    rows_.erase(rows_.begin());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        index_.emplace(columns_[i], i);
    }
    for (const std::string& column : needed) {
        if (!has(column)) {
            const std::string near = nearest_name(column, columns_);
            throw ConfigError(origin_, "has no column \"" + column + "\"" +
                                           (near.empty() ? "" : "; is \"" + near + "\" meant?"));
        }
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (rows_[i].size() != columns_.size()) {
            throw ConfigError(origin_, "row " + std::to_string(i + 2) + " has " +
                                           std::to_string(rows_[i].size()) + " columns, expected " +
                                           std::to_string(columns_.size()));
        }
    }
}

const std::string& CsvTable::text(std::size_t row, const std::string& column) const {
    static const std::string none;
    const auto at = index_.find(column);
    return at == index_.end() ? none : rows_[row][at->second];
}

double CsvTable::number(std::size_t row, const std::string& column) const {
    try {
        return parse_csv_number(text(row, column));
    } catch (const ConfigError&) {
        throw ConfigError(origin_, "row " + std::to_string(row + 2) + ", column " + column + ": \"" +
                                       text(row, column) + "\" is no number");
    }
}

}  // namespace tempera
