// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "run/training/training.hpp"

namespace tempera {

/// Self-contained page: how the training ended, the noise levels as a table, the figures, the preset. Weights
/// and checkpoint are not needed.
std::string training_html(const TrainingResult& stored);

}  // namespace tempera
