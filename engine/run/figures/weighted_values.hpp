// SPDX-License-Identifier: MIT
// Values of observables over points, as histograms, projections and free energies take them.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/grid.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

/// Finite values that have a weight, and the weights.
struct Weighted {
    std::vector<double> value, weight;

    void add(double v, double w);
    double total() const;
    double mean() const;
    /// Effective number of them, (sum w)^2 / sum w^2.
    double effective() const;
    /// Limits that leave out a thousandth of the weight at each end, and some room.
    std::array<double, 2> limits() const;
};

/// Values of some of the observables and their weights; the rest of the set is empty. Of chains at the target
/// along their way as far as it is kept, evenly thinned, because few chains are few points at a time; else of
/// the particles of the moment.
PointSet seen_values(const Snapshot& s, std::initializer_list<std::size_t> which);

/// Name and unit of an observable, for axes.
std::string label_of(const Observable& o);

/// Value of an observable, of a periodic one within half a period of zero.
double within_period(const Observable& o, double value);
Weighted values_of(const PointSet& points, std::size_t k, const Observable& o);
/// One period, or what shows the values.
std::array<double, 2> limits_of(const Observable& o, const Weighted& values);

/// Two coordinates of the same points, where both are finite.
struct JointValues {
    Weighted across, up;
    Box box;                                     ///< what is shown of them
    std::array<bool, 2> periodic{false, false};  ///< the box is a period wide, high
};
JointValues joint_values(const PointSet& points, const std::vector<double>& across,
                         const std::vector<double>& up);
JointValues joint_values(const PointSet& points, const std::vector<Observable>& observables, std::size_t a,
                         std::size_t b);
/// Weight in each of n x n cells, blurred by `radius` of them, across the ends of a period, too.
Grid joint_density(const JointValues& values, int n, int radius);

}  // namespace tempera
