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

/// What a model may know of the problem. Models live in path coordinates: x = shift + scale * y of the
/// target's.
template <class Real>
struct ModelContext {
    std::shared_ptr<const Target<Real>> target;
    Eigen::VectorXd shift;
    double scale = 1;
    std::optional<Mixture> mixture;  ///< the target in path coordinates where it is a mixture
    std::uint64_t seed = 1;
    std::shared_ptr<const NetworkWeights> weights;  ///< of a network in training; null: of the model's file
    /// Loads a TorchScript model (learn/); empty in programs without LibTorch.
    std::function<std::shared_ptr<const Model<Real>>(const Json& settings, const ModelContext&)>
        load_torchscript;
};

using ModelEntry = Entry<Model, ModelContext>;
/// energy_mlp, score_mlp, perturbed_exact, torchscript, and none (which makes a null model).
const std::vector<ModelEntry>& model_catalogue();
/// True for networks whose weights are made by training.
bool is_trainable(const std::string& type);
/// False for "none".
bool is_model(const Json& section);
/// True for networks that must be trained before they can be used: no file is given.
bool needs_training(const Json& section);

}  // namespace tempera
