// SPDX-License-Identifier: MIT
// Pure builders from a training's snapshot to plots: what the Training panel draws and its menu writes.
#pragma once

#include "figures/plot_spec.hpp"
#include "run/training/training_runner.hpp"

namespace tempera {

struct LossLook {
    double smoothing = 0.9;     ///< weight of the past in the running means, in [0, 1)
    bool learning_rate = true;  ///< on an axis of its own, at the right
};

/// Losses by step: thin lines of the training batches, their running means, points held out.
PlotSpec loss_plot(const TrainingSnapshot& s, const LossLook& look);
/// Mass of a mode that the learned log density implies, by noise level: now and at earlier steps.
PlotSpec implied_mass_plot(const TrainingSnapshot& s, int mode);
/// Score error relative to the score's energy by noise level (the denoising loss where the exact score is
/// unknown), now and at earlier steps.
PlotSpec level_loss_plot(const TrainingSnapshot& s);
/// The same over steps and noise levels, as a map.
PlotSpec level_map_plot(const TrainingSnapshot& s);
/// All of them, for export.
std::vector<PlotSpec> training_plots(const TrainingSnapshot& s, const LossLook& look, int mode);

}  // namespace tempera
