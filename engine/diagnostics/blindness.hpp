// SPDX-License-Identifier: MIT
// Mode blindness: which masses of the modes a learned log density implies, level by level, beside the errors
// of its score; and how little a score-matching loss sees of wrong masses.
#pragma once

#include <functional>
#include <vector>

#include "paths/density_path.hpp"

namespace tempera {

/// A learned density p_theta against the exact one p_k of a level; numbers are NaN and lists empty where
/// unknown.
struct LearnedLevel {
    int level = 0;
    double rho = 0;
    /// Mass of every mode implied by the log density: integral of p_theta r_c over that of p_theta, r_c the
    /// exact responsibilities. Quadrature in two dimensions, otherwise exact samples weighted by p_theta /
    /// p_k.
    std::vector<double> weights;
    double total_variation;  ///< half the sum of |weights - exact weights|
    double score_error;      ///< E_p |s_theta - s|^2
    double score_energy;     ///< E_p |s|^2
    double ess_fraction;     ///< of exact samples weighted by p_theta / p_k
};

/// Needs a path with exact mixtures at its levels (level_mixture); n exact samples drawn with `key`.
template <class Real>
LearnedLevel learned_level(const DensityPath<Real>& path, int level, const StreamKey& key, int n = 4096);

/// The same for a density of y = x_0 + sigma z and its exact mixture.
template <class Real>
LearnedLevel compare_with_exact(const Density<Real>& learned, const Mixture& exact, const StreamKey& key,
                                int n = 4096);

/// All levels of a learned path [n_levels + 1] (level 0 and n_levels are exact); empty where there are no
/// exact mixtures. `before_each` is called before every level, from any thread, and may throw.
template <class Real>
std::vector<LearnedLevel> learned_levels(const DensityPath<Real>& path, const StreamKey& key, int n = 4096,
                                         const std::function<void()>& before_each = {});

/// J = sum over levels of |logit m_1(k + 1) - logit m_1(k)|: 0 on an exact diffusion path.
double path_roughness(const std::vector<LearnedLevel>& levels);

/// What wrong mode weights change at a noise level (alpha = 1): the score-matching loss and the density.
struct BlindnessPoint {
    double sigma;
    double fisher_gap;  ///< E_true |s_wrong - s_true|^2
    double kl;          ///< KL(true, wrong)
};
/// Two-dimensional mixtures, by quadrature; wrong weights need not be normalised.
BlindnessPoint wrong_weights(const Mixture& truth, const std::vector<double>& weights, double sigma);

}  // namespace tempera
