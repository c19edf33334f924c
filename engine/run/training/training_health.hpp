// SPDX-License-Identifier: MIT
// The numbers that a training is judged by (run/record/health.hpp).
#pragma once

#include <span>

#include "run/record/health.hpp"
#include "run/training/training_runner.hpp"

namespace tempera {

/// Of a training as it goes on.
HealthNumbers training_health(const TrainingSnapshot& training);
/// Of a training folder: its resolved preset, training.json, and the total loss of every step.
HealthNumbers training_health(const Json& preset, const Json& report, std::span<const double> total_loss);

}  // namespace tempera
