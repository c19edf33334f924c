// SPDX-License-Identifier: MIT
// How many samples a loss needs to learn the weights of two modes at a noise level.
#pragma once

#include "targets/mixture.hpp"

namespace tempera {

/// Samples needed to know the logit of the first mode's weight to +- `accuracy` (one standard error).
struct SampleSizes {
    double denoising;       ///< by denoising score matching at sigma; infinite beyond 1e308
    double classification;  ///< by telling the levels sigma and next_sigma apart: difference of their logits
};

/// Asymptotic variances of the estimators that leave only the weights of a two-component mixture free, in the
/// one dimension along which the components are best told apart; quadrature in logarithms. alpha = 1,
/// 0 < sigma < next_sigma; throws std::invalid_argument otherwise.
/// Denoising score matching, with ds/db = r_1 r_2 (g_1 - g_2) and the target's variance given y:
///     n = E[(ds/db)^2 Var(x_0 / sigma^2 | y)] / (E[(ds/db)^2]^2 accuracy^2).
/// Classification between the noised samples of two levels (bi-level DiffCLF), half from each, with features
/// (r_1(sigma), -r_1(next_sigma), 1) for both logits and the levels' constant: logistic regression.
SampleSizes sample_sizes(const Mixture& truth, double sigma, double next_sigma, double accuracy = 0.1);

}  // namespace tempera
