// SPDX-License-Identifier: MIT
// Models of noised densities: for every noise level sigma, the (unnormalised) log density or the score of
// y = x_0 + sigma z, x_0 ~ target. Learned networks and teaching models; diffusion paths are built on them.
#pragma once

#include <Eigen/Dense>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/catalogue.hpp"
#include "targets/target.hpp"

namespace tempera {

struct NetworkWeights;

template <class Real>
class Model {
public:
    virtual ~Model() = default;
    virtual int dim() const = 0;
    /// False for models that only have scores.
    virtual bool has_log_density() const { return true; }
    /// The density of y at noise level sigma > 0, up to a constant of its own.
    virtual std::shared_ptr<const Density<Real>> at(double sigma) const = 0;
};

/// What a model may know of the problem. Models live in path coordinates.
template <class Real>
struct ModelContext {
    std::shared_ptr<const Target<Real>> target;
    Coordinates coordinates;
    std::optional<Mixture> mixture;  ///< the target in path coordinates where it is a mixture
    std::uint64_t seed = 1;
    std::shared_ptr<const NetworkWeights> weights;  ///< of a network in training; null: of the model's file
    /// Loads a TorchScript model (engine/torch); empty in programs without LibTorch.
    std::function<std::shared_ptr<const Model<Real>>(const Json& settings, const ModelContext&)>
        load_torchscript;
};

/// What a model can do, as far as its settings tell.
struct ModelInfo {
    bool present = false;          ///< false: there is none
    bool trainable = false;        ///< a network whose weights engine/training finds
    bool has_log_density = false;  ///< false: scores alone
};

struct ModelEntry : Entry<Model, ModelContext> {
    std::function<ModelInfo(const Json& settings)> info_of;  ///< settings may be incomplete
};
/// energy_mlp, score_mlp, perturbed_exact, torchscript, and none (which makes a null model).
const std::vector<ModelEntry>& model_catalogue();
/// Of a preset's model section; none of an unknown type or of what is no section.
ModelInfo model_info(const Json& section);
/// True for networks that must be trained before they can be used: no file is given.
bool needs_training(const Json& section);
/// The networks by name, for messages: "energy_mlp or score_mlp".
std::string trainable_models();
/// Throws ConfigError at model.type unless the section is a network.
void check_trainable(const Json& section);

}  // namespace tempera
