// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "paths/density_path.hpp"
#include "samplers/collected_points.hpp"

namespace tempera {

class StateArchive;

/// What replica exchange keeps of the positions it visits: samples of level 0 and the modes' shares of every
/// level.
template <class Real>
class ExchangeRecord {
public:
    ExchangeRecord(int n_levels, int n_modes);

    /// Levels 0 .. n-1 whose modes are to be assigned after a scan: level 0 always, the others every eighth
    /// time.
    int levels_due(long scan) const;
    /// Adds the responsibilities of the replicas of a level. Different levels may be added at the same time.
    void assign_modes(const DensityPath<Real>& path, int level, const Particles<Real>& x);
    void reset_occupancy();
    /// Mean responsibilities [n_levels + 1][n_modes]; NaN where nothing was assigned.
    std::vector<std::vector<double>> occupancy() const;

    void collect(long scan, const Particles<Real>& x) { collected_.add(scan, x); }
    const std::vector<double>& collected() const { return collected_.points(); }

    void archive(StateArchive& archive);

private:
    int n_modes_;
    std::vector<std::vector<double>> share_;  // sums of responsibilities
    std::vector<long> assigned_;
    CollectedPoints<Real> collected_;
};

}  // namespace tempera
