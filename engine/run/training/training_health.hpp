// SPDX-License-Identifier: MIT
// The numbers that a training is judged by (run/record/health.hpp).
#pragma once

#include "run/record/health.hpp"
#include "run/training/training_runner.hpp"

namespace tempera {

/// Of a training as it goes on, or over.
HealthNumbers training_health(const TrainingSnapshot& training);

}  // namespace tempera
