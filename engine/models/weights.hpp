// SPDX-License-Identifier: MIT
// Weights of trained networks as plain npz files (docs/model_files.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/network_settings.hpp"

namespace tempera {

/// A fully connected network F(c_in y, c_noise), c_noise = log(sigma) / 4, and what turns it into a density.
struct NetworkWeights {
    struct Layer {
        int in = 0, out = 0;
        std::vector<float> weight, bias;  ///< [out, in] row-major, [out]
    };
    std::string type = "energy_mlp";  ///< name of a trainable model
    int dim = 0;
    std::vector<int> hidden;
    std::string activation = "silu", head = "scalar", parameterisation = "edm";
    double sigma_data = 1, energy_scale_floor = 0;
    std::vector<double> shift;  ///< [dim]: the network's coordinates are (x - shift) / scale
    double scale = 1;
    double noise_min = 0, noise_max = 0;  ///< noise levels that it was trained on; 0, 0: not known
    std::vector<Layer> layers;            ///< hidden.size() + 1

    /// True for networks of an energy, false for those of a score.
    bool has_energy() const;
    /// 1 for scalar energy heads, dim otherwise.
    int n_outputs() const;
};

void write_network_weights(const std::filesystem::path& file, const NetworkWeights& weights);
/// `file`: an npz file or a training folder. Throws ConfigError at `place` with what is wrong (missing,
/// damaged, no number, wrong shape) and what to do.
NetworkWeights read_network_weights(const std::filesystem::path& file, const std::string& place);
/// Reads and compares with what a preset says: type, layers, head, dim and coordinates; ConfigError at
/// `place`.
NetworkWeights read_network_weights(const std::string& type, const NetworkSettings& settings, int dim,
                                    const std::vector<double>& shift, double scale, const std::string& place);

}  // namespace tempera
