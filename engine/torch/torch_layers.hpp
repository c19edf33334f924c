// SPDX-License-Identifier: MIT
// The networks of docs/model_files.md written with tensors, every derivative by automatic differentiation.
// Internal to this folder: for source files that have included LibTorch, which no header does.
#pragma once

#include <cmath>
#include <vector>

#include "models/weights.hpp"

namespace tempera::libtorch {

struct TorchLayers {
    std::vector<at::Tensor> weight, bias;  ///< [out, in], [out]
    bool is_score, dot, squared_norm;
    double sigma_data, scale_floor;

    /// `has_energy`: NetworkWeights::has_energy(), which the module that is loaded cannot ask.
    TorchLayers(const NetworkWeights& w, bool has_energy, at::ScalarType type)
        : is_score(!has_energy), dot(w.head == "dot"), squared_norm(w.head == "squared_norm"),
          sigma_data(w.sigma_data), scale_floor(w.energy_scale_floor) {
        for (const NetworkWeights::Layer& l : w.layers) {
            const auto tensor = [&](const std::vector<float>& v, at::IntArrayRef shape) {
                return at::from_blob(const_cast<float*>(v.data()), shape, at::kFloat).to(type).clone();
            };
            weight.push_back(tensor(l.weight, {l.out, l.in}));
            bias.push_back(tensor(l.bias, {l.out}));
        }
    }

    /// F of rows [n, dim + 1].
    at::Tensor output(at::Tensor h) const {
        for (std::size_t l = 0; l < weight.size(); ++l) {
            h = at::linear(h, weight[l], bias[l]);
            h = l + 1 < weight.size() ? at::silu(h) : h;
        }
        return h;
    }
    /// Log densities [n] of rows y [n, dim] at noise levels sigma [n, 1].
    at::Tensor log_density(const at::Tensor& y, const at::Tensor& sigma) const {
        const at::Tensor v = sigma.square() + sigma_data * sigma_data, u = y * v.rsqrt();
        const at::Tensor f = output(at::cat({u, sigma.log() / 4}, 1));
        const at::Tensor g = dot ? (u * f).sum(1, true) : squared_norm ? -0.5 * f.square().sum(1, true) : f;
        const at::Tensor prefactor = sigma_data * (sigma.square() + scale_floor * scale_floor).rsqrt();
        return (prefactor * g - y.square().sum(1, true) / (2 * v)).squeeze(1);
    }
    /// Scores [n, dim]; energies need y.requires_grad(). `create`: differentiable again.
    at::Tensor score(const at::Tensor& y, const at::Tensor& sigma, bool create) const {
        if (!is_score) {
            return gradient(log_density(y, sigma).sum(), y, create);
        }
        const at::Tensor v = sigma.square() + sigma_data * sigma_data;
        const at::Tensor f = output(at::cat({y * v.rsqrt(), sigma.log() / 4}, 1));
        return sigma_data / (sigma * v.sqrt()) * f - y / v;
    }
    static at::Tensor gradient(const at::Tensor& of, const at::Tensor& x, bool create) {
        return torch::autograd::grad({of}, {x}, {}, create, create).front();
    }
};

}  // namespace tempera::libtorch
