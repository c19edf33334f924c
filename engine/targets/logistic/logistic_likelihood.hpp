// SPDX-License-Identifier: MIT
// Likelihood of a logistic regression for many coefficient vectors at once.
#pragma once

#include <Eigen/Dense>
#include <memory>

#include "core/block.hpp"

namespace tempera {

/// Rows a_n = -s_n (features_n, 1) with s_n = 1 where the label is 1 and -1 where it is 0: the label of row n
/// has log probability -softplus(a_n . x) under the coefficients x (weights, then bias).
using LogisticRows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// log L(x) = -sum_n softplus(a_n . x), its gradient -A^T p and Hessian -A^T diag(p (1 - p)) A with
/// p_n = 1 / (1 + exp(-a_n . x)). Lanes are coefficient vectors; tiles of eight rows by two vectors of lanes
/// stay in registers. No argument is too large: only exp(-|a_n . x|) is taken.
template <class Real>
class LogisticLikelihood {
public:
    /// rows [n, dim]
    explicit LogisticLikelihood(const LogisticRows& rows);
    ~LogisticLikelihood();

    int dim() const;
    int n_rows() const;

    /// What is filled; null pointers are skipped. Rows of derivatives have block_size lanes.
    struct Wanted {
        double* log_likelihood = nullptr;  ///< [lanes]
        Real* score = nullptr;             ///< [dim]
        Real* hessian = nullptr;           ///< [hessian_dim, hessian_dim], of which dim x dim; dim <= 64
        int hessian_dim = 0;
    };
    /// Of x [at least dim], whose first dim rows are the coefficients.
    void evaluate(Block<const Real> x, const Wanted& wanted) const;
    /// First dim rows of out = Hessian v.
    void hessian_vector(Block<const Real> x, Block<const Real> v, Block<Real> out) const;
    /// Rows whose label has a probability above one half, per lane.
    void count_correct(Block<const Real> x, double* out) const;

private:
    struct Passes;
    std::unique_ptr<const Passes> passes_;
};

}  // namespace tempera
