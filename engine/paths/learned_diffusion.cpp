// SPDX-License-Identifier: MIT
// Diffusion path whose noised densities come from a model. Level 0 is the target itself and level n_levels
// the reference, so that weights end where they must; between them densities (or scores alone) are the
// model's.
#include <cmath>

#include "core/scratch.hpp"
#include "paths/diffusion_levels.hpp"
#include "targets/hessian_products.hpp"

namespace tempera {

namespace {

/// Density of x = alpha y for the model's density of y.
template <class Real>
class Shrunk final : public Density<Real>, public KeepsHessians<Real> {
public:
    Shrunk(std::shared_ptr<const Density<Real>> inner, double alpha)
        : inner_(std::move(inner)), stretch_(static_cast<Real>(1 / alpha)),
          log_jacobian_(static_cast<Real>(-inner_->dim() * std::log(alpha))) {}
    int dim() const override { return inner_->dim(); }
    bool has_hessian() const override { return inner_->has_hessian(); }
    bool has_log_density() const override { return inner_->has_log_density(); }
    std::unique_ptr<const HessianProducts<Real>> products_at(Block<const Real> x) const override {
        return std::make_unique<Products>(*this, x);
    }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        Scratch frame;
        inner_->evaluate_uncounted(stretched(x, frame), wanted);
        for (int lane = 0; wanted.log_density && lane < x.lanes(); ++lane) {
            wanted.log_density[lane] += log_jacobian_;
        }
        if (wanted.score) {
            multiply(wanted.score, dim(), stretch_, x.lanes());
        }
        if (wanted.hessian) {
            multiply(wanted.hessian, dim() * dim(), stretch_ * stretch_, x.lanes());
        }
    }
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        Scratch frame;
        inner_->hessian_vector_uncounted(stretched(x, frame), v, out);
        multiply(out.data, dim(), stretch_ * stretch_, x.lanes());
    }

private:
    class Products final : public HessianProducts<Real> {
    public:
        Products(const Shrunk& of, Block<const Real> x)
            : of_(of), inner_(hessian_products<Real>(*of.inner_, of.stretched(x, frame_))) {}

    protected:
        void multiply_block(Block<const Real> v, Block<Real> out) const override {
            inner_->multiply_uncounted(v, out);
            Shrunk::multiply(out.data, of_.dim(), of_.stretch_ * of_.stretch_, v.lanes());
        }

    private:
        const Shrunk& of_;
        Scratch frame_;  // of the stretched points
        std::unique_ptr<const HessianProducts<Real>> inner_;
    };

    static void multiply(Real* rows, int n_rows, Real factor, int lanes) {
        for (int i = 0; i < n_rows; ++i) {
            Real* row = rows + static_cast<std::ptrdiff_t>(i) * block_size;
            for (int lane = 0; lane < lanes; ++lane) {
                row[lane] *= factor;
            }
        }
    }
    Block<const Real> stretched(Block<const Real> x, Scratch& frame) const {
        const Block<Real> y{frame.take<Real>(static_cast<std::size_t>(dim()) * block_size), dim(), x.n};
        for (int i = 0; i < dim(); ++i) {
            for (int lane = 0; lane < x.lanes(); ++lane) {
                y(i, lane) = stretch_ * x(i, lane);
            }
        }
        return y;
    }

    std::shared_ptr<const Density<Real>> inner_;
    Real stretch_, log_jacobian_;
};

template <class Real>
class LearnedDiffusion final : public DiffusionLevels<Real> {
public:
    LearnedDiffusion(const DiffusionSettings& s, const PathContext<Real>& context)
        : DiffusionLevels<Real>(s, context) {
        const Json settings = context.model.is_object() ? context.model : Json{{"type", "none"}};
        const ModelEntry& entry = find_entry(model_catalogue(), "model", settings["type"].get<std::string>());
        ModelContext<Real> model;
        model.target = context.target;
        model.coordinates = this->coordinates();
        model.mixture = this->mixture();
        model.seed = context.seed;
        model.weights = context.weights;
        model.load_torchscript = context.load_torchscript;
        model_ = entry.template make<Real>(settings, model);
        if (!model_) {
            throw ConfigError(
                "model.type",
                "\"none\" leaves a learned_diffusion path without densities; choose energy_mlp, score_mlp, "
                "perturbed_exact or torchscript, or path.type \"diffusion\"");
        }
        if (model_->dim() != this->dim()) {
            throw ConfigError("model.file", "is a model in dimension " + std::to_string(model_->dim()) +
                                                ", but the target has " + std::to_string(this->dim()) +
                                                "; take another model or target");
        }
        if (!this->reference() && !model_->has_log_density()) {
            throw ConfigError("path.reference",
                              "\"exact\" needs a density at the last level; use \"standard_normal\"");
        }
        fields_.push_back(density_in_coordinates<Real>(context.target, this->coordinates()));
        for (int k = 1; k <= this->n_levels(); ++k) {
            const LevelPosition p = this->position(k);
            fields_.push_back(field_at(p.alpha, p.sigma));
        }
        if (!this->reference()) {
            exact_last_ = make_mixture_density<Real>(*this->level_mixture(this->n_levels()));
        }
    }

    const Density<Real>& density(int level) const override {
        if (level == this->n_levels()) {
            return this->reference() ? *this->reference() : *exact_last_;
        }
        return *fields_.at(static_cast<std::size_t>(level));
    }
    bool has_level_densities() const override { return model_->has_log_density(); }
    std::optional<double> log_normaliser(int level) const override {
        if (level == 0) {
            return this->target().log_z();
        }
        return level == this->n_levels() ? std::optional<double>(0.0) : std::nullopt;
    }
    const Density<Real>* field(int level) const override {
        return fields_.at(static_cast<std::size_t>(level)).get();
    }
    std::shared_ptr<const Density<Real>> field_at(double alpha, double sigma) const override {
        auto density = model_->at(sigma / alpha);
        return alpha == 1 ? density : std::make_shared<Shrunk<Real>>(std::move(density), alpha);
    }
    bool exact_hessian() const override { return false; }
    bool learned() const override { return true; }

private:
    std::shared_ptr<const Model<Real>> model_;
    std::vector<std::shared_ptr<const Density<Real>>> fields_;
    std::shared_ptr<const Density<Real>> exact_last_;
};

}  // namespace

PathEntry learned_diffusion_path() {
    return {make_entry<DensityPath, PathContext, LearnedDiffusion, DiffusionSettings>(
                "path", "learned_diffusion",
                "a diffusion path whose noised densities come from a model (model section)"),
            {.uses_rho = true, .needs_mixture = false, .uses_model = true}};
}

}  // namespace tempera
