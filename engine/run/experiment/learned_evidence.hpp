// SPDX-License-Identifier: MIT
// What is known of the densities of a learned path before anything is sampled: the mode weights that they
// imply, level by level, and how many samples would teach them. Made once per run.
#pragma once

#include <stop_token>

#include "core/settings.hpp"
#include "diagnostics/blindness.hpp"

namespace tempera {

struct LearnedEvidence {
    /// [n_levels + 1] of a learned path, empty where nothing is known. Weights against the exact mixture
    /// where the target has one (learned_levels()); else, for targets with labelled modes and exact samples,
    /// by Bennett's ratio (basin_masses()), and what needs exact noised densities stays NaN.
    std::vector<LearnedLevel> levels;
    bool by_bennett = false;
    /// [n_levels + 1][n_modes] standard errors of the weights by Bennett's ratio; empty unless by_bennett.
    std::vector<std::vector<double>> weight_errors;
    /// Samples that fix the logit of the first of two modes to +- 0.1 at a level (sample_sizes(); the
    /// classification is that of this level and the next); [n_levels + 1] with NaN at level 0 (and for n_clf
    /// at n_levels), empty unless the target is a mixture of two components.
    std::vector<double> n_dsm, n_clf;
};

/// In parallel over levels; the same bits for any number of threads. Empty for exact paths. Throws Stopped
/// when `stop` is requested.
template <class Real>
LearnedEvidence learned_evidence(const DensityPath<Real>& path, const StreamKey& key,
                                 const std::stop_token& stop);

/// Section "learned_path" of summary.json; null for exact paths. Worst total variation and its level,
/// roughness, worst relative score error, least ESS fraction; level by level [n_levels + 1] n_dsm, n_clf
/// (null unless the target has two components), bar_weights and their bar_standard_errors (null unless by
/// Bennett's ratio).
Json learned_summary(const LearnedEvidence& evidence);

}  // namespace tempera
