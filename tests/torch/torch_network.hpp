// SPDX-License-Identifier: MIT
// LibTorch's word on trained networks: what automatic differentiation makes of the same weights. The engine's
// own kernels and hand-written gradients are tested against it. No LibTorch type appears here, because
// including LibTorch costs every translation unit seconds and a gigabyte.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/weights.hpp"

namespace tempera::libtorch {

/// Points, directions and what comes back are row-major [n, dim], float64.
class TorchNetwork {
public:
    TorchNetwork(NetworkWeights weights, double sigma);

    std::vector<double> log_density(const std::vector<double>& y) const;  ///< [n]; energies only
    std::vector<double> score(const std::vector<double>& y) const;        ///< [n, dim]
    /// J v and J^T v of the score's Jacobian J (for energies the Hessian of the log density), [n, dim].
    std::vector<double> jacobian_vector(const std::vector<double>& y, const std::vector<double>& v) const;
    std::vector<double> vector_jacobian(const std::vector<double>& y, const std::vector<double>& v) const;
    std::vector<double> jacobian(const std::vector<double>& y) const;  ///< [n, dim, dim], row i is d score_i

private:
    NetworkWeights weights_;
    double sigma_;
};

struct LossGradient {
    double loss;
    std::vector<double> gradient;  ///< of every layer: weights [out, in], then biases
};
/// Denoising score matching with EDM weights, mean over points y = x_0 + sigma z [n, dim], sigma [n], in
/// float64.
LossGradient denoising_gradient(const NetworkWeights& weights, const std::vector<double>& y,
                                const std::vector<double>& z, const std::vector<double>& sigma);

/// Saves a module whose methods are the TorchScript source given (def forward(self, y, sigma): ...).
void write_script_module(const std::string& source, const std::filesystem::path& file);

}  // namespace tempera::libtorch
