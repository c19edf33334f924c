// SPDX-License-Identifier: MIT
// What a model is trained on. Internal to the training of this folder.
#pragma once

#include "targets/target.hpp"
#include "training/objective.hpp"

namespace tempera {

/// Points in path coordinates, [n, dim] row-major. `held_out` are never trained on.
struct TrainingPoints {
    std::vector<double> x, held_out;
};

/// Exact samples of the target, a csv or npy file, or a run folder whose weights are respected by resampling.
/// Held out are further exact samples, or every tenth row or particle (at most about 2048 points; none of
/// fewer than ten rows). Throws ConfigError at model.training.data.
TrainingPoints load_training_points(const Target<double>& target, const TrainingSettings& settings,
                                    const Coordinates& coordinates);
/// Square root of the average variance.
double data_scale(const std::vector<double>& x, int dim);
/// Smallest local scale of the points: a low quantile of distances to near neighbours.
double local_scale(const std::vector<double>& x, int dim);

}  // namespace tempera
