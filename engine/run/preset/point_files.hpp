// SPDX-License-Identifier: MIT
// Points of a target that a preset names: a file of them, or a run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tempera {

/// Points [n, dim] row-major in the target's coordinates.
struct StoredPoints {
    std::vector<double> x;
    std::vector<double> log_weight;  ///< [n] of a run; empty for a plain file, whose points count alike
};

/// An npy file [n, dim], the samples.npz of a run, or a run folder. Throws ConfigError at `place` for what is
/// not there, has another shape, is not finite, or has weights that cannot be used.
StoredPoints read_points(const std::filesystem::path& file, int dim, const std::string& place);

}  // namespace tempera
