// SPDX-License-Identifier: MIT
// The numbers of one step k+1 -> k of a diffusion path, and what a kernel needs of the path to run on it.
#pragma once

#include <vector>

#include "core/rng.hpp"
#include "paths/density_path.hpp"

namespace tempera {

/// F_k(x_{k+1} | x_k) = N(a x_k, v I): a = alpha_{k+1}/alpha_k, v = sigma_{k+1}^2 - a^2 sigma_k^2. "low" is
/// level k, "high" level k+1. sigma_0 = rho_0 = 0.
struct LevelStep {
    double a, v;
    double alpha_low, alpha_high, sigma_low, sigma_high, rho_low, rho_high;
};

/// Variance preserving: alpha^2 + sigma^2 = 1 at every level (else alpha = 1: variance exploding).
template <class Real>
bool is_variance_preserving(const DensityPath<Real>& path);

/// Steps of all levels [n_levels]. Throws ConfigError at "kernel.type" when the path has no noised densities,
/// or (with needs_hessian) no second derivatives of them.
template <class Real>
std::vector<LevelStep> level_steps(const DensityPath<Real>& path, const char* kernel, bool needs_hessian);

/// Stream of a kernel's draws at a level; the caller's step (scan) is kept.
inline StreamKey kernel_stream(const StreamKey& key, Purpose purpose, int level) {
    return key.with(purpose, static_cast<std::uint32_t>(level), key.step);
}

}  // namespace tempera
