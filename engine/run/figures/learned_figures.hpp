// SPDX-License-Identifier: MIT
// Pure builders of plots of learned densities and scores beside the exact ones.
#pragma once

#include "figures/plot_spec.hpp"
#include "run/background/learned_maps.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

/// Logarithm of learned over exact density at which difference maps have their strongest colours.
inline constexpr double difference_limit = 1;

/// Colour limit of a level's exact and learned maps; 0: each its own.
double shared_limit(const PathMaps& exact, const LearnedMaps& learned, int level, bool match);
PlotSpec learned_density_figure(const PathMaps& exact, const LearnedMaps& learned, int level, bool match);
PlotSpec difference_figure(const PathMaps& exact, const LearnedMaps& learned, int level);
/// Arrows of the score field.
enum class Arrows { exact, learned, both, difference };
/// Scores at a level as arrows.
PlotSpec score_figure(const LearnedMaps& learned, int level, Arrows arrows, bool angles, const Box& box);

/// What is learned of a level; null where it is not known.
const LearnedLevel* level_of(const LearnedMaps* learned, int level);
/// The level with the largest total variation between learned and exact weights; null where none is known.
const LearnedLevel* worst_level(const LearnedMaps& learned);
/// The masses of a learned density differ from the exact ones by more than a look overlooks.
bool masses_off(const std::vector<double>& learned, const std::vector<double>& exact);
/// "The learned density puts 100 % of the mass into lake A. The loss cannot see this." or that it agrees;
/// `score_error`: relative to the score energy, unknown = NaN. `level`: which one, when that is not the one
/// in view; -1: it is.
std::string learned_sentence(const std::vector<double>& learned, const std::vector<double>& exact,
                             const std::vector<std::string>& names, double score_error, int level = -1);

}  // namespace tempera
