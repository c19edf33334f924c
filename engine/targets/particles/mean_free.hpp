// SPDX-License-Identifier: MIT
// Configurations of particles with their centre at rest.
#pragma once

#include "targets/coordinates.hpp"

namespace tempera {

/// Coordinates of n_particles points in R^n_axes whose mean is zero: per axis the n - 1 Helmert vectors
/// (1, .., 1, -k, 0, .., 0) / sqrt(k (k + 1)). x is particle-major [n_particles * n_axes]. Applied in O(n) by
/// running sums. Moving all particles together changes B^T x nowhere.
class MeanFree final : public Isometry {
public:
    MeanFree(int n_particles, int n_axes) : n_(n_particles), axes_(n_axes) {}
    int rows() const override { return n_ * axes_; }
    int columns() const override { return (n_ - 1) * axes_; }
    void embed(Block<const float> y, Block<float> x) const override;
    void embed(Block<const double> y, Block<double> x) const override;
    void project(Block<const float> x, Block<float> y) const override;
    void project(Block<const double> x, Block<double> y) const override;

private:
    int n_, axes_;
};

}  // namespace tempera
