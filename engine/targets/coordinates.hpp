// SPDX-License-Identifier: MIT
// The coordinates in which paths, kernels, moves and models work (docs/theory.md, "Path coordinates").
#pragma once

#include <Eigen/Dense>
#include <memory>
#include <vector>

#include "core/block.hpp"

namespace tempera {

/// A matrix B [rows, columns] with orthonormal columns: coordinates of the subspace that a target lives on,
/// such as the configurations of particles with their centre at rest. Applied per lane, never formed.
class Isometry {
public:
    virtual ~Isometry() = default;
    virtual int rows() const = 0;
    virtual int columns() const = 0;
    /// x = B y.
    virtual void embed(Block<const float> y, Block<float> x) const = 0;
    virtual void embed(Block<const double> y, Block<double> x) const = 0;
    /// y = B^T x.
    virtual void project(Block<const float> x, Block<float> y) const = 0;
    virtual void project(Block<const double> x, Block<double> y) const = 0;
};

/// Affine map x = shift + scale B y from coordinates y [dim] to a target's x [target_dim]. B is the identity
/// for targets on all of R^dim. As B is an isometry, noise, step scales and Gaussian normalisers in y are
/// those of the subspace.
class Coordinates {
public:
    /// x = y.
    explicit Coordinates(int dim = 0);
    /// `basis` null: B = 1. Throws std::invalid_argument unless scale > 0 and `shift` [target_dim] lies in
    /// the span of B.
    Coordinates(Eigen::VectorXd shift, double scale, std::shared_ptr<const Isometry> basis = nullptr);

    int dim() const { return basis_ ? basis_->columns() : target_dim(); }
    int target_dim() const { return static_cast<int>(shift_.size()); }
    const Eigen::VectorXd& shift() const { return shift_; }
    double scale() const { return scale_; }
    const Isometry* basis() const { return basis_.get(); }  ///< null: B = 1
    bool is_identity() const { return !basis_ && scale_ == 1 && shift_.isZero(0); }
    /// log of the volume in x of a unit of volume in y.
    double log_volume() const;

    /// Blocks of points: x [target_dim] from y [dim] and back; y = B^T (x - shift) / scale in float64.
    template <class Real>
    void to_target(Block<const Real> y, Block<Real> x) const;
    template <class Real>
    void from_target(Block<const Real> x, Block<double> y) const;
    Eigen::VectorXd from_target(const Eigen::VectorXd& x) const;
    /// Points [n, dim] row-major to the target's [n, target_dim]; those of a level where y is shrunk by
    /// `alpha` are stretched back first.
    std::vector<double> to_target(std::vector<double> y, double alpha = 1) const;
    /// Points [n, target_dim] row-major of the target's to [n, dim].
    std::vector<double> from_target(std::vector<double> x) const;
    /// A B for rows A [m, target_dim]: functionals of x - shift as functionals of scale y.
    Eigen::MatrixXd project_rows(const Eigen::MatrixXd& a) const;

private:
    Eigen::VectorXd shift_;
    double scale_ = 1;
    std::shared_ptr<const Isometry> basis_;
};

}  // namespace tempera
