// SPDX-License-Identifier: MIT
#include "torch/torch_network.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include "torch/torch_layers.hpp"

namespace tempera::libtorch {

namespace {

at::Tensor rows(const std::vector<double>& values, int dim) {
    const auto n = static_cast<std::int64_t>(values.size()) / dim;
    return at::from_blob(const_cast<double*>(values.data()), {n, dim}, at::kDouble).clone();
}

std::vector<double> values(const at::Tensor& tensor) {
    const at::Tensor t = tensor.detach().to(at::kDouble).contiguous();
    return {t.const_data_ptr<double>(), t.const_data_ptr<double>() + t.numel()};
}

/// Points with their score, differentiable once more.
struct Field {
    TorchLayers layers;
    at::Tensor y, sigma, score;

    Field(const NetworkWeights& w, const std::vector<double>& at_points, double sigma_value, bool create)
        : layers(w, w.has_energy(), at::kDouble) {
        y = rows(at_points, w.dim).requires_grad_();
        sigma = at::full({y.size(0), 1}, sigma_value, y.options().requires_grad(false));
        score = layers.score(y, sigma, create);
    }
    /// Rows of J^T v.
    at::Tensor pull(const at::Tensor& v) const {
        return torch::autograd::grad({score}, {y}, {v}, true, false).front();
    }
};

}  // namespace

TorchNetwork::TorchNetwork(NetworkWeights weights, double sigma)
    : weights_(std::move(weights)), sigma_(sigma) {
    at::set_num_threads(1);  // small tensors: a pool of threads costs more than it brings
}

std::vector<double> TorchNetwork::log_density(const std::vector<double>& y) const {
    const at::NoGradGuard no_grad;
    const at::Tensor points = rows(y, weights_.dim);
    const at::Tensor sigma = at::full({points.size(0), 1}, sigma_, points.options());
    return values(TorchLayers(weights_, weights_.has_energy(), at::kDouble).log_density(points, sigma));
}

std::vector<double> TorchNetwork::score(const std::vector<double>& y) const {
    return values(Field(weights_, y, sigma_, false).score);
}

std::vector<double> TorchNetwork::vector_jacobian(const std::vector<double>& y,
                                                  const std::vector<double>& v) const {
    const Field field(weights_, y, sigma_, true);
    return values(field.pull(rows(v, weights_.dim)));
}

std::vector<double> TorchNetwork::jacobian_vector(const std::vector<double>& y,
                                                  const std::vector<double>& v) const {
    // J v is the derivative of w -> J^T w along v: reverse mode twice
    const Field field(weights_, y, sigma_, true);
    const at::Tensor w = at::ones_like(field.score).requires_grad_();
    const at::Tensor pulled = torch::autograd::grad({field.score}, {field.y}, {w}, true, true).front();
    const at::Tensor direction = rows(v, weights_.dim);
    return values(torch::autograd::grad({pulled}, {w}, {direction}).front());
}

std::vector<double> TorchNetwork::jacobian(const std::vector<double>& y) const {
    const Field field(weights_, y, sigma_, true);
    std::vector<at::Tensor> gradients;
    for (int i = 0; i < weights_.dim; ++i) {
        at::Tensor unit = at::zeros_like(field.score);
        unit.select(1, i).fill_(1);
        gradients.push_back(field.pull(unit));
    }
    return values(at::stack(gradients, 1));
}

LossGradient denoising_gradient(const NetworkWeights& weights, const std::vector<double>& y,
                                const std::vector<double>& z, const std::vector<double>& sigma) {
    TorchLayers layers(weights, weights.has_energy(), at::kDouble);
    std::vector<at::Tensor> parameters;
    for (std::size_t l = 0; l < layers.weight.size(); ++l) {
        parameters.push_back(layers.weight[l].requires_grad_());
        parameters.push_back(layers.bias[l].requires_grad_());
    }
    const at::Tensor points = rows(y, weights.dim).requires_grad_(), s = rows(sigma, 1);
    const double sd2 = weights.sigma_data * weights.sigma_data;
    // the denoiser y + sigma^2 score, less x_0 = y - sigma z
    const at::Tensor residual = s * rows(z, weights.dim) + s.square() * layers.score(points, s, true);
    const at::Tensor lambda = (s.square() + sd2) / (s.square() * sd2);
    const at::Tensor loss = (lambda * residual.square()).sum() / points.size(0);
    LossGradient out{loss.item<double>(), {}};
    const auto gradients = torch::autograd::grad({loss}, parameters, {}, false, false, true);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        // a scalar energy's last bias does not change the score
        const at::Tensor& g = gradients[i];
        const std::vector<double> part = values(g.defined() ? g : at::zeros_like(parameters[i]));
        out.gradient.insert(out.gradient.end(), part.begin(), part.end());
    }
    return out;
}

void write_script_module(const std::string& source, const std::filesystem::path& file) {
    torch::jit::Module module("Module");
    module.define(source);
    module.save(file.string());
}

}  // namespace tempera::libtorch
