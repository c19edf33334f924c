// SPDX-License-Identifier: MIT
// Bootstrap of weighted points (Efron, Ann. Statist. 7, 1979): whole groups of points that depend on each
// other are drawn anew, with replacement.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/rng.hpp"
#include "diagnostics/chain_error.hpp"

namespace tempera {

/// What is drawn: groups that do not depend on each other.
struct BootstrapUnits {
    std::vector<int> of;  ///< [n] group of each point, 0 .. n_units - 1
    int n_units = 0;
    std::string what = {};     ///< "lineages", "chains", ...
    std::string missing = {};  ///< why they give no error; empty where they do
};

/// Points that descend from one particle; without roots each is its own. None of fewer than ten effective
/// ones by weight [n], which sums to 1.
BootstrapUnits lineage_units(std::span<const double> weight, const std::vector<int>* root);

/// Whole chains from ten on; of fewer, stretches of five autocorrelation times of the series, ten at least
/// of all.
BootstrapUnits chain_units(const ChainSeries& series);

/// weight [n] of points that belong to groups of_point [n], each times how often its group is drawn in
/// n_units draws from the stream `key`; sums to 1.
std::vector<double> bootstrap_weights(std::span<const double> weight, std::span<const int> of_point,
                                      int n_units, const StreamKey& key);

/// Points that stand for a weighted set: point i, of weight w_i, count w_i times on average; ascending.
/// 0 <= offset < 1.
std::vector<std::size_t> systematic_points(std::span<const double> weight, std::size_t count, double offset);

/// 0 .. n-1 in an order of the stream `key`.
std::vector<std::size_t> random_order(std::size_t n, const StreamKey& key);

}  // namespace tempera
