// SPDX-License-Identifier: MIT
// From a resolved preset to the objects of a run: target -> path -> kernel and moves -> sampler.
#pragma once

#include <array>
#include <memory>
#include <stop_token>

#include "core/stopping.hpp"
#include "run/experiment/learned_evidence.hpp"
#include "run/preset/preset_reference.hpp"
#include "samplers/annealed_sampler.hpp"
#include "samplers/pilots/adaptive_schedule.hpp"

namespace tempera {

/// A target and a path on it. The schedule in use is path->frozen_schedule().
template <class Real>
struct PathSetup {
    std::shared_ptr<const Target<Real>> target;
    std::shared_ptr<const DensityPath<Real>> path;
    PilotReport pilot;  ///< of the schedule, when pilots found it
};

template <class Real>
struct Experiment : PathSetup<Real> {
    Json preset;  ///< resolved; "path.schedule" as asked for
    std::shared_ptr<const TransitionKernel<Real>> kernel;
    std::shared_ptr<const Move<Real>> move;
    std::vector<double> move_factor;  ///< tuned in a pilot; empty = ones
    /// Learned paths: what their densities imply at every level, against the exact ones; empty where unknown.
    LearnedEvidence learned;
    std::array<double, 2>
        trained_noise{};  ///< levels that the model's network was trained on; 0, 0: not known
    std::shared_ptr<const ReferencePoints> reference;  ///< of metrics; null for none
    std::shared_ptr<AnnealedSampler<Real>> make_sampler(int replicate) const;
    /// Mode weights that the learned log density implies at a level; empty where unknown.
    std::vector<double> learned_weights(int level) const;
    /// Kernel and move of another preset on this path (edits of a running experiment).
    std::shared_ptr<const TransitionKernel<Real>> make_kernel(const Json& resolved) const;
    std::shared_ptr<const Move<Real>> make_move(const Json& resolved) const;
};

/// Throws Stopped when `stop` was requested.
void check_stop(const std::stop_token& stop);

/// Builds target and path only (eval, sample, density maps). Adaptive schedules run their pilots. Throws
/// Stopped soon after `stop` was requested, as does build_experiment().
/// `weights`: those of a network in training, instead of the model's file.
template <class Real>
PathSetup<Real> build_path(const Json& resolved, std::stop_token stop = {},
                           std::shared_ptr<const NetworkWeights> weights = {});
/// Builds everything.
template <class Real>
Experiment<Real> build_experiment(const Json& resolved, std::stop_token stop = {});

}  // namespace tempera
