// SPDX-License-Identifier: MIT
// Points of a target that a preset names: a file of them, or a run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/number_table.hpp"

namespace tempera {

/// Rows of numbers that may be points, whatever their number of columns.
struct PointTable {
    std::shared_ptr<const NumberTable> table;
    std::vector<double> log_weight;  ///< [n_rows] of a run; empty for other files, whose points count alike
};

/// A csv or npy file, an npz file with an array x [n, dim] (with log_weight [n] the samples of a run) or with
/// one array alone, or a run folder. Throws ConfigError at the file's name for what is not there or no such
/// file, and for weights that cannot be used.
PointTable read_point_table(const std::filesystem::path& file);

/// Points [n, dim] row-major in the target's coordinates.
struct StoredPoints {
    std::vector<double> x;
    std::vector<double> log_weight;  ///< as in PointTable
};

/// The same for points of `dim` coordinates. Throws ConfigError at `place`, too, for another number of
/// columns and for what is not finite.
StoredPoints read_points(const std::filesystem::path& file, int dim, const std::string& place);

}  // namespace tempera
