// SPDX-License-Identifier: MIT
// Diffusion path of a Gaussian mixture: every level is a mixture again, so that densities, scores and
// Hessians are exact.
#include "paths/diffusion_levels.hpp"

namespace tempera {

namespace {

template <class Real>
class DiffusionPath final : public DiffusionLevels<Real> {
public:
    DiffusionPath(const DiffusionSettings& s, const PathContext<Real>& context)
        : DiffusionLevels<Real>(s, checked(context)) {
        for (int k = 0; k <= this->n_levels(); ++k) {
            fields_.push_back(make_mixture_density<Real>(*this->level_mixture(k)));
        }
    }

    const Density<Real>& density(int level) const override {
        return level == this->n_levels() && this->reference() ? *this->reference()
                                                              : *fields_.at(static_cast<std::size_t>(level));
    }
    std::optional<double> log_normaliser(int level) const override {
        return level == 0 ? this->mixture()->log_z : 0.0;
    }
    const Density<Real>* field(int level) const override {
        return fields_.at(static_cast<std::size_t>(level)).get();
    }
    std::shared_ptr<const Density<Real>> field_at(double alpha, double sigma) const override {
        return make_mixture_density<Real>(this->mixture()->noised(alpha, sigma));
    }

private:
    static const PathContext<Real>& checked(const PathContext<Real>& context) {
        if (!context.target->mixture()) {
            throw ConfigError("path.type", "diffusion needs the exact noised densities of the target, which "
                                           "exist for Gaussian mixtures only; "
                                           "choose tempering for this target");
        }
        return context;
    }

    std::vector<std::shared_ptr<const Density<Real>>> fields_;
};

}  // namespace

PathEntry diffusion_path() {
    return {make_entry<DensityPath, PathContext, DiffusionPath, DiffusionSettings>(
                "path", "diffusion",
                "the target blurred by more and more Gaussian noise (exact for Gaussian mixtures)"),
            {.uses_rho = true, .needs_mixture = true, .uses_model = false}};
}

}  // namespace tempera
