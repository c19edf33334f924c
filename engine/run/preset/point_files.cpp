// SPDX-License-Identifier: MIT
#include "run/preset/point_files.hpp"

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "core/npy.hpp"

namespace tempera {

namespace {

namespace fs = std::filesystem;

void check_shape(const NpyArray& a, int dim, const std::string& name, const std::string& place) {
    if (a.shape.size() != 2 || a.shape[1] != static_cast<std::size_t>(dim) || a.shape[0] == 0) {
        std::string shape;
        for (const std::size_t n : a.shape) {
            shape += (shape.empty() ? "" : ", ") + std::to_string(n);
        }
        throw ConfigError(place, name + " has shape [" + shape + "]; points of this target need [n, " +
                                     std::to_string(dim) + "]");
    }
}

void check_finite(const std::vector<double>& x, int dim, const std::string& name, const std::string& place) {
    const auto bad = std::find_if(x.begin(), x.end(), [](double v) { return !std::isfinite(v); });
    if (bad != x.end()) {
        throw ConfigError(place, name + " holds a value that is no number in row " +
                                     std::to_string((bad - x.begin()) / dim));
    }
}

StoredPoints samples_of_run(const fs::path& file, int dim, const std::string& place) {
    const Npz arrays = read_npz(file);
    if (!arrays.contains("x") || !arrays.contains("log_weight")) {
        throw ConfigError(place, file.string() + " holds no weighted samples");
    }
    check_shape(arrays.at("x"), dim, file.string(), place);
    StoredPoints out{arrays.at("x").to_doubles(), arrays.at("log_weight").to_doubles()};
    const auto top = std::max_element(out.log_weight.begin(), out.log_weight.end());
    const bool numbers =
        std::none_of(out.log_weight.begin(), out.log_weight.end(), [](double w) { return std::isnan(w); });
    if (out.log_weight.size() * static_cast<std::size_t>(dim) != out.x.size() || !numbers ||
        !std::isfinite(*top)) {
        throw ConfigError(place, file.string() + " holds weights that cannot be used");
    }
    return out;
}

}  // namespace

StoredPoints read_points(const fs::path& file, int dim, const std::string& place) {
    std::error_code unknown;
    if (!fs::exists(file, unknown)) {
        throw ConfigError(place, file.string() + " does not exist; give an npy file [n, " +
                                     std::to_string(dim) + "] (numpy.save) or a run folder");
    }
    StoredPoints out;
    try {
        if (fs::is_directory(file)) {
            out = samples_of_run(file / "samples.npz", dim, place);
        } else if (file.extension() == ".npz") {
            out = samples_of_run(file, dim, place);
        } else {
            const NpyArray a = read_npy(file);
            check_shape(a, dim, file.string(), place);
            out.x = a.to_doubles();
        }
    } catch (const ConfigError& error) {
        if (error.problems().front().place == place) {
            throw;
        }
        throw ConfigError(place, error.what());  // the reader names the file
    }
    check_finite(out.x, dim, file.string(), place);
    return out;
}

}  // namespace tempera
