// SPDX-License-Identifier: MIT
// Pictures of learned densities in more than two dimensions, where their marginals have no closed form.
#pragma once

#include "diagnostics/grid.hpp"

namespace tempera {

/// Marginal of the learned density of level `level` on the view plane, up to a constant: the exact marginal
/// times the conditional mean of p_learned / p_exact, which is estimated from n exact samples by averages
/// over as many neighbouring cells as hold enough of them. 0 where no sample is near. Needs level_mixture().
template <class Real>
Grid learned_marginal(const DensityPath<Real>& path, int level, const Grid& exact, const ViewPlane& plane,
                      const StreamKey& key, int n = 32768);

}  // namespace tempera
