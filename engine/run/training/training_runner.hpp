// SPDX-License-Identifier: MIT
// Training in the background: the runner of trainings and what a window shows of them. `tempera train` drives
// the same work, so the weights are the same.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "models/weights.hpp"
#include "run/training/noise_level.hpp"
#include "run/work/runner.hpp"

namespace tempera {

/// The network at one moment of its training.
struct Judgement {
    long step = 0;
    std::vector<double> train, held_out;  ///< each loss on training points and on points held out
    std::vector<NoiseLevel> levels;       ///< ascending in sigma, the same sigmas every time
};

/// What a view may read of a training: immutable once published.
struct TrainingSnapshot final : WorkView {
    std::shared_ptr<WorkView> copy() const override { return std::make_shared<TrainingSnapshot>(*this); }

    long step = 0, n_steps = 0;
    double seconds = 0, steps_per_second = 0, eta_seconds = -1;  ///< eta < 0: unknown
    /// Each loss is a series over "step" of `record` under its name here, beside total, learning_rate and
    /// gradient_norm; at most 512 points.
    std::vector<std::string> loss_names;
    std::vector<std::string> mode_names;
    std::vector<double> true_mode_weights;
    std::shared_ptr<const std::vector<std::shared_ptr<const Judgement>>> judgements;  ///< at most 128
    /// Averaged weights of the last judgement; null before it.
    std::shared_ptr<const NetworkWeights> weights;
    std::filesystem::path folder;  ///< once it is over: where checkpoint and weights lie
};

/// The runner of trainings. At a training's end its folder is written, whole or as far as it came.
class TrainingRunner final : public RunnerOf<TrainingSnapshot, WorkResult> {
public:
    /// Trains the model of a resolved preset; the folder is made unique when it exists. Throws ConfigError
    /// for a model that cannot be trained.
    long start(const Json& resolved, const std::filesystem::path& folder, bool paused = false);
};

}  // namespace tempera
