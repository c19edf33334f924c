// SPDX-License-Identifier: MIT
// Settings that energy and score networks share, and those of their training (read by engine/training).
#pragma once

#include <string>
#include <vector>

#include "core/settings.hpp"

namespace tempera {

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
    Json noise = Json{{"type", "log_uniform"}, {"min", 0.05}, {"max", 10}};
    long seed = 1;
    bool clip_each = false;
    void describe(Describer& d);
    void check(const std::string& place, Problems& problems) const;
};

struct NetworkSettings {
    std::vector<double> hidden{128, 128, 128};
    std::string activation = "silu", parameterisation = "edm", head = "scalar", file;
    Json energy_scale_floor = "auto";
    Json losses = Json::array({Json{{"type", "dsm"}, {"weight", 1}}});
    Json training;  ///< a TrainingSettings document

    NetworkSettings();
    void describe(Describer& d);
    void check(const std::string& place, Problems& problems) const;
};

/// dsm, tsm, rne, diffclf, energy_distillation, energy_pinning.
const std::vector<std::string>& loss_names();

}  // namespace tempera
