// SPDX-License-Identifier: MIT
#include "support/networks.hpp"

#include <cmath>
#include <functional>

#include "core/rng.hpp"

namespace tempera::test {
namespace {

/// Layers of w.hidden, weights normal with `spread` / sqrt(inputs).
void fill_layers(NetworkWeights& w, Stream random, double spread, const std::function<float(Stream&)>& bias) {
    w.shift.assign(static_cast<std::size_t>(w.dim), 0.0);
    int in = w.dim + 1;
    for (std::size_t l = 0; l <= w.hidden.size(); ++l) {
        NetworkWeights::Layer layer;
        layer.in = in, layer.out = l < w.hidden.size() ? w.hidden[l] : w.n_outputs();
        for (int i = 0; i < layer.in * layer.out; ++i) {
            layer.weight.push_back(static_cast<float>(spread * random.normal() / std::sqrt(in)));
        }
        for (int i = 0; i < layer.out; ++i) {
            layer.bias.push_back(bias(random));
        }
        in = layer.out;
        w.layers.push_back(layer);
    }
}

}  // namespace

NetworkWeights random_network(const std::string& type, const std::string& head, int dim,
                              const std::vector<int>& hidden, std::uint64_t seed) {
    NetworkWeights w;
    w.type = type, w.head = head, w.dim = dim, w.hidden = hidden;
    w.sigma_data = 1.3, w.energy_scale_floor = 0.25;
    fill_layers(w, Stream(StreamKey{.seed = seed, .purpose = Purpose::diagnostic}, 0), 1.5,
                [](Stream& random) { return static_cast<float>(0.3 * random.normal()); });
    return w;
}

NetworkWeights small_network(const std::string& type) {
    NetworkWeights w;
    w.type = type, w.dim = 2, w.hidden = {12, 12}, w.energy_scale_floor = 0.5;
    fill_layers(w, Stream(StreamKey{.seed = 9, .purpose = Purpose::diagnostic}, 0), 1,
                [](Stream&) { return 0.2F; });
    return w;
}

}  // namespace tempera::test
