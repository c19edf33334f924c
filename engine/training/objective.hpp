// SPDX-License-Identifier: MIT
// Losses of learned fields. Each is one method of the catalogue: it draws its own noise from keyed streams (a
// function of the step, so that a resumed training needs no generator's state) and adds its gradient for
// every parameter.
#pragma once

#include <memory>

#include "core/catalogue.hpp"
#include "core/rng.hpp"
#include "targets/density.hpp"
#include "training/field.hpp"
#include "training/training_settings.hpp"

namespace tempera::training {

/// What is trained on, in path coordinates.
struct TrainingData {
    int dim = 0;
    std::vector<double> x;                          ///< [n, dim] row-major, equally weighted
    std::shared_ptr<const Density<double>> target;  ///< unnormalised; null when only samples are known
    long size() const { return dim ? static_cast<long>(x.size()) / dim : 0; }
};

/// Law of the noise levels.
struct NoiseLaw {
    bool log_normal = false;
    double min = 0.02, max = 10;
    explicit NoiseLaw(const NoiseSettings& s) : log_normal(s.type == "log_normal"), min(s.min), max(s.max) {}
    double quantile(double u) const;
};

template <class Real>
struct Batch {
    const Net<Real>& net;
    const TrainingData& data;
    const NoiseLaw& noise;
    StreamKey key;  ///< of this step and loss
    int size;       ///< data points asked for
    /// The field that terms without a gradient are made of (backward kernels); null: `net` as it stands.
    const Net<Real>* held = nullptr;
};

/// What every loss takes.
struct LossSettings {
    double weight = 1;
    void describe(Describer& d) {
        d.number("weight", weight,
                 {.min = 0, .change = Change::hot, .help = "factor of this loss in the sum"});
    }
};

template <class Real>
class Objective {
public:
    explicit Objective(const LossSettings& settings) : weight_(settings.weight) {}
    virtual ~Objective() = default;
    /// Of the loss in the sum.
    double weight() const { return weight_; }
    /// Value of the loss; adds weight times its gradient.
    virtual double add_gradient(const Batch<Real>& batch, double weight,
                                Parameters<Real>& gradient) const = 0;
    /// Steps before the loss takes part.
    virtual int warm_up() const { return 0; }
    /// Called once, before its first step.
    virtual void start(Net<Real>& net, const TrainingData& data, const NoiseLaw& noise,
                       const StreamKey& key) const {
        (void)net, (void)data, (void)noise, (void)key;
    }

private:
    double weight_;
};

template <class Real>
struct ObjectiveContext {
    bool has_energy = true, has_target = true;
    NetSpec spec;
};

using ObjectiveEntry = Entry<Objective, ObjectiveContext>;
/// dsm, tsm, rne, diffclf, energy_distillation, energy_pinning.
const std::vector<ObjectiveEntry>& objective_catalogue();
const std::vector<SettingsType>& loss_types();  ///< of the catalogue

/// Loss i of a preset's model.losses; ConfigErrors name it (model.losses[i].teacher).
std::shared_ptr<Objective<float>> make_loss(const Json& losses, std::size_t i,
                                            const ObjectiveContext<float>& context);

/// Noised data points and how they were made.
template <class Real>
struct NoisedPoints {
    PointBatch<Real> points;
    Matrix<Real> x0, z;  ///< y = x0 + sigma z
};

/// n data points at stratified noise levels between the law's quantiles 0 and `top`.
template <class Real>
NoisedPoints<Real> draw_points(const Batch<Real>& batch, int n, double top = 1);
/// Log density (row 0) and score (the other rows) of the target at the columns of x, [1 + dim, n].
Matrix<double> target_values(const Density<double>& target, const Matrix<double>& x);

}  // namespace tempera::training
