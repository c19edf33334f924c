// SPDX-License-Identifier: MIT
// A training folder read back: what figures and reports are made from.
#pragma once

#include <filesystem>

#include "run/training/training.hpp"
#include "run/training/training_runner.hpp"

namespace tempera {

bool is_training_folder(const std::filesystem::path& folder);
/// Preset, report and history of the losses; weights and checkpoint stay in their files. Throws ConfigError
/// with the file and what is wrong with it.
TrainingResult read_training_folder(const std::filesystem::path& folder);
/// A training that is over as views see one in progress: its losses, and the judgement at its end.
TrainingSnapshot snapshot_of(const TrainingResult& stored);

}  // namespace tempera
