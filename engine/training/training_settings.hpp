// SPDX-License-Identifier: MIT
// What a preset's model section says of how its network is made: losses and training. What the network itself
// is stands in models/network_settings.hpp.
#pragma once

#include <string>

#include "core/settings.hpp"

namespace tempera {

/// Noise levels beyond these overflow the squares and quotients of a loss in single precision.
constexpr double least_training_noise = 1e-7, largest_training_noise = 1e7;

struct NoiseSettings {
    std::string type = "log_uniform";
    double min = 0.05, max = 10;
    void describe(Describer& d);
    void check(const std::string& place, Problems& problems) const;
};

struct TrainingSettings {
    int n_steps = 1500, batch_size = 512, n_data = 20000, checkpoint_every = 500;
    double learning_rate = 1e-3, ema = 0.999, gradient_clip = 1;
    std::string data = "exact", schedule = "inverse";
    NoiseSettings noise;
    long seed = 1;
    bool clip_each = false;
    void describe(Describer& d);
    void check(const std::string& place, Problems& problems) const;
};

/// The settings of the model section that belong to a network's training.
struct TrainedSettings {
    Json losses = Json::array({Json{{"type", "dsm"}, {"weight", 1}}});
    TrainingSettings training;
    void describe(Describer& d);
};

}  // namespace tempera
