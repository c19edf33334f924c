// SPDX-License-Identifier: MIT
// Helpers for tests of densities: one-point evaluation, finite differences, two-dimensional quadrature.
#pragma once

#include <Eigen/Dense>
#include <memory>
#include <string>
#include <vector>

#include "paths/density_path.hpp"
#include "targets/target.hpp"

namespace tempera::test {

/// A density and its derivatives at one point, in float64.
struct Point {
    double log_density = 0;
    Eigen::VectorXd score;
    Eigen::MatrixXd hessian;
};

template <class Real>
Point evaluate(const Density<Real>& density, const Eigen::VectorXd& x);
template <class Real>
double log_density(const Density<Real>& density, const Eigen::VectorXd& x);
template <class Real>
Eigen::VectorXd hessian_vector(const Density<Real>& density, const Eigen::VectorXd& x,
                               const Eigen::VectorXd& v);

Eigen::VectorXd score(const Density<double>& density, const Eigen::VectorXd& x);

/// Central differences of the log density, and of the score (float64 densities).
Eigen::VectorXd difference_score(const Density<double>& density, const Eigen::VectorXd& x,
                                 double step = 1e-5);
Eigen::MatrixXd difference_hessian(const Density<double>& density, const Eigen::VectorXd& x,
                                   double step = 1e-5);

/// log of the integral of exp(log density) over a box, midpoint rule with n x n cells.
double log_integral_2d(const Density<double>& density, double x0, double x1, double y0, double y1, int n);

/// Is it a target that a user's file makes? Such stand in no list here.
bool needs_file(const TargetEntry& entry);
/// The catalogue's targets that have exact samples, with settings that make them small: {name, settings}.
std::vector<std::pair<std::string, Json>> small_targets();
/// Those that have none.
std::vector<std::pair<std::string, Json>> unsampled_targets();
template <class Real>
std::shared_ptr<Target<Real>> make_target(const std::string& name, const Json& settings = Json::object());
template <class Real>
std::shared_ptr<DensityPath<Real>> make_path(const std::string& name, const Json& settings,
                                             std::shared_ptr<const Target<Real>> target,
                                             const Schedule& schedule);

/// n exact samples of a target, in blocks of the usual size; standard normals where it has no sampler.
template <class Real>
Particles<Real> draw(const Target<Real>& target, int n, std::uint64_t seed);
/// The same where there are exact samples; else points where the density is neither infinite nor flat:
/// particles about a lattice, other coordinates standard normal.
Particles<double> typical(const Target<double>& target, int n, std::uint64_t seed);

}  // namespace tempera::test
