// SPDX-License-Identifier: MIT
#include "diagnostics/sample_sizes.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/log_sum_exp.hpp"

namespace tempera {

namespace {

/// Two normal components on a line, before noise.
struct Line {
    double log_weight[2], mean[2], variance[2];
};

/// Quantities at a point y of the line with noise.
struct Point {
    double log_density, log_responsibility[2], score_gap;  ///< score_gap = g_1 - g_2

    Point(const Line& line, double sigma, double y) {
        double l[2], g[2];
        for (int c = 0; c < 2; ++c) {
            const double v = line.variance[c] + sigma * sigma, u = y - line.mean[c];
            l[c] = line.log_weight[c] - 0.5 * (u * u / v + std::log(2 * M_PI * v));
            g[c] = -u / v;
        }
        const double top = std::max(l[0], l[1]);
        log_density = top + std::log(std::exp(l[0] - top) + std::exp(l[1] - top));
        log_responsibility[0] = l[0] - log_density, log_responsibility[1] = l[1] - log_density;
        score_gap = g[0] - g[1];
    }
    double first() const { return std::exp(log_responsibility[0]); }
};

/// The line that keeps the components farthest apart: max of u . (m_2 - m_1) / (s_1(u) + s_2(u)), whose
/// stationary points solve (S_1 / s_1 + S_2 / s_2) u = m_2 - m_1.
Line best_line(const Mixture& truth, double sigma) {
    const Eigen::VectorXd apart = truth.components[1].mean - truth.components[0].mean;
    Eigen::MatrixXd covariance[2];
    for (std::size_t c = 0; c < 2; ++c) {
        const Mixture::Component& k = truth.components[c];
        covariance[c] = k.axes * k.eigenvalues.asDiagonal() * k.axes.transpose();
    }
    const auto identity = Eigen::MatrixXd::Identity(truth.dim(), truth.dim());
    Eigen::VectorXd u = apart.normalized();
    for (int i = 0; i < 100; ++i) {
        Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(truth.dim(), truth.dim());
        for (const Eigen::MatrixXd& s : covariance) {
            const Eigen::MatrixXd noised = s + sigma * sigma * identity;
            sum += noised / std::sqrt(u.dot(noised * u));
        }
        const Eigen::VectorXd next = sum.llt().solve(apart).normalized();
        const bool settled = (next - u).norm() < 1e-12;
        u = next;
        if (settled) {
            break;
        }
    }
    Line line{};
    for (std::size_t c = 0; c < 2; ++c) {
        line.log_weight[c] = std::log(truth.components[c].weight);
        line.mean[c] = u.dot(truth.components[c].mean);
        line.variance[c] = u.dot(covariance[c] * u);
    }
    return line;
}

/// Midpoints that cover both components, many to the narrower one: body(y), and the cell's length is
/// returned.
template <class Body>
double for_points(const Line& line, double sigma, double widest_sigma, Body body) {
    double low = 1e300, high = -1e300, narrowest = 1e300;
    for (int c = 0; c < 2; ++c) {
        const double wide = std::sqrt(line.variance[c] + widest_sigma * widest_sigma);
        low = std::min(low, line.mean[c] - 12 * wide), high = std::max(high, line.mean[c] + 12 * wide);
        narrowest = std::min(narrowest, std::sqrt(line.variance[c] + sigma * sigma));
    }
    // responsibilities turn within 1 / |g_1 - g_2|, which shrinks with the distance in deviations
    const double apart = std::abs(line.mean[1] - line.mean[0]) / narrowest;
    const int n = static_cast<int>(std::clamp((high - low) / narrowest * (8 + 2 * apart), 1000.0, 4e5));
    const double step = (high - low) / n;
    for (int i = 0; i < n; ++i) {
        body(low + (i + 0.5) * step);
    }
    return step;
}

double denoising_size(const Line& line, double sigma, double accuracy) {
    LogSumExp information, noise;
    const double s2 = sigma * sigma;
    const double step = for_points(line, sigma, sigma, [&](double y) {
        const Point p(line, sigma, y);
        const double log_product = p.log_responsibility[0] + p.log_responsibility[1],
                     gap = p.score_gap * p.score_gap;
        double variance = std::exp(log_product) * gap;  // of x_0 / sigma^2 given y: between the components
        for (int c = 0; c < 2; ++c) {
            variance += std::exp(p.log_responsibility[c]) * line.variance[c] / (s2 * (line.variance[c] + s2));
        }
        if (gap > 0) {
            const double log_information = p.log_density + 2 * log_product + std::log(gap);
            information.add(log_information);
            noise.add(log_information + std::log(variance));
        }
    });
    const double log_n = noise.value() - 2 * information.value() - std::log(step);
    return std::exp(log_n) / (accuracy * accuracy);
}

double classification_size(const Line& line, double sigma, double next_sigma, double accuracy) {
    Eigen::Matrix3d information = Eigen::Matrix3d::Zero();
    const double step = for_points(line, sigma, next_sigma, [&](double y) {
        const Point a(line, sigma, y), b(line, next_sigma, y);
        // (p_a + p_b) / 2 D (1 - D) = p_a p_b / (2 (p_a + p_b))
        const double pa = std::exp(a.log_density), pb = std::exp(b.log_density);
        if (pa + pb > 0) {
            const Eigen::Vector3d feature(a.first(), -b.first(), 1);
            information += pa * pb / (2 * (pa + pb)) * feature * feature.transpose();
        }
    });
    const Eigen::Vector3d difference(1, -1, 0);
    const double variance = difference.dot((step * information).ldlt().solve(difference));
    return variance / (accuracy * accuracy);
}

}  // namespace

SampleSizes sample_sizes(const Mixture& truth, double sigma, double next_sigma, double accuracy) {
    if (truth.size() != 2 || !(sigma > 0) || !(next_sigma > sigma) || !(accuracy > 0)) {
        throw std::invalid_argument("sample sizes need two components and 0 < sigma < next_sigma");
    }
    return {denoising_size(best_line(truth, sigma), sigma, accuracy),
            classification_size(best_line(truth, sigma), sigma, next_sigma, accuracy)};
}

}  // namespace tempera
