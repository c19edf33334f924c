// SPDX-License-Identifier: MIT
#pragma once

#include "figures/plot_spec.hpp"
#include "run/sweep/sweep.hpp"

namespace tempera {

/// One figure per metric: lines over the last numeric column; without one, a row per combination with the
/// values of the last column side by side. Two numeric columns give a heat map as well.
std::vector<PlotSpec> sweep_figures(const SweepPlan& plan, const std::vector<Json>& summaries);
/// Of the models that a sweep trained: learned mode weights and relative score error by noise level.
std::vector<PlotSpec> sweep_training_figures(const SweepPlan& plan, const std::vector<Json>& trainings);
/// Higher for figures of many rows.
FigureSize sweep_figure_size(const PlotSpec& plot);

}  // namespace tempera
