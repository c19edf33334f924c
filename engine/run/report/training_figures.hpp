// SPDX-License-Identifier: MIT
// Figures of trained models by noise level and of their losses.
#pragma once

#include "figures/plot_spec.hpp"
#include "run/record/health.hpp"
#include "run/training/training.hpp"

namespace tempera {

/// A training to draw: curves of one group share a colour and a legend entry.
struct TrainingCurves {
    std::string name;
    int group = 0;
    Json preset, report;  ///< as in preset.json and training.json
};
/// Learned mode weights (of two modes: the first one's; else their total variation from the truth) and
/// relative score error by noise level; what is unknown is left out.
std::vector<PlotSpec> training_level_figures(const std::vector<TrainingCurves>& trainings);

/// A training folder read back.
struct TrainingRecord {
    TrainingCurves curves;
    std::vector<std::string> loss_columns;  ///< of loss.csv
    std::vector<std::vector<double>> loss;  ///< [column][row]
};
/// Throws ConfigError with the file and what is wrong with it.
TrainingRecord read_training_folder(const std::filesystem::path& folder);
bool is_training_folder(const std::filesystem::path& folder);
/// Losses by step, then training_level_figures().
std::vector<PlotSpec> training_figures(const TrainingRecord& record);
/// What is judged of a training, by the rules of run/record/health.hpp.
std::vector<HealthFinding> training_findings(const TrainingRecord& record);
/// The same for terminals: a row each, then the warnings.
std::string training_table(const TrainingRecord& record);
/// Self-contained page: how the training ended, the noise levels as a table, the figures, the preset.
std::string training_html(const TrainingRecord& record);

}  // namespace tempera
