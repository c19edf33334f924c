// SPDX-License-Identifier: MIT
// Ways of comparing two sets of points of a target.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "targets/target.hpp"

namespace tempera {

/// Points with their observables; those without weight are passed over.
struct ComparedSet {
    int dim = 0;
    std::span<const double> x;                      ///< [n, dim] row-major, target coordinates
    std::span<const std::vector<double>> observed;  ///< [n_observables][n]
    std::vector<std::size_t> row;                   ///< of those that have weight
    std::vector<double> weight;                     ///< of these, sum 1
};

/// Some of the points that have weight, and several choices of how they count: their own weights first, then
/// those of bootstrap draws. Every choice sums to 1.
struct PointChoice {
    const ComparedSet* of = nullptr;
    std::vector<std::size_t> index = {};  ///< among those that have weight
    std::vector<std::vector<double>> weights = {};

    std::size_t size() const { return index.size(); }
    std::vector<double> coordinates() const;                   ///< [size, dim]
    std::vector<double> values(std::size_t observable) const;  ///< [size]
};

/// Numbers that come out of one comparison.
struct Metric {
    std::vector<std::string> keys;  ///< of the summary, below "metrics"
    std::size_t most;               ///< points of each set; of larger ones as many are drawn by weight
    std::size_t work;               ///< of one more choice of weights, per point; 0: next to none
    int n_splits;                   ///< of the reference, for the floor
    /// [choices of a][keys]; NaN where a value is not finite. b counts by its first choice.
    std::function<std::vector<std::vector<double>>(const PointChoice& a, const PointChoice& b)> compare;
};

/// Keys that every target has in its summary, null where they make no sense; observables come beside them.
const std::vector<std::string>& metric_keys();

/// What can be compared for a target of these observables, the energy first.
std::vector<Metric> metric_list(const std::optional<ParticleLayout>& layout,
                                const std::vector<Observable>& observables);

}  // namespace tempera
