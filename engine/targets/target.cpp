// SPDX-License-Identifier: MIT
#include "targets/target.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/scratch.hpp"

namespace tempera {

template <class Real>
void Density<Real>::hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const {
    const int d = dim(), lanes = x.lanes();
    Scratch frame;
    Wanted<Real> wanted;
    wanted.hessian = frame.take<Real>(static_cast<std::size_t>(d) * d * block_size);
    evaluate_block(x, wanted);
    for (int i = 0; i < d; ++i) {
        Real* row = out.row(i);
        std::fill_n(row, lanes, Real(0));
        for (int j = 0; j < d; ++j) {
            const Real* h = wanted.hessian + (static_cast<std::ptrdiff_t>(i) * d + j) * block_size;
            const Real* vj = v.row(j);
            for (int lane = 0; lane < lanes; ++lane) {
                row[lane] += h[lane] * vj[lane];
            }
        }
    }
}

template <class Real>
void Target<Real>::sample(const StreamKey& key, std::uint32_t first, Block<Real> out) const {
    if (!mixture()) {
        throw std::logic_error("this target has no exact sampler");
    }
    mixture()->sample(key, first, out);
}

template <class Real>
std::vector<std::string> Target<Real>::mode_names() const {
    std::vector<std::string> out;
    for (int c = 1; c <= n_modes(); ++c) {
        out.push_back("mode " + std::to_string(c));
    }
    return out;
}

template <class Real>
std::vector<double> Target<Real>::mode_weights() const {
    std::vector<double> out;
    if (mixture()) {
        for (const Mixture::Component& c : mixture()->components) {
            out.push_back(c.weight);
        }
    }
    return out;
}

template <class Real>
std::vector<double> Target<Real>::mode_responsibilities(const std::vector<double>& x) const {
    return mixture() ? mixture()->responsibilities(x) : std::vector<double>();
}

template <class Real>
void Target<Real>::observe(Block<const Real> x, Block<double> out) const {
    Scratch frame;
    Real* log_density = frame.take<Real>(block_size);
    this->evaluate_uncounted(x, {.log_density = log_density});
    std::transform(log_density, log_density + x.lanes(), out.row(0),
                   [](Real value) { return -static_cast<double>(value); });
}

template <class Real>
std::optional<Eigen::VectorXd> Target<Real>::mean() const {
    return mixture() ? std::optional(mixture()->mean()) : std::nullopt;
}

template <class Real>
std::optional<Eigen::MatrixXd> Target<Real>::covariance() const {
    return mixture() ? std::optional(mixture()->covariance()) : std::nullopt;
}

template <class Real>
Eigen::MatrixXd Target<Real>::view_plane() const {
    const int d = this->dim();
    Eigen::MatrixXd out = Eigen::MatrixXd::Zero(2, d);
    if (d <= 2 || !mixture()) {
        out.leftCols(std::min(d, 2)).diagonal().setOnes();
        return out;
    }
    // The two directions of largest variance: where the modes lie apart. Signs are fixed by the largest
    // entry.
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(mixture()->covariance());
    for (int i = 0; i < 2; ++i) {
        Eigen::VectorXd axis = solver.eigenvectors().col(d - 1 - i);
        Eigen::Index largest = 0;
        axis.cwiseAbs().maxCoeff(&largest);
        out.row(i) = (axis(largest) < 0 ? -1 : 1) * axis.transpose();
    }
    return out;
}

template <class Real>
Box Target<Real>::view_box() const {
    constexpr double reach = 3.5;  // standard deviations
    const Eigen::MatrixXd plane = view_plane();
    std::array<double, 2> centre{0, 0}, half{1, 1};
    for (std::size_t i = 0; i < 2; ++i) {
        const Eigen::RowVectorXd axis = plane.row(static_cast<Eigen::Index>(i));
        if (axis.squaredNorm() == 0) {
            continue;
        }
        double low = -3, high = 3;
        if (mixture()) {
            low = std::numeric_limits<double>::infinity(), high = -low;
            for (const Mixture::Component& c : mixture()->components) {
                const double sd =
                    std::sqrt(((axis * c.axes).array().square() * c.eigenvalues.transpose().array()).sum());
                low = std::min(low, axis.dot(c.mean) - reach * sd);
                high = std::max(high, axis.dot(c.mean) + reach * sd);
            }
        } else if (mean() && covariance()) {
            const double middle = axis.dot(*mean()),
                         sd = std::sqrt((axis * *covariance() * axis.transpose())(0, 0));
            low = middle - reach * sd, high = middle + reach * sd;
        }
        centre[i] = 0.5 * (low + high), half[i] = 0.5 * (high - low);
    }
    return Box::around(centre[0], centre[1], half[0], half[1]);
}

template <class Real>
MixtureTarget<Real>::MixtureTarget(Mixture mixture)
    : mixture_(std::move(mixture)), density_(make_mixture_density<Real>(mixture_)) {}

template <class Real>
void MixtureTarget<Real>::evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const {
    density_->evaluate_uncounted(x, wanted);
}

template <class Real>
void MixtureTarget<Real>::hessian_vector_block(Block<const Real> x, Block<const Real> v,
                                               Block<Real> out) const {
    density_->hessian_vector_uncounted(x, v, out);
}

template class Density<float>;
template class Density<double>;
template class Target<float>;
template class Target<double>;
template class MixtureTarget<float>;
template class MixtureTarget<double>;

}  // namespace tempera
