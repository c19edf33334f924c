// SPDX-License-Identifier: MIT
#include "kernels/level_step.hpp"

#include <cmath>
#include <string>

#include "core/errors.hpp"

namespace tempera {

template <class Real>
bool is_variance_preserving(const DensityPath<Real>& path) {
    const LevelPosition top = path.position(path.n_levels());
    return std::abs(top.alpha * top.alpha + top.sigma * top.sigma - 1) < 1e-9;
}

template <class Real>
std::vector<LevelStep> level_steps(const DensityPath<Real>& path, const char* kernel, bool needs_hessian) {
    std::vector<LevelStep> steps;
    for (int k = 0; k < path.n_levels(); ++k) {
        const Density<Real>* field = path.field(k + 1);
        if (!field) {
            throw ConfigError("kernel.type",
                              "\"" + std::string(kernel) +
                                  "\" needs the scores of noised densities, which only diffusion paths "
                                  "have; use \"none\" with moves, or a diffusion path");
        }
        if (needs_hessian && !field->has_hessian()) {
            throw ConfigError("kernel.type",
                              "\"" + std::string(kernel) +
                                  "\" needs second derivatives, which this path does not have; use "
                                  "\"first_order\", or \"transport_midpoint\" with log_det \"hutchinson\"");
        }
        const LevelPosition low = path.position(k), high = path.position(k + 1);
        const double rho_low = k == 0 ? 0.0 : low.rho, sigma_low = k == 0 ? 0.0 : low.sigma;
        const double alpha_low = k == 0 ? 1.0 : low.alpha;
        // The difference of squares by factors: sigma_{k+1}^2 - a^2 sigma_k^2 cancels for close levels.
        const double v = (high.rho - rho_low) * (high.rho + rho_low) * high.alpha * high.alpha;
        steps.push_back(
            {high.alpha / alpha_low, v, alpha_low, high.alpha, sigma_low, high.sigma, rho_low, high.rho});
    }
    return steps;
}

template bool is_variance_preserving(const DensityPath<float>&);
template bool is_variance_preserving(const DensityPath<double>&);
template std::vector<LevelStep> level_steps(const DensityPath<float>&, const char*, bool);
template std::vector<LevelStep> level_steps(const DensityPath<double>&, const char*, bool);

}  // namespace tempera
