// SPDX-License-Identifier: MIT
// What a model is trained on. Internal to the training of this folder.
#pragma once

#include "targets/target.hpp"
#include "training/objective.hpp"

namespace tempera {

/// Points in path coordinates (x - shift) / scale: exact samples of the target, an npy file, or a run folder
/// whose weights are respected by resampling. Throws ConfigError at model.training.data.
std::vector<double> load_training_points(const Target<double>& target, const TrainingSettings& settings,
                                         const Eigen::VectorXd& shift, double scale);
/// Square root of the average variance.
double data_scale(const std::vector<double>& x, int dim);
/// Smallest local scale of the points: a low quantile of distances to near neighbours.
double local_scale(const std::vector<double>& x, int dim);

}  // namespace tempera
