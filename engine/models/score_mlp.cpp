// SPDX-License-Identifier: MIT
// Score network with EDM scaling (docs/model_files.md).
#include "models/network.hpp"

namespace tempera {

namespace {

template <class Real>
class ScoreMlp final : public NetworkModel<Real> {
public:
    ScoreMlp(const NetworkSettings& settings, const ModelContext<Real>& context)
        : NetworkModel<Real>("score_mlp", settings, context) {}
};

}  // namespace

ModelEntry score_mlp_model() {
    return {
        make_entry<Model, ModelContext, ScoreMlp, NetworkSettings>(
            "model", "score_mlp", "a learned score: no log densities between the ends"),
        [](const Json&) { return ModelInfo{.present = true, .trainable = true, .has_log_density = false}; }};
}

}  // namespace tempera
