// SPDX-License-Identifier: MIT
// Trains a field step by step: Adam with an average of the weights. Every step's random numbers are a
// function of (seed, step), so a training stopped anywhere and resumed gives the bits of one that never
// stopped.
#pragma once

#include <filesystem>
#include <memory>

#include "core/npy.hpp"
#include "models/weights.hpp"
#include "training/objective.hpp"

namespace tempera::training {

struct TrainerSpec {
    NetSpec net;
    TrainingSettings training;
    Json losses;  ///< list of { type, weight, ... }
};

/// One step's losses; NaN for a loss that has not started.
struct StepLosses {
    long step = 0;  ///< steps done with this one
    double total = 0, learning_rate = 0, gradient_norm = 0;
    std::vector<double> each;
};

class Trainer {
public:
    Trainer(const TrainerSpec& spec, TrainingData data);

    const std::vector<std::string>& loss_names() const { return names_; }
    long steps_done() const { return step_; }
    /// One step. Throws NumericalError when a loss or the gradient is not finite; the weights are then those
    /// before it.
    StepLosses step();

    /// The averaged weights, which are what is used; shift and scale are the caller's to fill in.
    NetworkWeights weights() const;
    /// A copy of the field with the averaged weights.
    Net<float> averaged() const;
    /// Mean loss of each objective at the averaged weights on points of `data` with one fixed draw of noise.
    /// `repeats` batches are averaged.
    std::vector<double> losses_on(const TrainingData& data, int repeats = 8) const;
    std::vector<double> final_losses(int repeats = 8) const { return losses_on(data_, repeats); }

    /// State of the optimiser, for restore(): its size does not grow with the steps.
    Npz checkpoint() const;
    /// Throws ConfigError at `place` when the state is that of another network or other losses.
    void restore(const Npz& state, const std::string& place);

    /// A function of the step alone with the schedules inverse and constant, so that a longer training
    /// begins with exactly the steps of a shorter one; of step / n_steps with cosine.
    double learning_rate(long step) const;

private:
    struct Term {
        std::string name;
        std::shared_ptr<Objective<float>> objective;
    };
    StreamKey key_of(long step, std::size_t term) const;
    double clip(Parameters<float>& gradient) const;
    double add_loss(std::size_t i, StepLosses& out, Parameters<float>& gradient);
    void apply(double rate, Parameters<float>& gradient);

    TrainerSpec spec_;
    TrainingData data_;
    NoiseLaw noise_;
    Net<float> net_;
    std::vector<Term> terms_;
    std::vector<std::string> names_;
    Parameters<float> average_, first_, second_;
    long step_ = 0;
};

}  // namespace tempera::training
