// SPDX-License-Identifier: MIT
#include "diagnostics/principal_axes.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace tempera {

namespace {

using Matrix = Eigen::MatrixXd;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Points about their weighted mean; those without weight or not finite are rows of zeros.
struct Centred {
    Rows x;                  ///< [n, dim]
    Eigen::VectorXd weight;  ///< [n], sum 1

    Centred(std::span<const double> all, std::span<const float> weights, int dim)
        : x(Eigen::Map<const Rows>(all.data(), static_cast<Eigen::Index>(weights.size()), dim)),
          weight(static_cast<Eigen::Index>(weights.size())) {
        for (Eigen::Index i = 0; i < weight.size(); ++i) {
            const bool finite = x.row(i).allFinite();
            weight[i] = finite ? static_cast<double>(weights[static_cast<std::size_t>(i)]) : 0;
            if (!finite) {
                x.row(i).setZero();
            }
        }
        const double total = weight.sum();
        weight /= total > 0 ? total : 1;
        x.rowwise() -= (weight.transpose() * x).eval();
        for (Eigen::Index i = 0; i < weight.size(); ++i) {
            if (weight[i] == 0) {
                x.row(i).setZero();
            }
        }
    }
};

Matrix orthonormal(const Matrix& columns) {
    return Eigen::HouseholderQR<Matrix>(columns).householderQ() *
           Matrix::Identity(columns.rows(), columns.cols());
}

/// Columns to start from: the axes before, then waves that no axis of an ordinary target is orthogonal to.
Matrix first_columns(int dim, int n_columns, const PrincipalAxes* before) {
    Matrix out(dim, n_columns);
    for (int c = 0; c < n_columns; ++c) {
        for (int i = 0; i < dim; ++i) {
            out(i, c) = std::cos(1.0 + 0.7 * (c + 1) * (i + 1)) + (i % n_columns == c ? 1 : 0);
        }
    }
    for (std::size_t a = 0; before && a < 2; ++a) {
        if (static_cast<int>(before->axis[a].size()) == dim) {
            out.col(static_cast<int>(a)) = Eigen::Map<const Eigen::VectorXd>(before->axis[a].data(), dim);
        }
    }
    return orthonormal(out);
}

double sign_of(const Eigen::VectorXd& axis, const std::vector<double>* before) {
    if (before && static_cast<Eigen::Index>(before->size()) == axis.size()) {
        return axis.dot(Eigen::Map<const Eigen::VectorXd>(before->data(), axis.size())) < 0 ? -1 : 1;
    }
    Eigen::Index largest = 0;
    axis.cwiseAbs().maxCoeff(&largest);
    return axis[largest] < 0 ? -1 : 1;
}

}  // namespace

PrincipalAxes principal_axes(std::span<const double> x, std::span<const float> weight, int dim,
                             const PrincipalAxes* before) {
    constexpr int most_columns = 8, most_steps = 60;
    constexpr double tolerance = 1e-7;
    PrincipalAxes out;
    if (dim < 2 || weight.empty()) {
        return out;
    }
    const Centred points(x, weight, dim);
    Matrix columns = first_columns(dim, std::min(dim, most_columns), before);
    Eigen::Vector2d variances(0, 0);
    for (int step = 0; step < most_steps; ++step) {
        const Matrix spread = points.x * columns;  // [n, columns]
        const Matrix image = points.x.transpose() * (points.weight.asDiagonal() * spread);
        const Eigen::SelfAdjointEigenSolver<Matrix> small(columns.transpose() * image);
        const Matrix turned = small.eigenvectors().rowwise().reverse();  // largest first
        const Eigen::Vector2d now = small.eigenvalues().reverse().head<2>();
        const double change = (now - variances).cwiseAbs().maxCoeff();
        variances = now;
        if (change <= tolerance * std::abs(now[0])) {
            columns = columns * turned;
            break;
        }
        columns = orthonormal(image * turned);
    }
    for (std::size_t a = 0; a < 2; ++a) {
        const Eigen::VectorXd axis = columns.col(static_cast<int>(a));
        const double sign = sign_of(axis, before && before->known() ? &before->axis[a] : nullptr);
        for (const double v : axis) {
            out.axis[a].push_back(sign * v);
        }
    }
    return out;
}

std::array<std::vector<double>, 2> along_axes(const PrincipalAxes& axes, std::span<const double> x,
                                              std::span<const float> weight, int dim) {
    std::array<std::vector<double>, 2> out;
    for (std::size_t a = 0; a < 2 && axes.known(); ++a) {
        const Eigen::Map<const Eigen::VectorXd> axis(axes.axis[a].data(), dim);
        double mean = 0, total = 0;
        for (std::size_t i = 0; i < weight.size(); ++i) {
            const double at = axis.dot(
                Eigen::Map<const Eigen::VectorXd>(x.data() + i * static_cast<std::size_t>(dim), dim));
            out[a].push_back(at);
            if (std::isfinite(at)) {
                mean += static_cast<double>(weight[i]) * at, total += static_cast<double>(weight[i]);
            }
        }
        for (double& at : out[a]) {
            at -= total > 0 ? mean / total : 0;
        }
    }
    return out;
}

}  // namespace tempera
