// SPDX-License-Identifier: MIT
// Training in the background: one thread of its own that takes steps, judges the network now and then and
// publishes what a window shows of it. `tempera train` takes the same steps, so the weights are the same.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/weights.hpp"
#include "run/record/snapshot.hpp"
#include "run/training/noise_level.hpp"

namespace tempera {

/// Losses over a stretch of steps: means of the steps up to `step` since the point before it.
struct LossPoint {
    long step = 0;
    double total = 0, learning_rate = 0;
    std::vector<double> each;  ///< one per loss; NaN before it starts
};

/// The network at one moment of its training.
struct Judgement {
    long step = 0;
    std::vector<double> train, held_out;  ///< each loss on training points and on points held out
    std::vector<NoiseLevel> levels;       ///< ascending in sigma, the same sigmas every time
};

/// What a view may read of a training: immutable, published at most ten times a second.
struct TrainingSnapshot {
    long id = 0, sequence = 0;
    RunState state = RunState::idle;
    std::string error;                   ///< failed: what diverged; the last good weights are kept
    std::shared_ptr<const Json> preset;  ///< resolved
    long step = 0, n_steps = 0;
    double seconds = 0, steps_per_second = 0, eta_seconds = -1;  ///< eta < 0: unknown
    std::vector<std::string> loss_names, mode_names;
    std::vector<double> true_mode_weights;
    std::shared_ptr<const std::vector<LossPoint>> losses;                             ///< at most 512
    std::shared_ptr<const std::vector<std::shared_ptr<const Judgement>>> judgements;  ///< at most 128
    /// Averaged weights of the last judgement; null before it.
    std::shared_ptr<const NetworkWeights> weights;
    std::filesystem::path folder;  ///< finished or cancelled: where checkpoint and weights lie
};

class TrainingRunner {
public:
    TrainingRunner();
    ~TrainingRunner();  ///< cancels and joins

    // Commands: return at once; acknowledged by a later snapshot.
    /// Trains the model of a resolved preset; a training in progress is cancelled first. At its end the
    /// training folder is written to `folder` (made unique when it exists). Throws ConfigError for a model
    /// that cannot be trained.
    long start(const Json& resolved, const std::filesystem::path& folder, bool paused = false);
    void pause();
    void resume();
    void step();    ///< one optimiser step, then paused
    void cancel();  ///< keeps what was reached and writes it; state cancelled

    /// Never null.
    std::shared_ptr<const TrainingSnapshot> latest() const;
    /// Called on the training thread after each publication (coalesce!).
    void set_on_publish(std::function<void()> callback);
    /// Blocks until the state is finished, cancelled or failed.
    void wait() const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> self_;
};

}  // namespace tempera
