// SPDX-License-Identifier: MIT
// Internal to this folder: models whose densities come from trained networks.
#pragma once

#include "models/mlp.hpp"
#include "models/model.hpp"

namespace tempera {

template <class Real>
class NetworkModel : public Model<Real> {
public:
    NetworkModel(const std::string& type, const NetworkSettings& settings, const ModelContext<Real>& context)
        : dim_(context.coordinates.dim()) {
        if (context.weights) {
            use(*context.weights);
            return;
        }
        if (settings.file.empty()) {
            throw ConfigError("model.file", "is empty: the network has no trained weights; train it (tempera "
                                            "train), or name an npz file or a training folder");
        }
        const Coordinates& c = context.coordinates;
        const std::vector<double> shift(c.shift().begin(), c.shift().end());
        use(read_network_weights(type, settings, dim_, shift, c.scale(), "model.file"));
    }
    int dim() const override { return dim_; }
    bool has_log_density() const override { return has_energy_; }
    std::shared_ptr<const Density<Real>> at(double sigma) const override {
        return network_density<Real>(network_, sigma);
    }

private:
    void use(const NetworkWeights& weights) {
        network_ = pack_network<Real>(weights);
        dim_ = weights.dim;
        has_energy_ = weights.has_energy();
    }

    int dim_ = 0;
    bool has_energy_ = false;
    std::shared_ptr<const PackedNetwork<Real>> network_;
};

}  // namespace tempera
