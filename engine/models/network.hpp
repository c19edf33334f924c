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
        : type_(type) {
        dim_ = context.coordinates.dim();
        if (context.weights) {
            network_ = pack_network<Real>(*context.weights);
            dim_ = context.weights->dim;
            return;
        }
        if (settings.file.empty()) {
            throw ConfigError("model.file", "is empty: the network has no trained weights; train it (tempera "
                                            "train), or name an npz file or a training folder");
        }
        const Coordinates& c = context.coordinates;
        const std::vector<double> shift(c.shift().begin(), c.shift().end());
        network_ =
            pack_network<Real>(read_network_weights(type, settings, dim_, shift, c.scale(), "model.file"));
    }
    int dim() const override { return dim_; }
    bool has_log_density() const override { return type_ == "energy_mlp"; }
    std::shared_ptr<const Density<Real>> at(double sigma) const override {
        return network_density<Real>(network_, sigma);
    }

private:
    std::string type_;
    int dim_ = 0;
    std::shared_ptr<const PackedNetwork<Real>> network_;
};

}  // namespace tempera
