// SPDX-License-Identifier: MIT
// Path coordinates: isometries of a subspace, and what paths make of a target that lives on one. The subspace
// is that of particles whose centre rests, the target particles joined by springs, of which all is known.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "moves/move.hpp"
#include "paths/path_coordinates.hpp"
#include "samplers/annealed_sampler.hpp"
#include "support/points.hpp"

namespace tempera {
namespace {

/// Helmert coordinates of n particles in `axes` dimensions, x = (x_1, .., x_n) particle by particle: y_k =
/// (x_1 + .. + x_k - k x_{k+1}) / sqrt(k (k + 1)) on every axis, by running sums.
class Helmert final : public Isometry {
public:
    Helmert(int n, int axes) : n_(n), axes_(axes) {}
    int rows() const override { return n_ * axes_; }
    int columns() const override { return (n_ - 1) * axes_; }
    void embed(Block<const float> y, Block<float> x) const override { embed_as(y, x); }
    void embed(Block<const double> y, Block<double> x) const override { embed_as(y, x); }
    void project(Block<const float> x, Block<float> y) const override { project_as(x, y); }
    void project(Block<const double> x, Block<double> y) const override { project_as(x, y); }

private:
    template <class Real>
    void embed_as(Block<const Real> y, Block<Real> x) const {
        for (int a = 0; a < axes_; ++a) {
            for (int lane = 0; lane < y.lanes(); ++lane) {
                double later = 0;  // what x_i has from y_k with k >= i
                for (int i = n_; i >= 1; --i) {
                    const double k = i - 1;
                    const double own = i > 1 ? y((i - 2) * axes_ + a, lane) / std::sqrt(k * (k + 1)) : 0.0;
                    x((i - 1) * axes_ + a, lane) = static_cast<Real>(later - k * own);
                    later += own;
                }
            }
        }
    }
    template <class Real>
    void project_as(Block<const Real> x, Block<Real> y) const {
        for (int a = 0; a < axes_; ++a) {
            for (int lane = 0; lane < x.lanes(); ++lane) {
                double sum = 0;
                for (int k = 1; k < n_; ++k) {
                    sum += static_cast<double>(x((k - 1) * axes_ + a, lane));
                    const double away = sum - k * static_cast<double>(x(k * axes_ + a, lane));
                    y((k - 1) * axes_ + a, lane) =
                        static_cast<Real>(away / std::sqrt(static_cast<double>(k) * (k + 1)));
                }
            }
        }
    }
    int n_, axes_;
};

/// exp(-1/2 stiffness sum_{i<j} |r_i - r_j|^2) with r = x - centre: a Gaussian of variance 1 / (n stiffness)
/// on the subspace, whatever the particles' common place.
class Springs final : public Target<double> {
public:
    static constexpr int n = 4, axes = 2;
    static constexpr double stiffness = 0.4, variance = 1 / (n * stiffness);

    int dim() const override { return n * axes; }
    std::shared_ptr<const Isometry> subspace() const override { return basis_; }
    std::optional<double> log_z() const override {
        return 0.5 * basis_->columns() * std::log(2 * std::numbers::pi * variance);
    }
    bool has_sampler() const override { return true; }
    void sample(const StreamKey& key, std::uint32_t first, Block<double> out) const override {
        Particles<double> y(out.n, basis_->columns());
        fill_normals(key, first, y.block(0));
        Coordinates(*mean(), std::sqrt(variance), basis_).to_target<double>(y.block(0), out);
    }
    std::optional<Eigen::VectorXd> mean() const override {
        Eigen::VectorXd c(dim());
        c << 3, 1, -1, 0, -4, -2, 2, 1;
        return c;
    }
    std::optional<Eigen::MatrixXd> covariance() const override { return variance * projector(); }
    /// 1 - (1/n) sum over particles, axis by axis.
    static Eigen::MatrixXd projector() {
        Eigen::MatrixXd p = Eigen::MatrixXd::Identity(n * axes, n * axes);
        for (int i = 0; i < n * axes; ++i) {
            for (int j = i % axes; j < n * axes; j += axes) {
                p(i, j) -= 1.0 / n;
            }
        }
        return p;
    }

protected:
    void evaluate_block(Block<const double> x, const Wanted<double>& wanted) const override {
        const Eigen::MatrixXd hessian = -projector() / variance;
        for (int lane = 0; lane < x.lanes(); ++lane) {
            Eigen::VectorXd r(dim());
            for (int i = 0; i < dim(); ++i) {
                r[i] = x(i, lane) - (*mean())[i];
            }
            const Eigen::VectorXd score = hessian * r;
            if (wanted.log_density) {
                wanted.log_density[lane] = 0.5 * r.dot(score);
            }
            for (int i = 0; i < dim(); ++i) {
                if (wanted.score) {
                    wanted.score[i * block_size + lane] = score[i];
                }
                for (int j = 0; wanted.hessian && j < dim(); ++j) {
                    wanted.hessian[(i * dim() + j) * block_size + lane] = hessian(i, j);
                }
            }
        }
    }

private:
    std::shared_ptr<const Isometry> basis_ = std::make_shared<Helmert>(n, axes);
};

TEST(Isometry, ColumnsAreOrthonormalAndCentred) {
    const Helmert basis(5, 3);
    const Coordinates c(Eigen::VectorXd::Zero(15), 1, std::make_shared<Helmert>(5, 3));
    const Eigen::MatrixXd b = c.project_rows(Eigen::MatrixXd::Identity(15, 15));  // row i: B^T e_i
    EXPECT_EQ(b.cols(), basis.columns());
    EXPECT_LT((b.transpose() * b - Eigen::MatrixXd::Identity(12, 12)).cwiseAbs().maxCoeff(), 1e-14);
    for (int a = 0; a < 3; ++a) {
        Eigen::VectorXd centre = Eigen::VectorXd::Zero(12);
        for (int i = 0; i < 5; ++i) {
            centre += b.row(3 * i + a).transpose();
        }
        EXPECT_LT(centre.cwiseAbs().maxCoeff(), 1e-14);
    }
}

/// Points with their centre at rest survive the way to y and back, and any y the way to x and back.
template <class Real>
void check_return(const Coordinates& c, double tolerance) {
    Particles<Real> y(300, c.dim()), x(300, c.target_dim());
    Particles<double> back(300, c.dim());
    for (int b = 0; b < y.n_blocks(); ++b) {
        fill_normals(StreamKey{.seed = 5}, static_cast<std::uint32_t>(b * block_size), y.block(b));
        c.to_target<Real>(y.block(b), x.block(b));
        c.from_target<Real>(x.block(b), back.block(b));
    }
    for (int j = 0; j < y.size(); ++j) {
        for (int i = 0; i < c.dim(); ++i) {
            ASSERT_NEAR(back(j, i), static_cast<double>(y(j, i)), tolerance);
        }
    }
}

TEST(Coordinates, WayThereAndBackIsTheIdentity) {
    const Springs target;
    const Coordinates subspace(*target.mean(), 1.7, target.subspace()), plain(Eigen::VectorXd{{3, -1}}, 0.3);
    for (const Coordinates& c : {subspace, plain, Coordinates(4)}) {
        check_return<double>(c, 1e-13);
        check_return<float>(c, 2e-5);
        std::vector<double> y;
        for (int i = 0; i < 3 * c.dim(); ++i) {
            y.push_back(std::sin(i + 1.0));
        }
        const std::vector<double> x = c.to_target(y), again = c.from_target(x);
        ASSERT_EQ(x.size(), 3u * static_cast<std::size_t>(c.target_dim()));
        ASSERT_EQ(again.size(), y.size());
        for (std::size_t i = 0; i < y.size(); ++i) {
            EXPECT_NEAR(again[i], y[i], 1e-13);
        }
        const Eigen::VectorXd first =
            c.from_target(Eigen::VectorXd(Eigen::Map<const Eigen::VectorXd>(x.data(), c.target_dim())));
        EXPECT_LT((first - Eigen::Map<const Eigen::VectorXd>(y.data(), c.dim())).norm(), 1e-13);
    }
    EXPECT_NEAR(subspace.log_volume(), 6 * std::log(1.7), 1e-14);
    EXPECT_TRUE(Coordinates(4).is_identity());
    EXPECT_FALSE(subspace.is_identity());
}

TEST(Coordinates, RefuseAShiftOutOfTheirSpanAndAScaleOfNothing) {
    const auto basis = std::make_shared<Helmert>(4, 2);
    EXPECT_THROW(Coordinates(Eigen::VectorXd::Ones(8), 1, basis), std::invalid_argument);
    EXPECT_THROW(Coordinates(Eigen::VectorXd::Zero(6), 1, basis), std::invalid_argument);
    EXPECT_THROW(Coordinates(Eigen::VectorXd::Zero(2), 0), std::invalid_argument);
}

std::shared_ptr<const DensityPath<double>> path_of(const Schedule& beta, bool standardise) {
    return test::make_path<double>("tempering", {{"standardise", standardise}, {"reference_scale", 1.5}},
                                   std::make_shared<Springs>(), beta);
}

TEST(SubspacePath, EveryLevelIsTheGeometricBridgeInTheSubspace) {
    const Schedule beta{1, 0.6, 0.25, 0};
    for (const bool standardise : {false, true}) {
        const auto path = path_of(beta, standardise);
        const Coordinates& c = path->coordinates();
        const int d = path->dim();
        EXPECT_EQ(d, 6);
        EXPECT_EQ(c.target_dim(), 8);
        EXPECT_NEAR(c.scale(), standardise ? std::sqrt(Springs::variance) : 1, 1e-14);
        const Eigen::VectorXd y = 0.4 * Eigen::VectorXd::LinSpaced(d, -1, 0.7);
        const std::vector<double> x = c.to_target({y.begin(), y.end()});
        const Eigen::VectorXd at = Eigen::Map<const Eigen::VectorXd>(x.data(), 8);
        const double reference = -y.squaredNorm() / (2 * 2.25) - 0.5 * d * std::log(2 * M_PI * 2.25),
                     target = test::log_density(path->target(), at) + d * std::log(c.scale());
        for (int k = 0; k <= path->n_levels(); ++k) {
            SCOPED_TRACE(k);
            const double b = beta[static_cast<std::size_t>(k)];
            const test::Point p = test::evaluate(path->density(k), y);
            EXPECT_NEAR(p.log_density, (1 - b) * reference + b * target, 1e-12 * (1 + std::abs(target)));
            EXPECT_LT((p.score - test::difference_score(path->density(k), y)).norm(),
                      1e-6 * (1 + p.score.norm()));
            // the spring's Hessian is isotropic in the subspace
            const double curvature = -(1 - b) / 2.25 - b * c.scale() * c.scale() / Springs::variance;
            EXPECT_LT((p.hessian - curvature * Eigen::MatrixXd::Identity(d, d)).cwiseAbs().maxCoeff(), 1e-12);
            Particles<double> points(1, d), v(1, d), product(1, d);
            for (int i = 0; i < d; ++i) {
                points(0, i) = y[i], v(0, i) = i - 2.5;
            }
            path->density(k).hessian_vector_uncounted(points.block(0), v.block(0), product.block(0));
            for (int i = 0; i < d; ++i) {
                EXPECT_NEAR(product(0, i), curvature * (i - 2.5), 1e-12);
            }
        }
        if (standardise) {  // the target is Z times a standard normal in y
            const test::Point p = test::evaluate(path->density(0), y);
            EXPECT_NEAR(p.log_density - *path->log_normaliser(0),
                        -0.5 * y.squaredNorm() - 0.5 * d * std::log(2 * M_PI), 1e-12);
        }
    }
}

TEST(SubspacePath, SamplesOfTheTargetHaveItsMomentsInY) {
    const auto path = path_of({1, 0}, true);
    constexpr int n = 20000;
    Particles<double> y(n, path->dim());
    for (int b = 0; b < y.n_blocks(); ++b) {
        path->sample_level(0, StreamKey{.seed = 3}, static_cast<std::uint32_t>(b * block_size), y.block(b));
    }
    for (int i = 0; i < path->dim(); ++i) {
        double sum = 0, squares = 0;
        for (int j = 0; j < n; ++j) {
            sum += y(j, i) / n, squares += y(j, i) * y(j, i) / n;
        }
        EXPECT_LT(std::abs(sum), 5 / std::sqrt(n));                // 5 s.e. of a mean
        EXPECT_LT(std::abs(squares - 1), 5 * std::sqrt(2.0 / n));  // and of a variance
    }
}

TEST(SubspacePath, SamplersFindTheVolumeOfTheSubspace) {
    Schedule beta;
    for (int k = 0; k <= 24; ++k) {
        beta.push_back(1 - k / 24.0);
    }
    SamplerContext<double> context;
    context.path = path_of(beta, false);
    KernelContext<double> kernel;
    kernel.path = context.path;
    context.kernel = find_entry(kernel_catalogue(), "kernel", "none").make<double>(Json::object(), kernel);
    MoveContext<double> move;
    move.dim = context.path->dim();
    context.move = find_entry(move_catalogue(), "moves", "hmc").make<double>(Json{{"n_steps", 2}}, move);
    context.key.seed = 11;
    const auto sampler =
        find_entry(sampler_catalogue(), "sampler", "ais").make<double>(Json{{"n_particles", 4000}}, context);
    sampler->start();
    while (!sampler->finished()) {
        sampler->advance();
    }
    EXPECT_NEAR(sampler->log_z(), *context.path->target().log_z(), 4 * sampler->log_z_stderr());
    EXPECT_LT(sampler->log_z_stderr(), 0.05);
}

}  // namespace
}  // namespace tempera
