// SPDX-License-Identifier: MIT
// Energy network with EDM scaling (docs/model_files.md).
#include "models/network.hpp"

namespace tempera {

namespace {

template <class Real>
class EnergyMlp final : public NetworkModel<Real> {
public:
    EnergyMlp(const NetworkSettings& settings, const ModelContext<Real>& context)
        : NetworkModel<Real>("energy_mlp", settings, context) {}
};

}  // namespace

ModelEntry energy_mlp_model() {
    return {
        make_entry<Model, ModelContext, EnergyMlp, NetworkSettings>(
            "model", "energy_mlp", "a learned energy: log densities with their scores and Hessians"),
        [](const Json&) { return ModelInfo{.present = true, .trainable = true, .has_log_density = true}; }};
}

}  // namespace tempera
