// SPDX-License-Identifier: MIT
// loss.csv of a training folder: one row a step. A long training appends to it, so that a checkpoint costs
// the steps since the last one and not all of them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "training/trainer.hpp"

namespace tempera {

/// Columns step, total, learning_rate, gradient_norm, then each loss.
std::string loss_table(const std::vector<std::string>& names,
                       const std::vector<training::StepLosses>& history);
/// Brings the file up to date with `history`, of which it holds the first `tabled` rows; 0: it is written
/// anew.
void append_loss_table(const std::filesystem::path& file, const std::vector<std::string>& names,
                       const std::vector<training::StepLosses>& history, std::size_t& tabled);
/// Names of the losses in a table's header. Throws ConfigError for what is no table of losses.
std::vector<std::string> read_loss_names(const std::filesystem::path& file);
/// The rows up to a step; empty where there is no such file. Throws ConfigError for another training's.
std::vector<training::StepLosses> read_loss_table(const std::filesystem::path& file,
                                                  const std::vector<std::string>& names, long last_step);

}  // namespace tempera
