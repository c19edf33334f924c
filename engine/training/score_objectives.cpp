// SPDX-License-Identifier: MIT
// Losses that see gradients of the log density only: blind to the weights of separated modes.
#include <cmath>

#include "training/objective.hpp"
#include "training/teacher.hpp"

namespace tempera::training {

namespace {

/// mean lambda |residual|^2, lambda = v / (sigma sd)^2, where the residual of the denoiser is `base` -
/// sigma^2 slope; adds its gradient through the slope.
template <class Real>
double denoiser_loss(const Net<Real>& net, PointBatch<Real>& points, const Matrix<Real>& base, double weight,
                     Parameters<Real>& gradient) {
    const int n = points.size();
    const Real sd2 = static_cast<Real>(net.spec().sigma_data * net.spec().sigma_data);
    const auto s2 = points.sigma.array().square().eval();
    const Matrix<Real> residual = base - points.slope * s2.matrix().asDiagonal();
    const Vector<Real> lambda = (s2 + sd2) / (s2 * sd2);
    const double loss =
        residual.colwise().squaredNorm().transpose().cwiseProduct(lambda).template cast<double>().sum() / n;
    Cotangents<Real> c;
    c.slope = residual * (lambda.array() * s2 * static_cast<Real>(-2 * weight / n)).matrix().asDiagonal();
    net.accumulate(points, c, gradient);
    return loss;
}

/// Denoising score matching (Vincent 2011) with the EDM weighting.
template <class Real>
class Dsm final : public Objective<Real> {
public:
    Dsm(const LossSettings& s, const ObjectiveContext<Real>&) : Objective<Real>(s) {}
    double add_gradient(const Batch<Real>& batch, double weight, Parameters<Real>& gradient) const override {
        auto drawn = draw_points(batch, batch.size);
        batch.net.evaluate(drawn.points, true);
        return denoiser_loss(batch.net, drawn.points, Matrix<Real>(drawn.z * drawn.points.sigma.asDiagonal()),
                             weight, gradient);
    }
};

struct TsmSettings : LossSettings {
    double top = 0.3;
    void describe(Describer& d) {
        LossSettings::describe(d);
        d.number("top", top,
                 {.min = 0,
                  .max = 1,
                  .open_min = true,
                  .help = "fraction of the noise law, from its low end, that takes part"});
    }
};

/// Target score matching (De Bortoli et al. 2024): the denoiser's target is y + sigma^2 grad log gamma(x_0);
/// low noise only.
template <class Real>
class Tsm final : public Objective<Real> {
public:
    Tsm(const TsmSettings& s, const ObjectiveContext<Real>& context) : Objective<Real>(s), top_(s.top) {
        if (!context.has_target) {
            throw ConfigError("model.losses", "tsm needs the target's score, not only samples");
        }
    }
    double add_gradient(const Batch<Real>& batch, double weight, Parameters<Real>& gradient) const override {
        auto drawn = draw_points(batch, batch.size, top_);
        batch.net.evaluate(drawn.points, true);
        const Matrix<double> at = target_values(*batch.data.target, drawn.x0.template cast<double>());
        const Matrix<Real> score = at.bottomRows(batch.data.dim).template cast<Real>();
        // D - D* = -sigma^2 (grad U + grad log gamma(x_0))
        const Matrix<Real> base = -(score * drawn.points.sigma.array().square().matrix().asDiagonal());
        return denoiser_loss(batch.net, drawn.points, base, weight, gradient);
    }

private:
    double top_;
};

struct DistillationSettings : LossSettings {
    std::string teacher;
    void describe(Describer& d) {
        LossSettings::describe(d);
        d.file("teacher", teacher, {},
               {.help = "weights (npz) or training folder of the score that is matched"});
    }
};

/// Matches -grad U to the score of a trained network.
template <class Real>
class EnergyDistillation final : public Objective<Real> {
public:
    EnergyDistillation(const DistillationSettings& s, const ObjectiveContext<Real>& context)
        : Objective<Real>(s), teacher_(load_teacher<Real>(s.teacher, context.spec.dim)) {}
    double add_gradient(const Batch<Real>& batch, double weight, Parameters<Real>& gradient) const override {
        auto drawn = draw_points(batch, batch.size);
        batch.net.evaluate(drawn.points, true);
        PointBatch<Real> taught;
        taught.y = drawn.points.y, taught.sigma = drawn.points.sigma;
        teacher_.evaluate(taught, true);
        const Matrix<Real> base = taught.slope * drawn.points.sigma.array().square().matrix().asDiagonal();
        return denoiser_loss(batch.net, drawn.points, base, weight, gradient);
    }

private:
    Net<Real> teacher_;
};

}  // namespace

ObjectiveEntry dsm_objective() {
    return make_entry<Objective, ObjectiveContext, Dsm, LossSettings>(
        "model.losses", "dsm", "denoising score matching: sees gradients only");
}
ObjectiveEntry tsm_objective() {
    return make_entry<Objective, ObjectiveContext, Tsm, TsmSettings>("model.losses", "tsm",
                                                                     "target score matching at low noise");
}
ObjectiveEntry energy_distillation_objective() {
    return make_entry<Objective, ObjectiveContext, EnergyDistillation, DistillationSettings>(
        "model.losses", "energy_distillation", "matches the score of a trained network");
}

}  // namespace tempera::training
