// SPDX-License-Identifier: MIT
// What the figures of runs and of trainings share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/settings.hpp"
#include "figures/plot_spec.hpp"

namespace tempera {

/// A figure without axes and layers yet; `preset` may be null.
PlotSpec new_figure(std::string id, std::string title, const Json* preset);
/// "two_lakes, seed 7, tempera BUILD": of the run that the preset belongs to.
std::string run_provenance(const Json& preset);
/// The same of the training of the preset's model, at a step.
std::string training_provenance(const Json& preset, long step);

PlotAxis axis(std::string label, double min, double max);
/// From the reference (n_levels, left) to the target (0, right), with room for what stands at both ends.
PlotAxis level_axis(int n_levels);
/// 0 to 1 with room above: fractions and probabilities.
PlotAxis fraction_axis(std::string label = {});
/// Limits on round values around the finite ones of `values`, so that they move seldom while a run adds to
/// them; logarithmic, if allowed, where all are positive and far apart. Never empty.
void fit(PlotAxis& axis, const std::vector<double>& values, bool may_be_log = false);
/// 1, 2 and 5 of each decade within [low, high]; where these are more than `most`, whole decades only.
std::vector<std::pair<double, std::string>> one_two_five(double low, double high, std::size_t most = 12);

/// "short_distances" -> "short distances".
std::string words_of(std::string name);
/// Name of a mode for texts: the target's own or "mode 3".
std::string mode_name(const std::vector<std::string>& names, int mode);
/// A line of one point is none to see: it becomes a dot.
PlotLayer seen(PlotLayer line);
/// A ring around the particle that was picked, in ink: modes and densities have all other colours.
PlotLayer pick_ring(double x, double y);
/// Adds the layers that have data, in this order.
void add_layers(PlotSpec& plot, std::vector<PlotLayer> layers);

}  // namespace tempera
