// SPDX-License-Identifier: MIT
#include "training/mlp_gradient.hpp"

#include <cmath>

#include "core/rng.hpp"

namespace tempera::training {

MlpShape::MlpShape(std::vector<int> widths) : widths_(std::move(widths)) {
    for (int l = 0; l < n_layers(); ++l) {
        offsets_.push_back(offsets_.back() +
                           static_cast<std::size_t>(rows(l)) * (static_cast<std::size_t>(columns(l)) + 1));
    }
}

namespace {

/// Large negative arguments would overflow exp; SiLU and its slopes have long vanished there.
template <class Real>
constexpr Real floor_of_a = Real(-80);

}  // namespace

template <class Real>
void Mlp<Real>::forward(MlpRecord<Real>& r) const {
    const int n_hidden = shape_.n_layers() - 1;
    r.a.resize(static_cast<std::size_t>(n_hidden));
    r.h.resize(r.a.size());
    r.s1.resize(r.a.size());
    const Matrix<Real>* x = &r.input;
    for (int l = 0; l < n_hidden; ++l) {
        const auto i = static_cast<std::size_t>(l);
        r.a[i].noalias() = weights(l) * *x;
        r.a[i].colwise() += bias(l);
        r.h[i].resizeLike(r.a[i]);
        r.s1[i].resizeLike(r.a[i]);
        const auto a = r.a[i].array();
        // slope s'(a) = g (1 + a (1 - g)), g the logistic function
        r.s1[i].array() = ((-a.max(floor_of_a<Real>)).exp() + Real(1)).inverse();
        r.h[i].array() = a * r.s1[i].array();
        r.s1[i].array() += r.h[i].array() * (Real(1) - r.s1[i].array());
        x = &r.h[i];
    }
    r.output.noalias() = weights(n_hidden) * *x;
    r.output.colwise() += bias(n_hidden);
}

template <class Real>
Matrix<Real> Mlp<Real>::pull(MlpRecord<Real>& r, const Matrix<Real>& seed) const {
    const int n_hidden = shape_.n_layers() - 1;
    r.seed = seed;
    r.down.resize(static_cast<std::size_t>(n_hidden));
    const Matrix<Real>* above = &r.seed;
    for (int l = n_hidden - 1; l >= 0; --l) {
        const auto i = static_cast<std::size_t>(l);
        r.down[i].noalias() = weights(l + 1).transpose() * *above;
        r.down[i].array() *= r.s1[i].array();
        above = &r.down[i];
    }
    return weights(0).transpose() * *above;
}

template <class Real>
void Mlp<Real>::push(MlpRecord<Real>& r) const {
    const int n_hidden = shape_.n_layers() - 1;
    r.a_dot.resize(static_cast<std::size_t>(n_hidden));
    r.h_dot.resize(r.a_dot.size());
    const Matrix<Real>* x = &r.input_dot;
    for (int l = 0; l < n_hidden; ++l) {
        const auto i = static_cast<std::size_t>(l);
        r.a_dot[i].noalias() = weights(l) * *x;
        r.h_dot[i] = r.a_dot[i].cwiseProduct(r.s1[i]);
        x = &r.h_dot[i];
    }
    r.output_dot.noalias() = weights(n_hidden) * *x;
}

template <class Real>
void Mlp<Real>::add_layer(int l, const Matrix<Real>& beta, const Matrix<Real>& value, Real* gradient) const {
    Eigen::Map<Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> w(
        gradient + shape_.weight_offset(l), shape_.rows(l), shape_.columns(l));
    Eigen::Map<Vector<Real>> b(gradient + shape_.bias_offset(l), shape_.rows(l));
    w.noalias() += beta * value.transpose();
    b.noalias() += beta.rowwise().sum();
}

template <class Real>
void Mlp<Real>::add_tangent(int l, const Matrix<Real>& alpha, const Matrix<Real>& tangent,
                            Real* gradient) const {
    Eigen::Map<Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> w(
        gradient + shape_.weight_offset(l), shape_.rows(l), shape_.columns(l));
    w.noalias() += alpha * tangent.transpose();
}

template <class Real>
Matrix<Real> Mlp<Real>::backward_tangent(MlpRecord<Real>& r, const Matrix<Real>& e, Real* gradient) const {
    const int n_hidden = shape_.n_layers() - 1;
    const auto value = [&](int l) -> const Matrix<Real>& {
        return l < 0 ? r.input : r.h[static_cast<std::size_t>(l)];
    };
    const auto tangent = [&](int l) -> const Matrix<Real>& {
        return l < 0 ? r.input_dot : r.h_dot[static_cast<std::size_t>(l)];
    };
    if (gradient) {
        add_layer(n_hidden, e, value(n_hidden - 1), gradient);
        add_tangent(n_hidden, r.seed, tangent(n_hidden - 1), gradient);
    }
    Matrix<Real> eta = weights(n_hidden).transpose() * e;
    Matrix<Real> kappa = weights(n_hidden).transpose() * r.seed;
    Matrix<Real> beta(eta.rows(), eta.cols());
    for (int l = n_hidden - 1; l >= 0; --l) {
        const auto i = static_cast<std::size_t>(l);
        const auto a = r.a[i].array();
        // s''(a) = g (1 - g) (2 + a (1 - 2 g)), g the logistic function
        const auto g = ((-a.max(floor_of_a<Real>)).exp() + Real(1)).inverse().eval();
        beta.resizeLike(eta);
        beta.array() = r.s1[i].array() * eta.array() + g * (Real(1) - g) *
                                                           (Real(2) + a * (Real(1) - Real(2) * g)) *
                                                           r.a_dot[i].array() * kappa.array();
        if (gradient) {
            add_layer(l, beta, value(l - 1), gradient);
            add_tangent(l, r.down[i], tangent(l - 1), gradient);
        }
        eta = weights(l).transpose() * beta;
        if (l > 0) {
            kappa = weights(l).transpose() * r.down[i];
        }
    }
    return eta;
}

template <class Real>
void Mlp<Real>::backward(MlpRecord<Real>& r, const Matrix<Real>& e, Real* gradient) const {
    const int n_hidden = shape_.n_layers() - 1;
    Matrix<Real> beta = e, eta;
    for (int l = n_hidden; l >= 0; --l) {
        add_layer(l, beta, l == 0 ? r.input : r.h[static_cast<std::size_t>(l) - 1], gradient);
        if (l > 0) {
            eta.noalias() = weights(l).transpose() * beta;
            beta = eta.cwiseProduct(r.s1[static_cast<std::size_t>(l) - 1]);
        }
    }
}

void initialise(const MlpShape& shape, std::uint64_t seed, std::vector<double>& parameters) {
    parameters.assign(shape.n_parameters(), 0.0);
    for (int l = 0; l < shape.n_layers(); ++l) {
        StreamKey key;
        key.seed = seed;
        Stream stream(key.with(Purpose::training, static_cast<std::uint32_t>(l), 0xffffffffU), 0);
        const double bound = 1 / std::sqrt(static_cast<double>(shape.columns(l)));
        const std::size_t end = shape.bias_offset(l) + static_cast<std::size_t>(shape.rows(l));
        for (std::size_t i = shape.weight_offset(l); i < end; ++i) {
            parameters[i] = bound * (2 * stream.uniform() - 1);
        }
    }
}

template class Mlp<float>;
template class Mlp<double>;

}  // namespace tempera::training
