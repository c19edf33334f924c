// SPDX-License-Identifier: MIT
#include "targets/coordinates.hpp"

#include <cmath>
#include <stdexcept>

#include "core/scratch.hpp"

namespace tempera {

namespace {

/// The rows of a matrix in blocks of lanes: body(block of rows, index of its first one).
template <class Body>
void for_row_blocks(const Eigen::MatrixXd& a, Body body) {
    const int dim = static_cast<int>(a.cols());
    Scratch frame;
    const Block<double> x{frame.take<double>(static_cast<std::size_t>(dim) * block_size), dim, 0};
    for (Eigen::Index first = 0; first < a.rows(); first += block_size) {
        Block<double> part = x;
        part.n = static_cast<int>(std::min<Eigen::Index>(block_size, a.rows() - first));
        for (int i = 0; i < dim; ++i) {
            for (int lane = 0; lane < part.lanes(); ++lane) {
                part(i, lane) = a(std::min(first + lane, a.rows() - 1), i);
            }
        }
        body(part, first);
    }
}

Block<double> take(Scratch& frame, int dim, int n) {
    return {frame.take<double>(static_cast<std::size_t>(dim) * block_size), dim, n};
}

/// A B, or A B^T with `embed`.
Eigen::MatrixXd times(const Isometry& basis, const Eigen::MatrixXd& a, bool embed) {
    const int columns = embed ? basis.rows() : basis.columns();
    Eigen::MatrixXd out(a.rows(), columns);
    for_row_blocks(a, [&](Block<const double> rows, Eigen::Index first) {
        Scratch frame;
        const Block<double> image = take(frame, columns, rows.n);
        embed ? basis.embed(rows, image) : basis.project(rows, image);
        for (int lane = 0; lane < rows.n; ++lane) {
            for (int i = 0; i < columns; ++i) {
                out(first + lane, i) = image(i, lane);
            }
        }
    });
    return out;
}

/// The same for points [n, .] row-major.
std::vector<double> times(const Isometry& basis, const std::vector<double>& points, bool embed) {
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Index dim = embed ? basis.columns() : basis.rows(),
                       n = static_cast<Eigen::Index>(points.size()) / dim;
    const Rows out = times(basis, Eigen::MatrixXd(Eigen::Map<const Rows>(points.data(), n, dim)), embed);
    return {out.data(), out.data() + out.size()};
}

}  // namespace

Coordinates::Coordinates(int dim) : shift_(Eigen::VectorXd::Zero(dim)) {}

Coordinates::Coordinates(Eigen::VectorXd shift, double scale, std::shared_ptr<const Isometry> basis)
    : shift_(std::move(shift)), scale_(scale), basis_(std::move(basis)) {
    if (!(scale_ > 0) || !std::isfinite(scale_)) {
        throw std::invalid_argument("the scale of coordinates must be positive");
    }
    if (!basis_) {
        return;
    }
    if (basis_->rows() != shift_.size()) {
        throw std::invalid_argument("shift and basis of coordinates differ in dimension");
    }
    const Eigen::MatrixXd row = shift_.transpose();
    const Eigen::MatrixXd kept = times(*basis_, times(*basis_, row, false), true);
    if ((kept - row).norm() > 1e-9 * (1 + row.norm())) {
        throw std::invalid_argument("the shift of coordinates leaves the span of their basis");
    }
}

double Coordinates::log_volume() const { return dim() * std::log(scale_); }

template <class Real>
void Coordinates::to_target(Block<const Real> y, Block<Real> x) const {
    if (basis_) {
        basis_->embed(y, x);
    }
    const Real scale = static_cast<Real>(scale_);
    for (int i = 0; i < x.dim; ++i) {
        const Real* from = basis_ ? x.row(i) : y.row(i);
        const Real shift = static_cast<Real>(shift_[i]);
        for (int lane = 0; lane < y.lanes(); ++lane) {
            x(i, lane) = shift + scale * from[lane];
        }
    }
}

template <class Real>
void Coordinates::from_target(Block<const Real> x, Block<double> y) const {
    Scratch frame;
    const Block<double> flat = basis_ ? take(frame, x.dim, x.n) : y;
    for (int i = 0; i < x.dim; ++i) {
        for (int lane = 0; lane < x.lanes(); ++lane) {
            flat(i, lane) = (static_cast<double>(x(i, lane)) - shift_[i]) / scale_;
        }
    }
    if (basis_) {
        basis_->project(flat, y);
    }
}

Eigen::VectorXd Coordinates::from_target(const Eigen::VectorXd& x) const {
    const Eigen::VectorXd flat = (x - shift_) / scale_;
    return basis_ ? Eigen::VectorXd(times(*basis_, flat.transpose(), false).transpose()) : flat;
}

std::vector<double> Coordinates::to_target(std::vector<double> y, double alpha) const {
    if (basis_) {
        y = times(*basis_, y, true);
    }
    const auto d = static_cast<std::size_t>(target_dim());
    for (std::size_t i = 0; i < y.size(); ++i) {
        y[i] = shift_[static_cast<Eigen::Index>(i % d)] + scale_ * y[i] / alpha;
    }
    return y;
}

std::vector<double> Coordinates::from_target(std::vector<double> x) const {
    const auto d = static_cast<std::size_t>(target_dim());
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = (x[i] - shift_[static_cast<Eigen::Index>(i % d)]) / scale_;
    }
    return basis_ ? times(*basis_, x, false) : x;
}

Eigen::MatrixXd Coordinates::project_rows(const Eigen::MatrixXd& a) const {
    return basis_ ? times(*basis_, a, false) : a;
}

template void Coordinates::to_target(Block<const float>, Block<float>) const;
template void Coordinates::to_target(Block<const double>, Block<double>) const;
template void Coordinates::from_target(Block<const float>, Block<double>) const;
template void Coordinates::from_target(Block<const double>, Block<double>) const;

}  // namespace tempera
