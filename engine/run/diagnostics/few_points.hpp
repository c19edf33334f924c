// SPDX-License-Identifier: MIT
#pragma once

#include "samplers/annealed_sampler.hpp"

namespace tempera {

/// Of a run of many scans at most 512 points are kept, and its last one; of levels all.
template <class Real>
bool is_kept(const AnnealedSampler<Real>& sampler, long at, bool scans) {
    constexpr long most_points = 512;
    const long stride = scans ? (sampler.progress_end() + most_points - 1) / most_points : 1;
    return at % std::max(1L, stride) == 0 || sampler.finished();
}

}  // namespace tempera
