// SPDX-License-Identifier: MIT
#include "training/field.hpp"

#include <cmath>
#include <numbers>

#include "core/errors.hpp"
#include "core/parallel.hpp"

namespace tempera::training {

namespace {

/// Constants are nats: they have further to go than weights, and Adam moves every parameter at the same
/// speed.
constexpr double constant_scale = 10;

std::vector<int> widths_of(const NetSpec& s) {
    std::vector<int> w{s.dim + 1};
    w.insert(w.end(), s.hidden.begin(), s.hidden.end());
    w.push_back(s.head == Head::scalar ? 1 : s.dim);
    return w;
}

}  // namespace

Head head_of(bool has_energy, const std::string& head) {
    if (!has_energy) {
        return Head::score;
    }
    for (const Head h : {Head::scalar, Head::dot, Head::squared_norm}) {
        if (head == to_string(h)) {
            return h;
        }
    }
    throw ConfigError("model.head", "\"" + head + "\" is not known (one of: scalar, dot, squared_norm)");
}

const char* to_string(Head head) {
    switch (head) {
    case Head::scalar:
        return "scalar";
    case Head::dot:
        return "dot";
    case Head::squared_norm:
        return "squared_norm";
    default:
        return "score";
    }
}

/// Per-point factors of the preconditioning.
template <class Real>
struct Net<Real>::Factors {
    Vector<Real> v, c_in, scale;  ///< scale: of G, or of F in a score
    Factors(const NetSpec& s, const Eigen::Ref<const Vector<Real>>& sigma) {
        const Real sd = static_cast<Real>(s.sigma_data), floor = static_cast<Real>(s.scale_floor);
        v = sigma.array().square() + sd * sd;
        c_in = v.array().rsqrt();
        scale = s.head == Head::score ? Vector<Real>(sd * c_in.array() / sigma.array())
                                      : Vector<Real>(sd * (sigma.array().square() + floor * floor).rsqrt());
    }
};

template <class Real>
Net<Real>::Net(const NetSpec& spec)
    : spec_(spec), shape_(widths_of(spec)), parameters_(shape_.n_parameters() + table_size + 1, Real(0)) {}

template <class Real>
void Net<Real>::evaluate(PointBatch<Real>& batch, bool with_slope) const {
    const int n = batch.size(), n_chunks = (n + chunk - 1) / chunk;
    batch.records.resize(static_cast<std::size_t>(n_chunks));
    batch.energy.resize(n);
    if (with_slope || !has_energy()) {
        batch.slope.resize(spec_.dim, n);
    }
    parallel_for(n_chunks, [&](int c) { evaluate_chunk(batch, c, with_slope); });
}

template <class Real>
void Net<Real>::evaluate_chunk(PointBatch<Real>& batch, int c, bool with_slope) const {
    const int first = c * chunk, n = std::min(chunk, batch.size() - first), dim = spec_.dim;
    MlpRecord<Real>& r = batch.records[static_cast<std::size_t>(c)];
    const Mlp<Real> mlp(shape_, parameters_.data());
    const Factors f(spec_, batch.sigma.segment(first, n));
    const auto y = batch.y.middleCols(first, n);
    r.input.resize(dim + 1, n);
    r.input.topRows(dim) = y * f.c_in.asDiagonal();
    r.input.row(dim) = batch.sigma.segment(first, n).array().log() / Real(4);
    mlp.forward(r);
    const auto u = r.input.topRows(dim);
    if (!has_energy()) {
        batch.slope.middleCols(first, n) =
            y * f.v.cwiseInverse().asDiagonal() - r.output * f.scale.asDiagonal();
        return;
    }
    Vector<Real> g(n);
    Matrix<Real> seed;
    switch (spec_.head) {
    case Head::dot:
        g = u.cwiseProduct(r.output).colwise().sum().transpose(), seed = u;
        break;
    case Head::squared_norm:
        g = r.output.colwise().squaredNorm().transpose() / Real(-2), seed = -r.output;
        break;
    default:
        g = r.output.row(0).transpose(), seed = Matrix<Real>::Ones(1, n);
    }
    batch.energy.segment(first, n) =
        y.colwise().squaredNorm().transpose().array() / (Real(2) * f.v.array()) - f.scale.array() * g.array();
    if (with_slope) {
        Matrix<Real> grad = mlp.pull(r, seed).topRows(dim);
        if (spec_.head == Head::dot) {
            grad += r.output;
        }
        batch.slope.middleCols(first, n) =
            y * f.v.cwiseInverse().asDiagonal() - grad * f.scale.cwiseProduct(f.c_in).asDiagonal();
    }
}

template <class Real>
void Net<Real>::accumulate(PointBatch<Real>& batch, const Cotangents<Real>& c,
                           Parameters<Real>& gradient) const {
    const int n_chunks = static_cast<int>(batch.records.size());
    const auto size = shape_.n_parameters();
    std::vector<Parameters<Real>> parts(static_cast<std::size_t>(n_chunks));
    parallel_for(n_chunks, [&](int i) {
        auto& part = parts[static_cast<std::size_t>(i)];
        part.assign(size, Real(0));
        accumulate_chunk(batch, i, c, part.data());
    });
    Eigen::Map<Vector<Real>> total(gradient.data(), static_cast<Eigen::Index>(size));
    for (const auto& part : parts) {
        total += Eigen::Map<const Vector<Real>>(part.data(), static_cast<Eigen::Index>(size));
    }
}

template <class Real>
void Net<Real>::accumulate_chunk(PointBatch<Real>& batch, int c, const Cotangents<Real>& cot,
                                 Real* gradient) const {
    const int first = c * chunk, n = std::min(chunk, batch.size() - first), dim = spec_.dim;
    MlpRecord<Real>& r = batch.records[static_cast<std::size_t>(c)];
    const Mlp<Real> mlp(shape_, parameters_.data());
    const Factors f(spec_, batch.sigma.segment(first, n));
    if (!has_energy()) {
        mlp.backward(r, -(cot.slope.middleCols(first, n) * f.scale.asDiagonal()), gradient);
        return;
    }
    Matrix<Real> e = Matrix<Real>::Zero(r.output.rows(), n);
    if (cot.energy.size() > 0) {
        const Vector<Real> w = -cot.energy.segment(first, n).cwiseProduct(f.scale);
        switch (spec_.head) {
        case Head::dot:
            e = r.input.topRows(dim) * w.asDiagonal();
            break;
        case Head::squared_norm:
            e = -(r.output * w.asDiagonal());
            break;
        default:
            e = w.transpose();
        }
    }
    if (cot.slope.size() == 0) {
        mlp.backward(r, e, gradient);
        return;
    }
    r.input_dot.resize(dim + 1, n);
    r.input_dot.topRows(dim) = -(cot.slope.middleCols(first, n) * f.scale.cwiseProduct(f.c_in).asDiagonal());
    r.input_dot.row(dim).setZero();
    mlp.push(r);
    if (spec_.head == Head::dot) {
        e += r.input_dot.topRows(dim);
    } else if (spec_.head == Head::squared_norm) {
        e -= r.output_dot;
    }
    mlp.backward_tangent(r, e, gradient);
}

template <class Real>
std::vector<Matrix<Real>> Net<Real>::hessian(PointBatch<Real>& batch) const {
    const int dim = spec_.dim;
    std::vector<Matrix<Real>> out(static_cast<std::size_t>(dim), Matrix<Real>(dim, batch.size()));
    parallel_for(static_cast<int>(batch.records.size()), [&](int c) {
        const int first = c * chunk, n = std::min(chunk, batch.size() - first);
        MlpRecord<Real>& r = batch.records[static_cast<std::size_t>(c)];
        const Mlp<Real> mlp(shape_, parameters_.data());
        const Factors f(spec_, batch.sigma.segment(first, n));
        for (int i = 0; i < dim; ++i) {
            r.input_dot = Matrix<Real>::Zero(dim + 1, n);
            r.input_dot.row(i).setOnes();
            mlp.push(r);
            Matrix<Real> e = Matrix<Real>::Zero(r.output.rows(), n);
            if (spec_.head == Head::dot) {
                e = r.input_dot.topRows(dim);
            } else if (spec_.head == Head::squared_norm) {
                e = -r.output_dot;
            }
            Matrix<Real> h = mlp.backward_tangent(r, e, nullptr).topRows(dim);
            if (spec_.head == Head::dot) {
                h += r.output_dot;
            }
            auto column = out[static_cast<std::size_t>(i)].middleCols(first, n);
            column = -(h * (f.scale.array() / f.v.array()).matrix().asDiagonal());
            column.row(i) += f.v.cwiseInverse().transpose();
        }
    });
    return out;
}

template <class Real>
std::pair<int, double> Net<Real>::table_position(double sigma) const {
    const double lo = std::log(spec_.noise_min), hi = std::log(spec_.noise_max);
    const double at = std::clamp((std::log(sigma) - lo) / (hi - lo), 0.0, 1.0) * (table_size - 1);
    const int i = std::min(static_cast<int>(at), table_size - 2);
    return {i, at - i};
}

template <class Real>
double Net<Real>::normaliser(double sigma) const {
    const auto [i, t] = table_position(sigma);
    const std::size_t at = shape_.n_parameters() + static_cast<std::size_t>(i);
    return spec_.dim / 2.0 *
               std::log(2 * std::numbers::pi * (sigma * sigma + spec_.sigma_data * spec_.sigma_data)) +
           constant_scale * ((1 - t) * static_cast<double>(parameters_[at]) +
                             t * static_cast<double>(parameters_[at + 1]));
}

template <class Real>
void Net<Real>::add_normaliser_gradient(double sigma, double cotangent, Parameters<Real>& gradient) const {
    const auto [i, t] = table_position(sigma);
    const std::size_t at = shape_.n_parameters() + static_cast<std::size_t>(i);
    gradient[at] += static_cast<Real>(constant_scale * (1 - t) * cotangent);
    gradient[at + 1] += static_cast<Real>(constant_scale * t * cotangent);
}

template <class Real>
double Net<Real>::target_normaliser() const {
    return constant_scale * static_cast<double>(parameters_.back());
}

template <class Real>
void Net<Real>::set_target_normaliser(double value) {
    parameters_.back() = static_cast<Real>(value / constant_scale);
}

template <class Real>
void Net<Real>::add_target_gradient(double cotangent, Parameters<Real>& gradient) const {
    gradient.back() += static_cast<Real>(constant_scale * cotangent);
}

template class Net<float>;
template class Net<double>;

}  // namespace tempera::training
