// SPDX-License-Identifier: MIT
#include "targets/mixture.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/log_sum_exp.hpp"
#include "core/scratch.hpp"
#include "targets/mixture_build.hpp"

namespace tempera {

namespace {

const double log_two_pi = std::log(2 * std::numbers::pi);

bool is_diagonal(const Eigen::MatrixXd& m) {
    const double scale = m.diagonal().cwiseAbs().maxCoeff();
    return (m - Eigen::MatrixXd(m.diagonal().asDiagonal())).cwiseAbs().maxCoeff() <= 1e-14 * scale;
}

Eigen::MatrixXd covariance_of(const Mixture::Component& c) {
    return c.axes * c.eigenvalues.asDiagonal() * c.axes.transpose();
}

/// log w - d/2 log 2 pi - 1/2 log det: a component's log density at its mean.
double log_peak(const Mixture::Component& c) {
    return std::log(c.weight) -
           0.5 * (static_cast<double>(c.mean.size()) * log_two_pi + c.eigenvalues.array().log().sum());
}

/// The tightest shape that holds covariances in general form.
Mixture::Shape shape_of(const std::vector<Eigen::MatrixXd>& covariances) {
    bool diagonal = true, isotropic = true;
    for (const Eigen::MatrixXd& m : covariances) {
        diagonal = diagonal && is_diagonal(m);
        isotropic = isotropic && (m.diagonal().array() - m(0, 0)).abs().maxCoeff() <= 1e-14 * m(0, 0);
    }
    return !diagonal   ? Mixture::Shape::full
           : isotropic ? Mixture::Shape::isotropic
                       : Mixture::Shape::diagonal;
}

/// The usual solver errs by the rounding of the largest eigenvalue: below this share of it too much for the
/// smallest.
constexpr double graded = 1e-8;

/// Eigenvalues and axes of a positive definite matrix, each to its own rounding whatever the units of the
/// coordinates: one-sided Jacobi rotations of the Cholesky factor of its correlations (Demmel & Veselic, SIAM
/// J. Matrix Anal. Appl. 13, 1992).
void decompose_graded(const Eigen::MatrixXd& covariance, Eigen::VectorXd& eigenvalues,
                      Eigen::MatrixXd& axes) {
    const Eigen::Index d = covariance.rows();
    const Eigen::VectorXd scale = covariance.diagonal().cwiseSqrt(), inverse = scale.cwiseInverse();
    const Eigen::MatrixXd correlation = inverse.asDiagonal() * covariance * inverse.asDiagonal();
    // covariance = factor^T factor; rotations from the right make its columns orthogonal.
    Eigen::MatrixXd factor = correlation.llt().matrixU();
    factor = factor * scale.asDiagonal();
    axes = Eigen::MatrixXd::Identity(d, d);
    constexpr int most_sweeps = 60;
    bool rotated = true;
    for (int sweep = 0; rotated && sweep < most_sweeps; ++sweep) {
        rotated = false;
        for (Eigen::Index i = 0; i < d; ++i) {
            for (Eigen::Index j = i + 1; j < d; ++j) {
                const double a = factor.col(i).norm(), b = factor.col(j).norm();
                const double cosine = (factor.col(i) / a).dot(factor.col(j) / b);
                if (std::abs(cosine) <= std::numeric_limits<double>::epsilon()) {
                    continue;
                }
                rotated = true;
                const double zeta = (b / a - a / b) / (2 * cosine);
                const double tangent = (zeta < 0 ? -1 : 1) / (std::abs(zeta) + std::hypot(1.0, zeta));
                const Eigen::JacobiRotation<double> rotation(1 / std::hypot(1.0, tangent),
                                                             tangent / std::hypot(1.0, tangent));
                factor.applyOnTheRight(i, j, rotation);
                axes.applyOnTheRight(i, j, rotation);
            }
        }
    }
    eigenvalues = factor.colwise().squaredNorm().transpose();
}

}  // namespace

Eigen::VectorXd Mixture::mean() const {
    Eigen::VectorXd out = Eigen::VectorXd::Zero(dim());
    for (const Component& c : components) {
        out += c.weight * c.mean;
    }
    return out;
}

Eigen::MatrixXd Mixture::covariance() const {
    const Eigen::VectorXd centre = mean();
    Eigen::MatrixXd out = Eigen::MatrixXd::Zero(dim(), dim());
    for (const Component& c : components) {
        const Eigen::VectorXd offset = c.mean - centre;
        out += c.weight * (covariance_of(c) + offset * offset.transpose());
    }
    return out;
}

Mixture Mixture::standardised(const Eigen::VectorXd& shift, double scale) const {
    Mixture out = *this;
    for (Component& c : out.components) {
        c.mean = (c.mean - shift) / scale;
        c.eigenvalues /= scale * scale;
    }
    return out;
}

Mixture Mixture::noised(double alpha, double sigma) const {
    Mixture out = *this;
    out.log_z = 0;
    for (Component& c : out.components) {
        c.mean *= alpha;
        c.eigenvalues = (alpha * alpha * c.eigenvalues.array() + sigma * sigma).matrix();
    }
    return out;
}

Mixture build_mixture(const std::vector<double>& weights, const std::vector<Eigen::VectorXd>& means,
                      const std::vector<Eigen::MatrixXd>& covariances) {
    Mixture out;
    out.shape = shape_of(covariances);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Eigen::Index d = means[i].size();
        Mixture::Component c{weights[i], means[i], covariances[i].diagonal(),
                             Eigen::MatrixXd::Identity(d, d)};
        if (out.shape == Mixture::Shape::full) {
            const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariances[i]);
            c.eigenvalues = solver.eigenvalues();
            c.axes = solver.eigenvectors();
            if (c.eigenvalues(0) < graded * c.eigenvalues(d - 1)) {
                decompose_graded(covariances[i], c.eigenvalues, c.axes);
            }
        }
        out.components.push_back(std::move(c));
    }
    return out;
}

Mixture Mixture::projected(const Eigen::MatrixXd& p) const {
    std::vector<double> weights;
    std::vector<Eigen::VectorXd> means;
    std::vector<Eigen::MatrixXd> covariances;
    for (const Component& c : components) {
        const Eigen::MatrixXd m = p * covariance_of(c) * p.transpose();
        weights.push_back(c.weight);
        means.emplace_back(p * c.mean);
        covariances.emplace_back(0.5 * (m + m.transpose()));
    }
    return build_mixture(weights, means, covariances);
}

double Mixture::smallest_scale() const {
    double out = std::numeric_limits<double>::infinity();
    for (const Component& c : components) {
        out = std::min(out, static_cast<double>(dim()) / c.eigenvalues.cwiseInverse().sum());
    }
    return out;
}

std::vector<double> Mixture::responsibilities(const std::vector<double>& x) const {
    const int d = dim(), n_components = size();
    const std::size_t n = x.size() / static_cast<std::size_t>(d);
    std::vector<double> out(n * n_components);
    // Columns are particles; the whitened offset's squared length is the quadratic form. Chunks stay in the
    // cache.
    constexpr std::size_t chunk = 256;
    Eigen::ArrayXXd logits(chunk, n_components);
    Eigen::MatrixXd offsets(d, chunk), white(d, chunk);
    std::vector<Eigen::MatrixXd> whiteners;
    for (const Component& c : components) {
        whiteners.push_back(
            shape == Shape::full
                ? Eigen::MatrixXd(c.eigenvalues.cwiseSqrt().cwiseInverse().asDiagonal() * c.axes.transpose())
                : Eigen::MatrixXd(c.eigenvalues.cwiseSqrt().cwiseInverse()));
    }
    for (std::size_t begin = 0; begin < n; begin += chunk) {
        const Eigen::Index m = static_cast<Eigen::Index>(std::min(chunk, n - begin));
        const Eigen::Map<const Eigen::MatrixXd> points(x.data() + begin * d, d, m);
        for (int c = 0; c < n_components; ++c) {
            offsets.leftCols(m) = points.colwise() - components[c].mean;
            if (shape == Shape::full) {
                white.leftCols(m).noalias() = whiteners[c] * offsets.leftCols(m);
            } else {
                white.leftCols(m) = whiteners[c].col(0).asDiagonal() * offsets.leftCols(m);
            }
            logits.col(c).head(m) =
                log_peak(components[c]) - 0.5 * white.leftCols(m).colwise().squaredNorm().transpose().array();
        }
        const Eigen::ArrayXd largest = logits.topRows(m).rowwise().maxCoeff();
        for (int c = 0; c < n_components; ++c) {  // column by column: only so is the exponential vectorised
            logits.col(c).head(m) = (logits.col(c).head(m) - largest).exp();
        }
        const Eigen::ArrayXd sum = logits.topRows(m).rowwise().sum();
        for (Eigen::Index i = 0; i < m; ++i) {
            for (int c = 0; c < n_components; ++c) {
                out[(begin + i) * n_components + c] = logits(i, c) / sum(i);
            }
        }
    }
    return out;
}

double Mixture::log_density(const Eigen::VectorXd& x) const {
    LogSumExp sum;
    for (const Component& c : components) {
        const Eigen::VectorXd u = c.axes.transpose() * (x - c.mean);
        sum.add(log_peak(c) - 0.5 * (u.array().square() / c.eigenvalues.array()).sum());
    }
    return sum.value() + log_z;
}

template <class Real>
void Mixture::sample(const StreamKey& key, std::uint32_t first, Block<Real> out) const {
    // The choice of component has a stream of its own beside the normals: steps are far below 2^31.
    constexpr std::uint32_t choice_bit = 0x80000000u;
    StreamKey choice_key = key;
    choice_key.step |= choice_bit;
    Scratch frame;
    const Block<Real> choice{frame.take<Real>(block_size), 1, out.n};
    fill_uniforms(choice_key, first, choice);
    const Block<Real> normals{frame.take<Real>(static_cast<std::size_t>(dim()) * block_size), dim(), out.n};
    fill_normals(key, first, normals);
    std::vector<double> cumulative;
    std::vector<Eigen::MatrixXd> factors;
    double total = 0;
    for (const Component& c : components) {
        cumulative.push_back(total += c.weight);
        factors.push_back(shape == Shape::full
                              ? Eigen::MatrixXd(c.axes * c.eigenvalues.cwiseSqrt().asDiagonal())
                              : Eigen::MatrixXd(c.eigenvalues.cwiseSqrt()));
    }
    Eigen::VectorXd z(dim()), x(dim());
    for (int lane = 0; lane < out.lanes(); ++lane) {
        const double u = static_cast<double>(choice(0, lane)) * total;
        const auto at = std::upper_bound(cumulative.begin(), cumulative.end(), u) - cumulative.begin();
        const auto c = std::min<std::ptrdiff_t>(at, size() - 1);
        for (int i = 0; i < dim(); ++i) {
            z(i) = normals(i, lane);
        }
        if (shape == Shape::full) {
            x.noalias() = factors[c] * z;
        } else {
            x = factors[c].col(0).cwiseProduct(z);
        }
        for (int i = 0; i < dim(); ++i) {
            out(i, lane) = static_cast<Real>(components[c].mean(i) + x(i));
        }
    }
}

template void Mixture::sample<float>(const StreamKey&, std::uint32_t, Block<float>) const;
template void Mixture::sample<double>(const StreamKey&, std::uint32_t, Block<double>) const;

}  // namespace tempera
