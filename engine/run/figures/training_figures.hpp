// SPDX-License-Identifier: MIT
// Figures of trained models: losses by step, and what was learned by noise level. The rules of the room stand
// in run_figures.hpp; what was seen of a training is a TrainingSnapshot, on its way or of a stored folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "figures/plot_spec.hpp"
#include "run/training/training_runner.hpp"

namespace tempera {

/// A figure of a training without axes and layers, empty for the reason that none has started.
PlotSpec training_figure(const TrainingSnapshot& s, std::string id, std::string title);

struct LossLook {
    double smoothing = 0.9;     ///< weight of the past in the running means, in [0, 1)
    bool learning_rate = true;  ///< on an axis of its own, at the right
};
/// Losses by step: thin lines of the training batches, their running means, points held out.
PlotSpec loss_figure(const TrainingSnapshot& s, const LossLook& look = {});

/// A trained field by noise level: one line.
struct LevelCurve {
    std::string name;                ///< in the legend; empty: none
    std::vector<NoiseLevel> levels;  ///< ascending in sigma
    Role role = Role::learned;
    int index = 0;
    float width = 2;
};
struct TrueModes {
    std::vector<std::string> names;
    std::vector<double> weights;
};
/// Mass of a mode (from 0) that the learned log densities imply; no mode: of two the first one's, otherwise
/// the total variation of all from the truth.
PlotSpec learned_weights_figure(const std::vector<LevelCurve>& curves, const TrueModes& modes,
                                std::optional<int> mode = {});
/// Score error relative to the score's energy; the denoising loss where the exact score is unknown.
PlotSpec score_error_figure(const std::vector<LevelCurve>& curves);

/// The same of one training: now and, thin, at earlier steps.
PlotSpec learned_weights_figure(const TrainingSnapshot& s, std::optional<int> mode = {});
PlotSpec score_error_figure(const TrainingSnapshot& s);
/// Score errors over steps and noise levels, as a map.
PlotSpec score_error_map(const TrainingSnapshot& s);

/// All of them that apply, in the order of reports.
std::vector<PlotSpec> training_figures(const TrainingSnapshot& s, const LossLook& look = {},
                                       std::optional<int> mode = {});

}  // namespace tempera
