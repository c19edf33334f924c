// SPDX-License-Identifier: MIT
#include "run/preset/point_files.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "core/npy.hpp"

namespace tempera {

namespace {

namespace fs = std::filesystem;

void check_weights(const PointTable& points, const std::string& name) {
    const std::vector<double>& w = points.log_weight;
    const bool numbers = std::none_of(w.begin(), w.end(), [](double v) { return std::isnan(v); });
    if (w.size() != points.table->n_rows || !numbers ||
        !std::isfinite(*std::max_element(w.begin(), w.end()))) {
        throw ConfigError(name, "holds weights that cannot be used");
    }
}

/// The array of the points among those of an archive.
const NpyArray& points_among(const Npz& arrays, const std::string& name) {
    if (const auto x = arrays.find("x"); x != arrays.end()) {
        return x->second;
    }
    if (arrays.size() == 1) {
        return arrays.begin()->second;
    }
    std::string names;
    for (const auto& [other, array] : arrays) {
        names += (names.empty() ? "" : ", ") + other;
    }
    throw ConfigError(name, "holds the arrays " + (names.empty() ? std::string("of none") : names) +
                                "; points are an array x [n, dim], or the only one");
}

PointTable table_in_archive(const fs::path& file) {
    const Npz arrays = read_npz(file);
    PointTable out;
    out.table = std::make_shared<NumberTable>(table_of(points_among(arrays, file.string()), file.string()));
    if (const auto weights = arrays.find("log_weight"); weights != arrays.end() && arrays.contains("x")) {
        out.log_weight = weights->second.to_doubles();
        check_weights(out, file.string());
    }
    return out;
}

/// The samples of a run are its weighted ones.
fs::path file_of(const fs::path& file) {
    std::error_code unknown;
    return fs::is_directory(file, unknown) ? file / "samples.npz" : file;
}

void check_table(const NumberTable& table, int dim, const std::string& name, const std::string& place) {
    if (table.n_rows == 0 || table.n_columns != static_cast<std::size_t>(dim)) {
        throw ConfigError(place, name + " has " + std::to_string(table.n_rows) + " rows of " +
                                     std::to_string(table.n_columns) +
                                     " columns; points of this target need [n, " + std::to_string(dim) + "]");
    }
    const auto bad = std::find_if(table.values.begin(), table.values.end(), [](double v) {
        return !(std::abs(v) <= static_cast<double>(std::numeric_limits<float>::max()));
    });
    if (bad != table.values.end()) {
        const auto at = static_cast<std::size_t>(bad - table.values.begin());
        throw ConfigError(place, name +
                                     (std::isfinite(*bad) ? " has a number beyond single precision in "
                                                          : " has no finite number in ") +
                                     table.place(at / table.n_columns, at % table.n_columns));
    }
}

}  // namespace

PointTable read_point_table(const fs::path& file) {
    const fs::path points = file_of(file);
    return points.extension() == ".npz" ? table_in_archive(points)
                                        : PointTable{read_number_table(points), {}};
}

StoredPoints read_points(const fs::path& file, int dim, const std::string& place) {
    std::error_code unknown;
    if (!fs::exists(file, unknown)) {
        throw ConfigError(place, file.string() + " does not exist; give a csv or npy file [n, " +
                                     std::to_string(dim) + "] (numpy.save) or a run folder");
    }
    PointTable points;
    try {
        points = read_point_table(file);
    } catch (const ConfigError& error) {
        throw ConfigError(place, error.what());  // the reader names the file
    }
    check_table(*points.table, dim, file.string(), place);
    return {points.table->values, std::move(points.log_weight)};
}

}  // namespace tempera
