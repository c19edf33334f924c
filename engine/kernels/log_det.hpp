// SPDX-License-Identifier: MIT
// log |det DT| of a midpoint step down, DT = (I + M)(I - M)^{-1} at the midpoint z (M = half * DG(z)):
//   log |det DT| = log|det(I+M)| - log|det(I-M)| = 2 tr(M + M^3/3 + M^5/5 + ...), spectral radius of M
//   below 1.
// It is the same number for the step up of the same pair with its sign changed.
#pragma once

#include "core/rng.hpp"
#include "kernels/implicit_midpoint.hpp"

namespace tempera {

/// Adds the exact value per particle to out [n]. Needs Hessians.
template <class Real>
void add_exact_log_det(const MidpointStep<Real>& step, Block<const Real> z, double* out, Tally& tally);

/// Hutchinson's trace estimator on the series: (2/P) sum_p sum_{j<J} e_p^T M^{2j+1} e_p / (2j+1), e_p random
/// signs.
struct ProbeRule {
    int n_probes = 4, n_terms = 6;
    /// Coefficient of s^2 / (2 P), s^2 the sample variance over probes: -1 makes exp(estimate) nearly
    /// unbiased, +1 exp(-estimate), 0 leaves the estimate of the logarithm unbiased.
    double correction = 0;
};

/// Adds the estimate to out [n]. Probe p draws from the stream with step stream.step + p.
template <class Real>
void add_hutchinson_log_det(const MidpointStep<Real>& step, Block<const Real> z, const ProbeRule& rule,
                            const StreamKey& stream, std::uint32_t first, double* out, Tally& tally);

/// Auxiliary vectors: u <- e^c DT(z)^{-1} u (down) or e^-c DT(z) u (up), one linear solve. With u ~ N(0, I)
/// and v the image, E exp(|u|^2/2 - |v|^2/2) = |det DT| e^{-dim c} (down). Lanes without a solution are
/// marked failed.
template <class Real>
void carry_auxiliary(const MidpointStep<Real>& step, bool down, double c, Block<const Real> z, Block<Real> u,
                     unsigned char* failed, Tally& tally);

/// Estimates the spectral radius of M per particle by power iterations from random vectors.
template <class Real>
void spectral_radii(const MidpointStep<Real>& step, Block<const Real> z, const StreamKey& stream,
                    std::uint32_t first, double* radius, Tally& tally);

}  // namespace tempera
