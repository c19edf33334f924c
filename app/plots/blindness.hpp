// SPDX-License-Identifier: MIT
// Plots of the Blindness panel.
#pragma once

#include "app/learning/blindness_board.hpp"
#include "app/plots/plots.hpp"

namespace tempera::app {

/// What a wrong mode weight changes, by noise level: divergence of the densities, of the scores, and the
/// loss.
PlotSpec blindness_plot(const WrongWeightCurves* curves);
/// Trained models: loss against the mass of mode 1 that their log density implies at a low noise level.
PlotSpec seeds_plot(const BlindnessBoard& board);
/// "At noise 0.20, moving 17 % of the mass changes ..."; empty when there is nothing to say.
std::string blindness_sentence(const BlindnessBoard& board);
/// 1.6e-8; 0.057 from 1e-3 on.
std::string small_number(double value);

}  // namespace tempera::app
