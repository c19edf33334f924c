// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

namespace tempera {

/// Proportions of modes from responsibilities [n * n_modes]; weights by exp(log_weight) (empty = equal).
std::vector<double> mode_proportions(std::span<const double> responsibilities, int n_modes,
                                     std::span<const double> log_weight);
/// Half-width of a 95 % interval of each proportion: effective number of draws n_eff (ESS, unique roots).
std::vector<double> mode_interval(const std::vector<double>& proportion, double n_eff);
/// The same from the proportions' standard errors, each of which tells its own effective number of draws;
/// n_eff stands in where no draw or every draw is of the mode. Empty standard errors: all have n_eff.
std::vector<double> mode_interval(const std::vector<double>& proportion,
                                  const std::vector<double>& standard_error, double n_eff);
/// Largest difference of a proportion from the exact one in standard errors, `interval` being
/// mode_interval(); 0.1 counts as four where the interval is not known. Infinite for what is no number.
double proportion_deviation(const std::vector<double>& found, const std::vector<double>& exact,
                            const std::vector<double>& interval);
/// True when every proportion lies within four standard errors of the exact one.
bool proportions_agree(const std::vector<double>& found, const std::vector<double>& exact,
                       const std::vector<double>& interval);
double total_variation(const std::vector<double>& p, const std::vector<double>& q);
double mean_absolute_error(const std::vector<double>& p, const std::vector<double>& q);
/// Index of the largest responsibility of each point.
std::vector<int> hard_modes(std::span<const double> responsibilities, int n_modes);

}  // namespace tempera
