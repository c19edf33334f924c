// SPDX-License-Identifier: MIT
#include "targets/logistic/logistic_laplace.hpp"

#include <cmath>

namespace tempera {

namespace {

double softplus(double u) { return std::max(u, 0.0) + std::log1p(std::exp(-std::abs(u))); }

/// -log density of x up to a constant, its gradient and Hessian.
struct Energy {
    double value;
    Eigen::VectorXd gradient;
    Eigen::MatrixXd hessian;

    Energy(const LogisticRows& rows, const Eigen::VectorXd& x, double alpha)
        : value(0.5 * alpha * x.squaredNorm()), gradient(alpha * x),
          hessian(alpha * Eigen::MatrixXd::Identity(x.size(), x.size())) {
        constexpr Eigen::Index chunk = 1024;
        for (Eigen::Index first = 0; first < rows.rows(); first += chunk) {
            const auto part = rows.middleRows(first, std::min(chunk, rows.rows() - first));
            const Eigen::ArrayXd u = (part * x).array(), e = (-u.abs()).exp(),
                                 p = (u < 0).select(e, 1.0) / (1 + e), slope = e / (1 + e).square();
            value += u.unaryExpr(&softplus).sum();
            gradient += part.transpose() * p.matrix();
            hessian.selfadjointView<Eigen::Upper>().rankUpdate(
                (part.array().colwise() * slope.sqrt()).matrix().transpose());
        }
        hessian = hessian.selfadjointView<Eigen::Upper>();
    }
};

/// Newton's method from x, halving steps that do not descend; returns the energy's Hessian at the mode.
Eigen::MatrixXd find_mode(const LogisticRows& rows, double alpha, Eigen::VectorXd& x) {
    constexpr int most_steps = 100;
    constexpr double close = 1e-12;  // half the squared length of a step, in standard deviations
    Energy at(rows, x, alpha);
    for (int i = 0; i < most_steps; ++i) {
        const Eigen::VectorXd step = at.hessian.llt().solve(at.gradient);
        const double descent = 0.5 * step.dot(at.gradient);
        if (!(descent > close)) {
            break;
        }
        double scale = 1;
        Energy next(rows, x - step, alpha);
        while (!(next.value <= at.value - 0.1 * scale * descent) && scale > 1e-6) {
            scale /= 2;
            next = Energy(rows, x - scale * step, alpha);
        }
        x -= scale * step;
        at = std::move(next);
    }
    return at.hessian;
}

Eigen::MatrixXd inverse(const Eigen::MatrixXd& positive) {
    return positive.llt().solve(Eigen::MatrixXd::Identity(positive.rows(), positive.cols()));
}

/// From the mode to the mean, to first order in the third derivatives: S (log density)_jkl S_kl / 2 for the
/// covariance S (Lindley, Trabajos de Estadistica 31, 1980).
Eigen::VectorXd mean_offset(const LogisticRows& rows, const Eigen::VectorXd& x,
                            const Eigen::MatrixXd& covariance) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(x.size());
    constexpr Eigen::Index chunk = 1024;
    for (Eigen::Index first = 0; first < rows.rows(); first += chunk) {
        const auto part = rows.middleRows(first, std::min(chunk, rows.rows() - first));
        const Eigen::ArrayXd p = 1 / (1 + (-(part * x).array()).exp()),
                             variance = (part * covariance).cwiseProduct(part).rowwise().sum().array();
        sum += part.transpose() * (p * (1 - p) * (1 - 2 * p) * variance).matrix();
    }
    return -0.5 * covariance * sum;
}

/// Moments of x at a given precision of the prior, and the slope of log alpha's marginal density there:
/// D/2 + 1 - alpha (rate + E|x|^2 / 2).
struct AtPrecision {
    Eigen::VectorXd mode, mean;
    Eigen::MatrixXd covariance;
    double half_square, slope;

    AtPrecision(const LogisticRows& rows, double log_alpha, double rate, const Eigen::VectorXd& start)
        : mode(start) {
        const double alpha = std::exp(log_alpha);
        covariance = inverse(find_mode(rows, alpha, mode));
        mean = mode + mean_offset(rows, mode, covariance);
        half_square = 0.5 * (mean.squaredNorm() + covariance.trace());
        slope = shape(mean.size()) - alpha * (rate + half_square);
    }
    static double shape(Eigen::Index dim) { return 0.5 * static_cast<double>(dim) + 1; }
};

}  // namespace

GaussianMoments::GaussianMoments(Eigen::VectorXd centre, Eigen::MatrixXd spread)
    : mean(std::move(centre)), covariance(std::move(spread)),
      narrowest(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(covariance, Eigen::EigenvaluesOnly)
                    .eigenvalues()(0)) {}

GaussianMoments laplace_moments(const LogisticRows& rows) {
    Eigen::VectorXd mode = Eigen::VectorXd::Zero(rows.cols());
    Eigen::MatrixXd covariance = inverse(find_mode(rows, 1, mode));
    return {mode + mean_offset(rows, mode, covariance), std::move(covariance)};
}

GaussianMoments laplace_moments_with_precision(const LogisticRows& rows, double rate) {
    constexpr int most_steps = 200;
    constexpr double close = 1e-8, width = 0.1;
    const Eigen::Index d = rows.cols();
    double log_alpha = 0;
    AtPrecision at(rows, log_alpha, rate, Eigen::VectorXd::Zero(d));
    for (int i = 0; i < most_steps; ++i) {
        const double next = std::log(AtPrecision::shape(d) / (rate + at.half_square));
        const bool done = std::abs(next - log_alpha) < close;
        log_alpha = next;
        at = AtPrecision(rows, log_alpha, rate, at.mode);
        if (done) {
            break;
        }
    }
    const double below = AtPrecision(rows, log_alpha - width, rate, at.mode).slope,
                 above = AtPrecision(rows, log_alpha + width, rate, at.mode).slope,
                 curvature = (below - above) / (2 * width),
                 third = (below - 2 * at.slope + above) / (width * width);
    // Where the marginal density is too skewed for its curvature to tell, that of the prior's shape.
    const double variance = 1 / (curvature > 0 ? curvature : AtPrecision::shape(d)),
                 offset = 0.5 * variance * variance * third;
    const Eigen::VectorXd drift = -std::exp(log_alpha) * (at.covariance * at.mode);  // of x with log alpha
    Eigen::VectorXd mean(d + 1);
    mean << at.mean + offset * drift, log_alpha + offset;
    Eigen::MatrixXd covariance(d + 1, d + 1);
    covariance.topLeftCorner(d, d) = at.covariance + variance * drift * drift.transpose();
    covariance.col(d).head(d) = variance * drift;
    covariance.row(d).head(d) = variance * drift.transpose();
    covariance(d, d) = variance;
    return {std::move(mean), std::move(covariance)};
}

}  // namespace tempera
