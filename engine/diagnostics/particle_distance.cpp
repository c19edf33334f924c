// SPDX-License-Identifier: MIT
#include "diagnostics/particle_distance.hpp"

#include <algorithm>
#include <cmath>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "diagnostics/assignment.hpp"

namespace tempera {

namespace {

/// No larger than 3 x 3: on the stack.
using Axes = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor, 3, 3>;
using Places = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;  ///< [axes, particles]

/// A configuration with its centre at rest.
struct Shape {
    Places places;
    Axes principal;  ///< columns
    double square;   ///< sum of the squares

    Shape(const double* x, const ParticleLayout& layout)
        : places(Eigen::Map<const Places>(x, layout.axes, layout.n_particles)) {
        places.colwise() -= places.rowwise().mean().eval();
        square = places.squaredNorm();
        principal = Eigen::SelfAdjointEigenSolver<Axes>(Axes(places * places.transpose())).eigenvectors();
    }
};

std::vector<Shape> shapes(std::span<const double> x, const ParticleLayout& layout) {
    const auto dim = static_cast<std::size_t>(layout.n_particles) * static_cast<std::size_t>(layout.axes);
    std::vector<Shape> out;
    for (std::size_t first = 0; first + dim <= x.size(); first += dim) {
        out.emplace_back(x.data() + first, layout);
    }
    return out;
}

/// The turned overlap sum_i x_i . Q y_p(i) is what the square lacks to |x|^2 + |y|^2.
class Alignment {
public:
    explicit Alignment(const ParticleLayout& layout) : n_(layout.n_particles), axes_(layout.axes) {}

    double square(const Shape& x, const Shape& y) {
        starts_.assign(1, {0, Axes::Identity(axes_, axes_)});
        for (int senses = 0; senses < 1 << axes_; ++senses) {
            Axes turned = x.principal;
            for (int a = 0; a < axes_; ++a) {
                turned.col(a) *= (senses >> a) & 1 ? -1 : 1;
            }
            starts_.push_back({0, turned * y.principal.transpose()});
        }
        for (Start& start : starts_) {
            start.overlap = best_overlap(x, y, start.rotation);
        }
        constexpr std::size_t n_followed = 2;
        std::partial_sort(starts_.begin(), starts_.begin() + n_followed, starts_.end(),
                          [](const Start& a, const Start& b) { return a.overlap > b.overlap; });
        double best = 0;
        for (std::size_t s = 0; s < n_followed; ++s) {
            best = std::max(best, climb(x, y, starts_[s].rotation));
        }
        return std::max(0.0, x.square + y.square - 2 * best);
    }

private:
    struct Start {
        double overlap;
        Axes rotation;
    };

    /// Over relabellings, of which the best stands in assignment_.
    double best_overlap(const Shape& x, const Shape& y, const Axes& rotation) {
        turned_.noalias() = rotation * y.places;
        overlaps_.noalias() = turned_.transpose() * x.places;  // column i: particle i of x
        cost_.resize(static_cast<std::size_t>(n_ * n_));
        std::transform(overlaps_.data(), overlaps_.data() + n_ * n_, cost_.begin(), std::negate<>());
        return -assignment_.solve(cost_, n_);
    }

    double climb(const Shape& x, const Shape& y, Axes rotation) {
        constexpr int most_turns = 100;
        double best = minus_infinity;
        for (int turn = 0; turn < most_turns; ++turn) {
            best_overlap(x, y, rotation);
            Axes products = Axes::Zero(axes_, axes_);
            for (int i = 0; i < n_; ++i) {
                const int j = assignment_.column_of()[static_cast<std::size_t>(i)];
                products.noalias() += x.places.col(i) * y.places.col(j).transpose();
            }
            const Eigen::JacobiSVD<Axes, Eigen::NoQRPreconditioner> parts(products, Eigen::ComputeFullU |
                                                                                        Eigen::ComputeFullV);
            const double overlap = parts.singularValues().sum();
            if (!(overlap > best + 1e-12 * std::abs(best))) {
                return std::max(best, overlap);
            }
            best = overlap;
            rotation = parts.matrixU() * parts.matrixV().transpose();
        }
        return best;
    }

    int n_, axes_;
    Assignment assignment_;
    std::vector<Start> starts_;
    std::vector<double> cost_;
    Places turned_, overlaps_;
};

}  // namespace

std::vector<double> aligned_squares(std::span<const double> x, std::span<const double> y,
                                    const ParticleLayout& layout) {
    const std::vector<Shape> of_x = shapes(x, layout), of_y = shapes(y, layout);
    std::vector<double> out(of_x.size() * of_y.size());
    parallel_for(static_cast<int>(of_x.size()), [&](int i) {
        Alignment alignment(layout);
        for (std::size_t j = 0; j < of_y.size(); ++j) {
            out[static_cast<std::size_t>(i) * of_y.size() + j] =
                alignment.square(of_x[static_cast<std::size_t>(i)], of_y[j]);
        }
    });
    return out;
}

std::vector<double> pair_distances(std::span<const double> x, const ParticleLayout& layout) {
    const std::size_t n = static_cast<std::size_t>(layout.n_particles),
                      axes = static_cast<std::size_t>(layout.axes);
    std::vector<double> out;
    out.reserve(x.size() / (n * axes) * (n * (n - 1) / 2));
    for (std::size_t first = 0; first + n * axes <= x.size(); first += n * axes) {
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = i + 1; j < n; ++j) {
                double square = 0;
                for (std::size_t a = 0; a < axes; ++a) {
                    const double gap = x[first + i * axes + a] - x[first + j * axes + a];
                    square += gap * gap;
                }
                out.push_back(std::sqrt(square));
            }
        }
    }
    return out;
}

}  // namespace tempera
