// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/block.hpp"

namespace tempera {

class StateArchive;

/// Positions that chains visited: rows of a point of each chain, in the order of time. Of every stride-th
/// step; the stride doubles, and every second row goes, when 200,000 points are kept.
template <class Real>
class CollectedPoints {
public:
    explicit CollectedPoints(long stride = 1) : stride_(stride) {}
    /// Positions x of the chains after step 0, 1, ...
    void add(long step, const Particles<Real>& x);
    const std::vector<double>& points() const { return points_; }  ///< [rows * chains, dim]
    void archive(StateArchive& archive);

private:
    std::vector<double> points_;
    long stride_;
};

}  // namespace tempera
