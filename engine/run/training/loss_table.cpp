// SPDX-License-Identifier: MIT
#include "run/training/loss_table.hpp"

#include <fstream>

#include "core/csv.hpp"
#include "core/files.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t own_columns = 4;  // before those of the losses

std::string row_of(const training::StepLosses& s) {
    std::string row = std::to_string(s.step);
    for (const double v : {s.total, s.learning_rate, s.gradient_norm}) {
        row += "," + csv_number(v);
    }
    for (const double v : s.each) {
        row += "," + csv_number(v);
    }
    return row + "\n";
}

std::string rows_from(const std::vector<training::StepLosses>& history, std::size_t first) {
    std::string rows;
    for (std::size_t i = first; i < history.size(); ++i) {
        rows += row_of(history[i]);
    }
    return rows;
}

/// csv_number writes "nan" for a loss that had not started.
double value_of(const std::string& field) {
    return field == "nan" ? std::numeric_limits<double>::quiet_NaN() : parse_csv_number(field);
}

}  // namespace

std::string loss_table(const std::vector<std::string>& names,
                       const std::vector<training::StepLosses>& history) {
    std::string table = "step,total,learning_rate,gradient_norm";
    for (const std::string& name : names) {
        table += "," + name;
    }
    return table + "\n" + rows_from(history, 0);
}

void append_loss_table(const fs::path& file, const std::vector<std::string>& names,
                       const std::vector<training::StepLosses>& history, std::size_t& tabled) {
    if (tabled == 0) {
        write_file_atomically(file, loss_table(names, history));
    } else {
        std::ofstream out(file, std::ios::binary | std::ios::app);
        if (!(out << rows_from(history, tabled)).flush()) {
            tabled = 0;  // it may end in half a row
            throw std::runtime_error(file.string() + ": cannot be written");
        }
    }
    tabled = history.size();
}

std::vector<std::string> read_loss_names(const fs::path& file) {
    const auto rows = fs::exists(file) ? parse_csv(read_file_text(file)) : decltype(parse_csv(""))();
    if (rows.empty() || rows[0].size() < own_columns || rows[0][0] != "step") {
        throw ConfigError(file.string(), "cannot be read as a table of losses by step");
    }
    return {rows[0].begin() + own_columns, rows[0].end()};
}

std::vector<training::StepLosses> read_loss_table(const fs::path& file, const std::vector<std::string>& names,
                                                  long last_step) {
    std::vector<training::StepLosses> history;
    if (!fs::exists(file)) {
        return history;
    }
    const auto rows = parse_csv(read_file_text(file));
    const std::size_t columns = own_columns + names.size();
    for (std::size_t r = 1; r < rows.size(); ++r) {
        const std::vector<std::string>& row = rows[r];
        if (row.size() != columns) {
            break;  // the program ended while it wrote this one; only rows beyond the checkpoint can be such
        }
        training::StepLosses s;
        s.step = static_cast<long>(value_of(row[0]));
        if (s.step > last_step) {
            break;
        }
        s.total = value_of(row[1]), s.learning_rate = value_of(row[2]), s.gradient_norm = value_of(row[3]);
        for (std::size_t c = own_columns; c < columns; ++c) {
            s.each.push_back(value_of(row[c]));
        }
        history.push_back(std::move(s));
    }
    return history;
}

}  // namespace tempera
