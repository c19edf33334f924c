// SPDX-License-Identifier: MIT
#include "paths/tempered_masses.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/log_sum_exp.hpp"
#include "core/rng.hpp"

namespace tempera {

namespace {

constexpr int chunk = 1024, most_regular = 6;

/// Standard normals of successive points: the first coordinates from a low-discrepancy sequence (multiples of
/// powers of the generalised golden ratio, Roberts 2018) by Box and Muller, the others from a stream.
class NormalPoints {
public:
    explicit NormalPoints(int dim) : dim_(dim) {
        const int n_regular = std::min(most_regular, dim + dim % 2);
        double phi = 1.5;  // phi^(n + 1) = phi + 1
        for (int step = 0; step < 60; ++step) {
            phi = std::pow(1 + phi, 1.0 / (n_regular + 1));
        }
        for (int i = 1; i <= n_regular; ++i) {
            step_.push_back(std::pow(phi, -i));
        }
        key_.purpose = Purpose::diagnostic;
    }
    /// The next point [dim].
    void next(Eigen::VectorXd& out) {
        ++index_;
        const auto uniform = [&](std::size_t i) {
            const double u = 0.5 + step_[i] * static_cast<double>(index_);
            return u - std::floor(u);
        };
        Stream random(key_, index_);
        for (int i = 0; i < dim_; i += 2) {
            double first = 0, second = 0;
            if (const auto at = static_cast<std::size_t>(i); at + 1 < step_.size()) {
                const double radius = std::sqrt(-2 * std::log1p(-uniform(at))),
                             angle = 2 * std::numbers::pi * uniform(at + 1);
                first = radius * std::cos(angle), second = radius * std::sin(angle);
            } else {
                first = random.normal(), second = random.normal();
            }
            out[i] = first;
            if (i + 1 < dim_) {
                out[i + 1] = second;
            }
        }
    }

private:
    int dim_;
    std::uint32_t index_ = 0;
    std::vector<double> step_;
    StreamKey key_;
};

/// Component c tempered: N(0, s^2 I)^(1 - beta) (w N(m, S))^beta, a multiple of a Gaussian.
struct TemperedComponent {
    double log_mass;
    Eigen::VectorXd mean, deviation;  // deviation in the axes of S

    TemperedComponent(const Mixture::Component& c, double beta, double reference_scale) {
        const double two_pi = 2 * std::numbers::pi,
                     reference_precision = 1 / (reference_scale * reference_scale),
                     d = static_cast<double>(c.mean.size());
        const Eigen::ArrayXd precision = c.eigenvalues.array().inverse(),
                             centre = (c.axes.transpose() * c.mean).array(),
                             tempered = (1 - beta) * reference_precision + beta * precision;
        log_mass = beta * std::log(c.weight) + 0.5 * beta * (precision.log().sum() - d * std::log(two_pi)) +
                   0.5 * (1 - beta) * d * std::log(reference_precision / two_pi) +
                   0.5 * d * std::log(two_pi) - 0.5 * tempered.log().sum();
        // -b/2 m P m + 1/2 h A^-1 h with h = b P m, put together so that nothing cancels.
        log_mass -=
            0.5 * (beta * precision * (1 - beta) * reference_precision / tempered * centre.square()).sum();
        mean = c.axes * (beta * precision / tempered * centre).matrix();
        deviation = tempered.inverse().sqrt().matrix();
    }
};

/// An orthonormal basis whose first directions are those in which the means differ most.
Eigen::MatrixXd basis_of_means(const Mixture& mixture) {
    Eigen::MatrixXd means(mixture.dim(), mixture.size());
    for (int c = 0; c < mixture.size(); ++c) {
        means.col(c) = mixture.components[static_cast<std::size_t>(c)].mean;
    }
    const Eigen::VectorXd centre = means.rowwise().mean();
    means.colwise() -= centre;
    return Eigen::ColPivHouseholderQR<Eigen::MatrixXd>(means).householderQ();
}

/// Points over all components: as many as keep a level below some hundredth of a second.
int point_count(double cost_of_a_point) {
    return static_cast<int>(std::clamp(double{1 << 23} / cost_of_a_point, 2048.0, 65536.0));
}

/// Sums of weight and weight times responsibility.
struct MassSums {
    double total = 0;
    std::vector<double> of_mode;
    explicit MassSums(int n_modes) : of_mode(static_cast<std::size_t>(n_modes)) {}

    /// Points with these responsibilities [n * n_modes]; weights `scale` / sum_c r_c^beta.
    void add(const std::vector<double>& responsibilities, double beta, double scale) {
        const std::size_t n_modes = of_mode.size();
        for (std::size_t at = 0; at < responsibilities.size(); at += n_modes) {
            double powers = 0;
            for (std::size_t m = 0; m < n_modes; ++m) {
                powers += std::pow(responsibilities[at + m], beta);
            }
            total += scale / powers;
            for (std::size_t m = 0; m < n_modes; ++m) {
                of_mode[m] += scale / powers * responsibilities[at + m];
            }
        }
    }
    std::vector<double> shares() && {
        for (double& m : of_mode) {
            m /= total;
        }
        return std::move(of_mode);
    }
};

}  // namespace

std::vector<double> tempered_masses(const Mixture& mixture, double beta, double reference_scale) {
    const int dim = mixture.dim(), n_modes = mixture.size();
    const Eigen::MatrixXd basis = basis_of_means(mixture);
    std::vector<TemperedComponent> components;
    LogSumExp total;
    for (const Mixture::Component& c : mixture.components) {
        components.emplace_back(c, beta, reference_scale);
        total.add(components.back().log_mass);
    }
    const double squares = mixture.shape == Mixture::Shape::full ? dim * dim : dim;
    const int n_points = point_count(n_modes * (squares + 20));
    NormalPoints normal(dim);
    Eigen::VectorXd z(dim);
    MassSums sums(n_modes);
    for (std::size_t c = 0; c < components.size(); ++c) {
        const TemperedComponent& at = components[c];
        const double share = std::exp(at.log_mass - total.value());
        // Rare modes get points enough for the logarithm of their mass.
        const int n = std::max(static_cast<int>(share * n_points), n_points / (8 * n_modes) + 1);
        const Eigen::MatrixXd& axes = mixture.components[c].axes;
        for (int first = 0; first < n; first += chunk) {
            std::vector<double> points;
            points.reserve(static_cast<std::size_t>(chunk) * static_cast<std::size_t>(dim));
            for (int i = first; i < std::min(n, first + chunk); ++i) {
                normal.next(z);
                const Eigen::VectorXd x =
                    at.mean + axes * at.deviation.cwiseProduct(axes.transpose() * (basis * z));
                points.insert(points.end(), x.begin(), x.end());
            }
            sums.add(mixture.responsibilities(points), beta, share / n);
        }
    }
    return std::move(sums).shares();
}

std::vector<double>
reference_masses(int dim, int n_modes, double reference_scale,
                 const std::function<std::vector<double>(const std::vector<double>&)>& responsibilities) {
    NormalPoints normal(dim);
    Eigen::VectorXd z(dim);
    MassSums sums(n_modes);
    const int n = point_count(n_modes * 20.0 + dim);
    for (int first = 0; first < n; first += chunk) {
        std::vector<double> points;
        for (int i = first; i < std::min(n, first + chunk); ++i) {
            normal.next(z);
            for (const double v : z) {
                points.push_back(reference_scale * v);
            }
        }
        sums.add(responsibilities(points), 0, 1);
    }
    return std::move(sums).shares();
}

}  // namespace tempera
