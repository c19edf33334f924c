// SPDX-License-Identifier: MIT
// Pictures of a learned density path beside the exact one, computed on a background thread: densities, mode
// masses, score errors and score fields, level by level.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "diagnostics/blindness.hpp"
#include "diagnostics/grid.hpp"
#include "models/weights.hpp"
#include "run/background/path_maps.hpp"

namespace tempera {

/// Exact and learned score at the nodes of a coarse grid in the view plane (at most 32 x 32).
struct ScoreField {
    int nx = 0, ny = 0;
    Box box;  ///< nodes at the cells' middles
    /// [ny * nx], row by row from y_min, per unit of target coordinates; empty where unknown
    std::vector<float> exact_x, exact_y;
    std::vector<float> learned_x, learned_y;  ///< [ny * nx]
    std::vector<float> log_density;           ///< exact, for fading arrows where nothing is; may be empty
};

/// What a learned model says along a path; immutable, a later one replaces it.
struct LearnedMaps {
    std::string key;  ///< of the preset's parts and of the weights' step
    long step = -1;   ///< of the training that the weights come from; -1: of the preset's own model
    int n_levels = 0;
    /// [n_levels + 1], on PathMaps' box; normalised over it like the exact ones; marginals in more than two
    /// dimensions. Null: not computed (yet), or a model of scores alone. The ends are exact.
    std::vector<std::shared_ptr<const Grid>> density;
    /// log learned - log exact, both normalised over the box; NaN where both are below 1e-8 of their maxima.
    std::vector<std::shared_ptr<const Grid>> difference;
    std::vector<std::shared_ptr<const ScoreField>> scores;  ///< [n_levels + 1]; 2-D paths only
    std::vector<LearnedLevel> levels;                       ///< [n_levels + 1]; empty where unknown
    double roughness = 0;  ///< of the path, path_roughness(); NaN until all levels are known
    bool complete = false;
    std::string error;  ///< why there are none
};

/// One background thread that keeps the maps of the latest requested model.
class LearnedMapper {
public:
    LearnedMapper();
    ~LearnedMapper();
    /// Returns at once; the latest request wins. `weights` null: the model that the preset names (a file,
    /// perturbed_exact, a TorchScript model); otherwise a network in training, at `step`.
    void request(const Json& resolved, std::shared_ptr<const NetworkWeights> weights = nullptr,
                 long step = -1);
    /// Of the latest request, or of an earlier step of the same training; null before the first. Requests and
    /// questions come from one thread.
    std::shared_ptr<const LearnedMaps> latest() const;
    void set_on_publish(std::function<void()> callback);

private:
    struct Implementation;
    std::unique_ptr<Implementation> self_;
};

}  // namespace tempera
