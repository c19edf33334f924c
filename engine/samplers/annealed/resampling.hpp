// SPDX-License-Identifier: MIT
// Resampling of weighted particles. Every scheme is unbiased: a particle of normalised weight W has n W
// offspring on average (Douc, Cappe, Moulines 2005).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/rng.hpp"

namespace tempera {

enum class Resampling { systematic, stratified, residual, multinomial };

/// Names as in presets; `resampling_from_name` throws ConfigError for an unknown one.
const std::vector<std::string>& resampling_names();
Resampling resampling_from_name(const std::string& name);

/// Ancestors [n] of the next generation, ascending. Weights need not be normalised; -infinity means no
/// offspring. Inverse of the cumulative weights in float64; the uniforms come from the stream `key`
/// (Purpose::resample, keyed by level). Throws NumericalError when every weight is zero.
std::vector<int> resample(Resampling scheme, std::span<const double> log_weight, const StreamKey& key);

/// Replaces `values` by those of the ancestors `from` [n]; `spare` is storage that the next call uses again.
template <class Real>
void gather_particles(const std::vector<int>& from, Particles<Real>& values, Particles<Real>& spare);

}  // namespace tempera
