// SPDX-License-Identifier: MIT
// Presets made of what people bring: a target of their own, a file of points or of labelled rows, a model.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/settings.hpp"

namespace tempera {

/// A preset that uses something new, or why there is none.
struct Proposal {
    Json preset;                  ///< without problems; null where refused
    std::filesystem::path basis;  ///< the shipped preset that it changes; empty: the present one
    std::string refused;          ///< the reason and its place
};

/// The present preset with another section "target", under a name of its own and without what belonged to the
/// target before: notes, model, reference points, the sweep. Where its other sections cannot carry the
/// target, those of a shipped preset do: a tempering path whose reference Gaussian covers the target, with
/// HMC. Evaluates the target.
Proposal propose_target(const Json& present, const Json& target, const std::string& name);
/// The same for the logistic regression on the rows of a csv or npy file, whose last column holds the labels.
Proposal propose_labelled_rows(const Json& present, const std::filesystem::path& file);

/// run.reference: runs of the present preset are compared with the points of a file.
Proposal propose_reference(const Json& present, const std::filesystem::path& file);
/// model.training.data: a network is trained on the points of a file. Where the present preset trains none,
/// the path and the model of a shipped preset lead to its target.
Proposal propose_training(const Json& present, const std::filesystem::path& file);
/// The present target at the end of a learned path with this section "model". `try_out` builds the path of a
/// preset, for only so it is seen whether the model's file fits, and throws ConfigError where it does not.
Proposal propose_model(const Json& present, const Json& model, const std::string& name,
                       const std::function<void(const Json& preset)>& try_out);

}  // namespace tempera
