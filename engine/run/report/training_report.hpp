// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "run/record/health.hpp"
#include "run/training/training.hpp"

namespace tempera {

/// What is judged of a training, by the rules of run/record/health.hpp.
std::vector<HealthFinding> training_findings(const TrainingResult& stored);
/// The same for terminals: a row each, then the warnings.
std::string training_table(const TrainingResult& stored);
/// Self-contained page: how the training ended, the noise levels as a table, the figures, the preset. Weights
/// and checkpoint are not needed.
std::string training_html(const TrainingResult& stored);

}  // namespace tempera
