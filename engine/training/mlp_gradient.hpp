// SPDX-License-Identifier: MIT
// The multilayer perceptron that is trained: values, derivatives along directions and the gradient of both
// with respect to every weight, written out by hand. Columns are points: a batch is a matrix [rows, n].
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <vector>

namespace tempera::training {

template <class Real>
using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
/// Parameters and gradients: aligned, because how Eigen adds up depends on the alignment and bits shall not.
template <class Real>
using Parameters = std::vector<Real, Eigen::aligned_allocator<Real>>;
template <class Real>
using Vector = Eigen::Matrix<Real, Eigen::Dynamic, 1>;

/// Everything one batch leaves behind for its backward passes.
template <class Real>
struct MlpRecord {
    Matrix<Real> input;                      ///< [n_in, n]
    std::vector<Matrix<Real>> a, h, s1;      ///< per hidden layer [width, n]: pre-activation, value, slope
    Matrix<Real> output;                     ///< [n_out, n]
    std::vector<Matrix<Real>> down;          ///< per hidden layer: d(weighted output)/d(a)
    Matrix<Real> seed;                       ///< [n_out, n] the weights of that output
    std::vector<Matrix<Real>> a_dot, h_dot;  ///< tangents
    Matrix<Real> input_dot, output_dot;
};

/// Layers as in a weights file: w [n_out, n_in], then b [n_out], one after the other, SiLU between them.
class MlpShape {
public:
    MlpShape() = default;
    explicit MlpShape(std::vector<int> widths);  ///< input, hidden..., output
    int n_layers() const { return static_cast<int>(widths_.size()) - 1; }
    int rows(int layer) const { return widths_[static_cast<std::size_t>(layer) + 1]; }
    int columns(int layer) const { return widths_[static_cast<std::size_t>(layer)]; }
    std::size_t weight_offset(int layer) const { return offsets_[static_cast<std::size_t>(layer)]; }
    std::size_t bias_offset(int layer) const {
        return weight_offset(layer) + static_cast<std::size_t>(rows(layer)) * columns(layer);
    }
    std::size_t n_parameters() const { return offsets_.back(); }
    const std::vector<int>& widths() const { return widths_; }

private:
    std::vector<int> widths_;
    std::vector<std::size_t> offsets_{0};
};

template <class Real>
class Mlp {
public:
    /// `parameters` [shape.n_parameters()] must outlive the object.
    Mlp(const MlpShape& shape, const Real* parameters) : shape_(shape), p_(parameters) {}

    /// Fills record.output from record.input.
    void forward(MlpRecord<Real>& record) const;
    /// Gradient of sum_o seed[o] output[o] with respect to the input, [n_in, n]; keeps record.down.
    Matrix<Real> pull(MlpRecord<Real>& record, const Matrix<Real>& seed) const;
    /// Derivative of the output along record.input_dot; fills record.output_dot. After forward().
    void push(MlpRecord<Real>& record) const;
    /// Adds to `gradient` the derivative, for every weight, of
    ///   sum_n  e_n . output_n  +  seed_n . output_dot_n
    /// where `seed` is that of the last pull() and output_dot that of the last push(), and returns the
    /// derivative with respect to the input at fixed input_dot (for seed-weighted scalars: e^T J +
    /// Hessian-vector product).
    Matrix<Real> backward_tangent(MlpRecord<Real>& record, const Matrix<Real>& e, Real* gradient) const;
    /// The same for sum_n e_n . output_n alone.
    void backward(MlpRecord<Real>& record, const Matrix<Real>& e, Real* gradient) const;

private:
    using Weights = Eigen::Map<const Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
    Weights weights(int layer) const {
        return {p_ + shape_.weight_offset(layer), shape_.rows(layer), shape_.columns(layer)};
    }
    Eigen::Map<const Vector<Real>> bias(int layer) const {
        return {p_ + shape_.bias_offset(layer), shape_.rows(layer)};
    }
    void add_layer(int layer, const Matrix<Real>& beta, const Matrix<Real>& value, Real* gradient) const;
    void add_tangent(int layer, const Matrix<Real>& alpha, const Matrix<Real>& tangent, Real* gradient) const;

    const MlpShape& shape_;
    const Real* p_;
};

/// He-like start, uniform in +-1/sqrt(fan in) as common frameworks do; keyed by the seed only.
void initialise(const MlpShape& shape, std::uint64_t seed, std::vector<double>& parameters);

}  // namespace tempera::training
