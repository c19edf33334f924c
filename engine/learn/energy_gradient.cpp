#include "learn/energy_gradient.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace tempera::learn {

struct EnergyNetwork::Layers {
    struct Linear {
        at::Tensor weight, bias;
    };
    std::size_t dim = 0;
    std::vector<Linear> linear;

    at::Tensor forward(at::Tensor x) const {
        for (std::size_t i = 0; i < linear.size(); ++i) {
            x = at::linear(x, linear[i].weight, linear[i].bias);
            if (i + 1 < linear.size()) {
                x = at::silu(x);
            }
        }
        return x.squeeze(-1);
    }

    at::Tensor rows(std::span<const double> points) const {
        if (points.size() % dim != 0) {
            throw std::invalid_argument("points must hold whole rows of the network's dimension");
        }
        const auto n = static_cast<std::int64_t>(points.size() / dim);
        // from_blob wants a mutable pointer; the clone is what gets used.
        return at::from_blob(const_cast<double*>(points.data()), {n, static_cast<std::int64_t>(dim)},
                             at::kDouble)
            .clone();
    }
};

namespace {

void copy_out(const at::Tensor& tensor, std::span<double> out) {
    if (out.size() != static_cast<std::size_t>(tensor.numel())) {
        throw std::invalid_argument("output has the wrong size");
    }
    const at::Tensor contiguous = tensor.contiguous();
    std::copy_n(contiguous.const_data_ptr<double>(), out.size(), out.begin());
}

}  // namespace

EnergyNetwork::EnergyNetwork(const EnergyNetworkShape& shape) : layers_(std::make_unique<Layers>()) {
    if (shape.dim == 0) {
        throw std::invalid_argument("an energy network needs dim >= 1");
    }
    layers_->dim = shape.dim;
    auto generator = at::make_generator<at::CPUGeneratorImpl>(shape.seed);
    auto fan_in = static_cast<std::int64_t>(shape.dim);
    auto add = [&](std::size_t width) {
        const auto fan_out = static_cast<std::int64_t>(width);
        const double scale = 1.0 / std::sqrt(static_cast<double>(fan_in));
        layers_->linear.push_back({at::randn({fan_out, fan_in}, generator, at::kDouble) * scale,
                                   at::randn({fan_out}, generator, at::kDouble) * 0.1});
        fan_in = fan_out;
    };
    std::ranges::for_each(shape.hidden, add);
    add(1);
}

EnergyNetwork::~EnergyNetwork() = default;
EnergyNetwork::EnergyNetwork(EnergyNetwork&&) noexcept = default;
EnergyNetwork& EnergyNetwork::operator=(EnergyNetwork&&) noexcept = default;

std::size_t EnergyNetwork::dim() const { return layers_->dim; }

void EnergyNetwork::energy(std::span<const double> points, std::span<double> energies) const {
    copy_out(layers_->forward(layers_->rows(points)), energies);
}

void EnergyNetwork::gradient(std::span<const double> points, std::span<double> gradients) const {
    const at::Tensor x = layers_->rows(points).requires_grad_();
    // Rows do not interact, so the gradient of the sum holds every row's gradient.
    const at::Tensor total = layers_->forward(x).sum();
    copy_out(torch::autograd::grad({total}, {x}).front(), gradients);
}

}  // namespace tempera::learn
