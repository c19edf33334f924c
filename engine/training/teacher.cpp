// SPDX-License-Identifier: MIT
#include "training/teacher.hpp"

#include <algorithm>

#include "core/errors.hpp"

namespace tempera::training {

template <class Real>
Net<Real> load_teacher(const std::string& file, int dim) {
    if (file.empty()) {
        throw ConfigError("model.losses",
                          "energy_distillation needs a teacher: weights (npz) or a training folder");
    }
    const NetworkWeights w = read_network_weights(file, "model.losses.teacher");
    if (w.dim != dim) {
        throw ConfigError("model.losses.teacher", file + " is for dimension " + std::to_string(w.dim) +
                                                      ", the target has " + std::to_string(dim));
    }
    NetSpec spec;
    spec.type = w.type;
    spec.dim = w.dim;
    spec.hidden = w.hidden;
    spec.head = head_of(w.has_energy(), w.head);
    spec.sigma_data = w.sigma_data;
    spec.scale_floor = w.energy_scale_floor;
    Net<Real> net(spec);
    for (int l = 0; l < net.shape().n_layers(); ++l) {
        const auto& layer = w.layers.at(static_cast<std::size_t>(l));
        std::copy(layer.weight.begin(), layer.weight.end(),
                  net.parameters().begin() + static_cast<std::ptrdiff_t>(net.shape().weight_offset(l)));
        std::copy(layer.bias.begin(), layer.bias.end(),
                  net.parameters().begin() + static_cast<std::ptrdiff_t>(net.shape().bias_offset(l)));
    }
    return net;
}

template <class Real>
NetworkWeights export_weights(const Net<Real>& net, const Parameters<Real>& parameters) {
    NetworkWeights w;
    const NetSpec& s = net.spec();
    w.type = s.type;
    w.dim = s.dim;
    w.hidden = s.hidden;
    w.head = s.head == Head::score ? "scalar" : to_string(s.head);
    w.sigma_data = s.sigma_data;
    w.energy_scale_floor = s.scale_floor;
    w.noise_min = s.noise_min, w.noise_max = s.noise_max;
    for (int l = 0; l < net.shape().n_layers(); ++l) {
        NetworkWeights::Layer layer;
        layer.in = net.shape().columns(l), layer.out = net.shape().rows(l);
        const auto at = parameters.begin() + static_cast<std::ptrdiff_t>(net.shape().weight_offset(l));
        const auto bias = parameters.begin() + static_cast<std::ptrdiff_t>(net.shape().bias_offset(l));
        layer.weight.assign(at, bias);
        layer.bias.assign(bias, bias + layer.out);
        w.layers.push_back(std::move(layer));
    }
    return w;
}

template Net<float> load_teacher(const std::string&, int);
template Net<double> load_teacher(const std::string&, int);
template NetworkWeights export_weights(const Net<float>&, const Parameters<float>&);
template NetworkWeights export_weights(const Net<double>&, const Parameters<double>&);

}  // namespace tempera::training
