// SPDX-License-Identifier: MIT
// Diffusion path: level k is the law of alpha_k x_0 + sigma_k z. For a Gaussian mixture every level is a
// mixture again, so that densities, scores and Hessians are exact.
#include <cmath>
#include <limits>

#include "core/scratch.hpp"
#include "paths/density_path.hpp"
#include "paths/schedule.hpp"
#include "paths/standardise.hpp"

namespace tempera {

namespace {

struct DiffusionSettings {
    std::string process = "vp", reference = "standard_normal";
    int n_levels = 64;
    bool standardise = true;
    Json schedule{{"type", "log_snr"}};

    void describe(Describer& d) {
        d.choice(
            "process", process, {"vp", "ve"},
            {.help = "variance preserving (alpha^2 + sigma^2 = 1) or variance exploding (alpha = 1) noise"});
        d.integer("n_levels", n_levels,
                  {.min = 1,
                   .max = 100000,
                   .log_scale = true,
                   .help = "number of steps from the reference to the target"});
        d.boolean("standardise", standardise,
                  {.help = "map the target to zero mean and unit average variance first"});
        d.choice(
            "reference", reference, {"standard_normal", "exact"},
            {.help = "law at the last level: a normal, or the true noised target (for tests and teaching)"});
        d.json("schedule", schedule, {.help = "noise-to-signal ratios of the levels"});
    }
};

Mixture single_gaussian(int dim, double variance) {
    Mixture m;
    m.components.push_back({1.0, Eigen::VectorXd::Zero(dim), Eigen::VectorXd::Constant(dim, variance),
                            Eigen::MatrixXd::Identity(dim, dim)});
    return m;
}

template <class Real>
class DiffusionPath final : public DensityPath<Real> {
public:
    DiffusionPath(const DiffusionSettings& s, const PathContext<Real>& context)
        : target_(context.target), rho_(context.schedule) {
        if (!target_->mixture()) {
            throw ConfigError("path.type", "diffusion needs the exact noised densities of the target, which "
                                           "exist for Gaussian mixtures only; "
                                           "choose tempering for this target");
        }
        Problems problems;
        check_schedule(rho_, static_cast<int>(rho_.size()), true, "path.schedule.rho", problems);
        problems.throw_if_any();
        preserving_ = s.process == "vp";
        exact_reference_ = s.reference == "exact";
        affine_ = affine_of(*target_, s.standardise);
        mixture_ = target_->mixture()->standardised(affine_.shift, affine_.scale);
        fields_.push_back(make_mixture_density<Real>(mixture_));
        for (int k = 1; k <= n_levels(); ++k) {
            const LevelPosition p = position(k);
            fields_.push_back(make_mixture_density<Real>(mixture_.noised(p.alpha, p.sigma)));
        }
        if (!exact_reference_) {
            const double data_variance = mixture_.covariance().trace() / dim();
            reference_variance_ = preserving_ ? 1.0 : rho_.back() * rho_.back() + data_variance;
            reference_ = make_mixture_density<Real>(single_gaussian(dim(), reference_variance_));
        }
    }

    int dim() const override { return mixture_.dim(); }
    int n_levels() const override { return static_cast<int>(rho_.size()); }
    LevelPosition position(int level) const override {
        const double rho = level == 0 ? 0.0 : rho_.at(static_cast<std::size_t>(level) - 1),
                     none = std::numeric_limits<double>::quiet_NaN();
        const double alpha = preserving_ ? 1 / std::sqrt(1 + rho * rho) : 1.0;
        return {rho, alpha, rho * alpha, none};
    }

    const Density<Real>& density(int level) const override {
        return level == n_levels() && !exact_reference_ ? *reference_
                                                        : *fields_.at(static_cast<std::size_t>(level));
    }
    std::optional<double> log_normaliser(int level) const override {
        return level == 0 ? mixture_.log_z : 0.0;
    }
    const Density<Real>* field(int level) const override {
        return fields_.at(static_cast<std::size_t>(level)).get();
    }
    std::shared_ptr<const Density<Real>> field_at(double alpha, double sigma) const override {
        return make_mixture_density<Real>(mixture_.noised(alpha, sigma));
    }

    void sample_reference(const StreamKey& key, std::uint32_t first, Block<Real> out) const override {
        if (exact_reference_) {
            noised(n_levels()).sample(key, first, out);
            return;
        }
        fill_normals(key, first, out);
        const Real sd = static_cast<Real>(std::sqrt(reference_variance_));
        for (int i = 0; i < dim(); ++i) {
            for (int lane = 0; lane < out.lanes(); ++lane) {
                out(i, lane) *= sd;
            }
        }
    }
    bool has_level_sampler(int) const override { return true; }
    void sample_level(int level, const StreamKey& key, std::uint32_t first, Block<Real> out) const override {
        if (level == n_levels()) {
            sample_reference(key, first, out);
        } else {
            noised(level).sample(key, first, out);
        }
    }

    double move_variance(int level) const override {
        return level == n_levels() && !exact_reference_ ? reference_variance_
                                                        : noised(level).smallest_scale();
    }
    std::vector<double> mode_weights(int) const override { return target_->mode_weights(); }
    std::vector<double> mode_responsibilities(int level, const std::vector<double>& x) const override {
        return noised(level).responsibilities(x);
    }
    std::optional<Mixture> level_mixture(int level) const override { return noised(level); }

    const Target<Real>& target() const override { return *target_; }
    Eigen::VectorXd shift() const override { return affine_.shift; }
    double scale() const override { return affine_.scale; }
    Json frozen_schedule() const override { return Json{{"type", "explicit"}, {"rho", rho_}}; }

private:
    Mixture noised(int level) const {
        const LevelPosition p = position(level);
        return level == 0 ? mixture_ : mixture_.noised(p.alpha, p.sigma);
    }

    std::shared_ptr<const Target<Real>> target_;
    Schedule rho_;
    bool preserving_ = true, exact_reference_ = false;
    Affine affine_;
    Mixture mixture_;  ///< the target in path coordinates
    std::vector<std::shared_ptr<const Density<Real>>> fields_;
    std::shared_ptr<const Density<Real>> reference_;
    double reference_variance_ = 1;
};

}  // namespace

PathEntry diffusion_path() {
    return make_entry<DensityPath, PathContext, DiffusionPath, DiffusionSettings>(
        "path", "diffusion",
        "the target blurred by more and more Gaussian noise (exact for Gaussian mixtures)");
}

}  // namespace tempera
