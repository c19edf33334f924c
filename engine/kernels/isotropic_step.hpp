// SPDX-License-Identifier: MIT
// Gaussian backward kernels with an isotropic covariance: what first-order kernels share.
#pragma once

#include <cmath>

#include "core/scratch.hpp"
#include "kernels/level_step.hpp"
#include "kernels/transition_kernel.hpp"

namespace tempera {

/// B_k(. | x) = N(c_x x + c_s s(x), variance I), s the score of level k+1.
struct IsotropicLaw {
    double c_x, c_s, variance;
};

/// Draws x_k ~ B_k(. | x) and reports log F_k(x | x_k) - log B_k(x_k | x). `factor` [lanes] multiplies the
/// variance per particle (null = 1). `to` must not overlap x.
template <class Real>
void isotropic_down(const LevelStep& step, const IsotropicLaw& law, Block<const Real> x, const Real* score,
                    const Real* factor, Block<Real> to, double* log_ratio, const StreamKey& stream,
                    std::uint32_t first);

/// Draws x_{k+1} ~ F_k(. | x_k) into `to`, with the standard normals' squared length per particle in squares
/// [lanes].
template <class Real>
void noise_up(const LevelStep& step, Block<const Real> x, Block<Real> to, double* squares,
              const StreamKey& stream, std::uint32_t first);

/// log F_k - log B_k of the pair that noise_up made; score and factor belong to x_high.
template <class Real>
void isotropic_up(const LevelStep& step, const IsotropicLaw& law, Block<const Real> x_low,
                  Block<const Real> x_high, const Real* score, const Real* factor, const double* squares,
                  double* log_ratio);

}  // namespace tempera
