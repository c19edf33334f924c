// SPDX-License-Identifier: MIT
// A small problem for losses: two modes in the plane, a network that learns them, and gradients by
// differences.
#pragma once

#include <filesystem>

#include "targets/mixture.hpp"
#include "training/objective.hpp"

namespace tempera::test {

Mixture lakes();
/// n exact samples of lakes() with its density.
training::TrainingData lake_data(int n);
training::NetSpec small_net(training::Head head);
training::NoiseLaw small_noise();
/// Weights as before a training, and biases that are not zero.
training::Net<double> random_net(training::Head head);
/// Weights of another network than random_net's, as a file to learn from.
void write_teacher(const std::filesystem::path& file, training::Head head);

/// Largest difference between an objective's gradient and central differences of its value over all
/// parameters, relative to the gradient's norm. Terms without a gradient are held where they are.
double gradient_error(const training::Objective<double>& objective, training::Head head);

}  // namespace tempera::test
