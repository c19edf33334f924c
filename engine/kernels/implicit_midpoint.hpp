// SPDX-License-Identifier: MIT
// One implicit midpoint step of the probability-flow ODE (Hairer, Lubich & Wanner, ch. II.1): with midpoint
// z,
//   y = z - c G(z),   y' = z + c G(z),   DT = (I + M)(I - M)^{-1},   M(z) = c DG(z).
// The inverse step is the same formula with -c and the same midpoint.
#pragma once

#include <memory>

#include "core/scratch.hpp"
#include "targets/density.hpp"

namespace tempera {

/// G(z) = s(z) + linear * z for the score s of the density at the midpoint's noise level; `half` is c for a
/// step down.
template <class Real>
struct MidpointStep {
    std::shared_ptr<const Density<Real>> density;
    double half = 0, linear = 0;
};

struct SolverLimits {
    double tolerance = 1e-10;  ///< on max_i |dy'_i| relative to 1 + max_i |y_i|
    int max_iterations = 50;
};

/// Solves z = y + c G(z) per particle (c = +half down, -half up) from the Euler start and writes the midpoint
/// and y' = 2 z - y. Fixed-point iterations for 32 particles at a time, then damped Newton for those that do
/// not settle (dim <= 64, densities with Hessians). failed[lane] is set (never cleared) where there is no
/// solution; z and y' are y there.
template <class Real>
void solve_midpoint(const MidpointStep<Real>& step, bool down, Block<const Real> y, Block<Real> z,
                    Block<Real> out, unsigned char* failed, const SolverLimits& limits, Tally& tally);

/// Marks particles for which the inverse step from `out` does not return to y within 1e3 tolerances.
template <class Real>
void check_return(const MidpointStep<Real>& step, bool down, Block<const Real> y, Block<const Real> out,
                  unsigned char* failed, const SolverLimits& limits, Tally& tally);

}  // namespace tempera
