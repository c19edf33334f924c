// SPDX-License-Identifier: MIT
#include "run/record/tables.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/csv.hpp"
#include "core/errors.hpp"
#include "core/files.hpp"
#include "samplers/level_stats.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

const std::string error_suffix = "_stderr", exact_suffix = "_exact";

/// Columns of equal length, each under its name.
struct Columns {
    std::vector<std::string> names;
    std::vector<std::vector<double>> values;

    void add(std::string name, std::vector<double> column) {
        names.push_back(std::move(name));
        values.push_back(std::move(column));
    }
    std::string text() const {
        std::string out;
        for (std::size_t c = 0; c < names.size(); ++c) {
            out += (c ? "," : "") + csv_text(names[c]);
        }
        out += "\n";
        for (std::size_t row = 0; row < values.front().size(); ++row) {
            for (std::size_t c = 0; c < values.size(); ++c) {
                out += (c ? "," : "") + csv_number(values[c][row]);
            }
            out += "\n";
        }
        return out;
    }
};

/// Rows of levels.csv: the levels in the order of their first point.
class Rows {
public:
    explicit Rows(const Record& record) {
        for (const Series& series : record.series) {
            for (const double x : series.axis == "level" ? series.x : std::vector<double>()) {
                if (row_of_.emplace(x, at_.size()).second) {
                    at_.push_back(x);
                }
            }
        }
    }
    const std::vector<double>& levels() const { return at_; }
    std::vector<double> spread(const Series& series, const std::vector<double>& values) const {
        std::vector<double> out(at_.size(), not_a_number);
        for (std::size_t i = 0; i < values.size(); ++i) {
            out[row_of_.at(series.x[i])] = values[i];
        }
        return out;
    }

private:
    std::vector<double> at_;
    std::map<double, std::size_t> row_of_;
};

void add_series(Columns& columns, const Rows& rows, const Series& series) {
    columns.add(series.name, rows.spread(series, series.y));
    if (!series.error.empty()) {
        columns.add(series.name + error_suffix, rows.spread(series, series.error));
    }
    if (series.exact) {
        columns.add(series.name + exact_suffix, std::vector<double>(rows.levels().size(), *series.exact));
    }
}

/// Series of a table, of its columns but those of `taken`.
void read_series(Record& record, const CsvTable& table, const std::vector<std::string>& taken) {
    const auto is_taken = [&](const std::string& name) {
        return std::find(taken.begin(), taken.end(), name) != taken.end();
    };
    const auto belongs_to_another = [&](const std::string& name) {
        return std::any_of(table.columns().begin(), table.columns().end(), [&](const std::string& other) {
            return name == other + error_suffix || name == other + exact_suffix;
        });
    };
    for (const std::string& name : table.columns()) {
        if (is_taken(name) || belongs_to_another(name)) {
            continue;
        }
        Series series{name, "level", "", {}, {}, {}, {}};
        for (std::size_t row = 0; row < table.size(); ++row) {
            series.add(table.number(row, "level"), table.number(row, name),
                       table.number(row, name + error_suffix));
        }
        if (table.has(name + exact_suffix) && table.size() > 0) {
            series.exact = table.number(0, name + exact_suffix);
        }
        record.add(std::move(series));
    }
}

void read_levels(RunResult& r, const fs::path& file) {
    const CsvTable table(read_file_text(file), file.string(), {"level"});
    r.positions.assign(static_cast<std::size_t>(r.summary.value("n_levels", 0)) + 1,
                       {not_a_number, not_a_number, not_a_number, not_a_number});
    for (std::size_t row = 0; row < table.size(); ++row) {
        const double level = table.number(row, "level");
        if (!(level >= 0 && level < static_cast<double>(r.positions.size()))) {
            throw ConfigError(file.string(), "level " + table.text(row, "level") + " is not on the path");
        }
        r.positions[static_cast<std::size_t>(level)] = {table.number(row, "rho"), table.number(row, "alpha"),
                                                        table.number(row, "sigma"),
                                                        table.number(row, "beta")};
    }
    read_series(r.first.record, table, {"level", "rho", "alpha", "sigma", "beta"});
}

/// What a row of modes.csv says of one mode.
const std::vector<std::pair<const char*, std::vector<double> ModeRow::*>>& mode_columns() {
    static const std::vector<std::pair<const char*, std::vector<double> ModeRow::*>> columns = {
        {"exact", &ModeRow::exact},
        {"sampled", &ModeRow::sampled},
        {"weighted", &ModeRow::weighted},
        {"learned", &ModeRow::learned},
        {"sampled_interval", &ModeRow::sampled_interval},
        {"weighted_interval", &ModeRow::weighted_interval}};
    return columns;
}

void read_modes(RunResult& r, const fs::path& file) {
    const CsvTable table(read_file_text(file), file.string(), {"level"});
    for (std::size_t row = 0; row < table.size(); ++row) {
        const int level = static_cast<int>(table.number(row, "level"));
        if (r.first.modes.empty() || r.first.modes.back().level != level) {
            r.first.modes.emplace_back().level = level;
        }
        for (const auto& [name, field] : mode_columns()) {
            if (!table.text(row, name).empty()) {
                (r.first.modes.back().*field).push_back(table.number(row, name));
            }
        }
    }
}

/// A row per point of the series over other axes.
void read_series_over_other_axes(Record& record, const fs::path& file) {
    const CsvTable table(read_file_text(file), file.string(), {"series", "axis", "at", "value"});
    for (std::size_t row = 0; row < table.size(); ++row) {
        const std::string &name = table.text(row, "series"), &axis = table.text(row, "axis");
        if (record.series.empty() || record.series.back().name != name || record.series.back().axis != axis) {
            record.series.push_back({name, axis, table.text(row, "unit"), {}, {}, {}, {}});
        }
        Series& series = record.series.back();
        series.add(table.number(row, "at"), table.number(row, "value"), table.number(row, "stderr"));
        if (const double exact = table.number(row, "exact"); !std::isnan(exact)) {
            series.exact = exact;
        }
    }
}

}  // namespace

std::string levels_table(const RunResult& r) {
    const Record& record = r.first.record;
    const Rows rows(record);
    Columns columns;
    columns.add("level", rows.levels());
    const auto position = [&](const char* name, double LevelPosition::* field) {
        std::vector<double> values;
        for (const double level : rows.levels()) {
            values.push_back(r.positions.at(static_cast<std::size_t>(level)).*field);
        }
        columns.add(name, std::move(values));
    };
    position("rho", &LevelPosition::rho);
    position("alpha", &LevelPosition::alpha);
    position("sigma", &LevelPosition::sigma);
    position("beta", &LevelPosition::beta);
    for (const std::string& name : level_series_names()) {  // whether they are known or not
        const Series* series = record.find(name);
        add_series(columns, rows, series ? *series : Series{name, "level", "", {}, {}, {}, {}});
    }
    for (const Series& series : record.series) {
        if (series.axis == "level" && std::ranges::count(level_series_names(), series.name) == 0) {
            add_series(columns, rows, series);
        }
    }
    return columns.text();
}

std::string series_table(const Record& record) {
    std::string out;
    for (const Series& series : record.series) {
        const std::string exact = series.exact ? csv_number(*series.exact) : "";
        for (std::size_t i = 0; series.axis != "level" && i < series.y.size(); ++i) {
            out += csv_text(series.name) + "," + csv_text(series.axis) + "," + csv_text(series.unit) + "," +
                   csv_number(series.x[i]) + "," + csv_number(series.y[i]) + "," +
                   (i < series.error.size() ? csv_number(series.error[i]) : "") + "," + exact + "\n";
        }
    }
    return out.empty() ? out : "series,axis,unit,at,value,stderr,exact\n" + out;
}

std::string modes_table(const RunResult& r) {
    const auto some = [&](std::vector<double> ModeRow::* field) {
        return std::any_of(r.first.modes.begin(), r.first.modes.end(),
                           [&](const ModeRow& row) { return !(row.*field).empty(); });
    };
    auto columns = mode_columns();
    std::erase_if(columns, [&](const auto& column) {
        return std::string(column.first).ends_with("interval") && !some(column.second);
    });
    std::string out = "level,rho,mode";
    for (const auto& [name, field] : columns) {
        out += std::string(",") + name;
    }
    out += "\n";
    for (const ModeRow& row : r.first.modes) {
        const std::string rho = csv_number(r.positions.at(static_cast<std::size_t>(row.level)).rho);
        const std::size_t n = std::max(row.sampled.size(), row.exact.size());
        for (std::size_t m = 0; m < n; ++m) {
            out += std::to_string(row.level) + "," + rho + "," + std::to_string(m);
            for (const auto& [name, field] : columns) {
                const std::vector<double>& values = row.*field;
                out += "," + (m < values.size() ? csv_number(values[m]) : std::string());
            }
            out += "\n";
        }
    }
    return out;
}

void write_tables(const RunResult& r, const fs::path& folder) {
    const auto write = [&](const fs::path& name, const std::string& text) {
        write_bytes_atomically(folder / name, text.data(), text.size());
    };
    write("levels.csv", levels_table(r));
    write("modes.csv", modes_table(r));
    if (const std::string text = series_table(r.first.record); !text.empty()) {
        write("series.csv", text);
    }
}

void read_tables(RunResult& r, const fs::path& folder) {
    read_levels(r, folder / "levels.csv");
    read_modes(r, folder / "modes.csv");
    if (fs::exists(folder / "series.csv")) {
        read_series_over_other_axes(r.first.record, folder / "series.csv");
    }
}

}  // namespace tempera
