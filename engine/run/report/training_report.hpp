// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "run/training/training.hpp"

namespace tempera {

/// What is judged of a training, for terminals: a row each, then the warnings.
std::string training_table(const TrainingResult& stored);
/// Self-contained page: how the training ended, what is judged of it, the noise levels as a table, the
/// figures, the preset. Weights and checkpoint are not needed.
std::string training_html(const TrainingResult& stored);

}  // namespace tempera
