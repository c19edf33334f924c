// SPDX-License-Identifier: MIT
// Builders of what a wrong mode weight changes, and of models that differ by their seed.
#pragma once

#include "figures/plot_spec.hpp"
#include "run/background/blindness_curves.hpp"
#include "run/background/seed_study.hpp"

namespace tempera {

/// What a wrong mode weight changes, by noise level: divergence of the densities, of the scores, and the
/// loss.
PlotSpec blindness_figure(const WrongWeightCurves* curves);
/// Trained models: loss against the mass of mode 1 that their log density implies at telling_sigma. `own`:
/// the model in view; unknown loss or mass = none.
PlotSpec seeds_figure(const WrongWeightCurves* curves, const std::vector<SeedPoint>& seeds,
                      const SeedPoint& own);
/// "At noise 0.20, moving 17 % of the mass changes ..."; empty when there is nothing to say.
std::string blindness_sentence(const WrongWeightCurves* curves);

}  // namespace tempera
