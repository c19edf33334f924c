// SPDX-License-Identifier: MIT
#pragma once

namespace tempera {

/// Counts of what was evaluated and of what went wrong; nothing that is dropped or clamped goes uncounted.
struct Tally {
    long log_density = 0, score = 0, hessian = 0, hessian_vector = 0;  ///< per particle
    long map_not_converged = 0;  ///< implicit midpoint solves that failed (weight zero or swap rejected)
    long non_finite = 0;         ///< log densities or increments that were not finite (weight zero)
    long diverged = 0;           ///< proposals of MCMC moves whose density was no number (refused)
    long hessian_floored = 0;    ///< covariances whose eigenvalues were floored (learned Hessians)

    Tally& operator+=(const Tally& o) {
        log_density += o.log_density, score += o.score, hessian += o.hessian,
            hessian_vector += o.hessian_vector;
        map_not_converged += o.map_not_converged, non_finite += o.non_finite, diverged += o.diverged,
            hessian_floored += o.hessian_floored;
        return *this;
    }
    long evaluations() const { return log_density + score + hessian + hessian_vector; }
};

}  // namespace tempera
