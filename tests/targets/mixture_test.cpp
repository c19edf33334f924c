// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/points.hpp"
#include "targets/far_hessian.hpp"
#include "targets/mixture_build.hpp"

namespace tempera {
namespace {

using test::evaluate;

Mixture random_mixture(int dim, int size, Mixture::Shape shape, unsigned seed) {
    std::srand(seed);
    Mixture m;
    m.shape = shape;
    m.log_z = 0.7;
    for (int c = 0; c < size; ++c) {
        Mixture::Component k;
        k.weight = 1.0 / size;
        k.mean = 2 * Eigen::VectorXd::Random(dim);
        k.eigenvalues = shape == Mixture::Shape::isotropic
                            ? Eigen::VectorXd(Eigen::VectorXd::Constant(dim, 0.3 + 0.1 * c))
                            : Eigen::VectorXd((Eigen::ArrayXd::Random(dim) * 0.5 + 0.8).matrix());
        k.axes = Eigen::MatrixXd::Identity(dim, dim);
        if (shape == Mixture::Shape::full) {
            k.axes = Eigen::HouseholderQR<Eigen::MatrixXd>(Eigen::MatrixXd::Random(dim, dim)).householderQ();
        }
        m.components.push_back(k);
    }
    return m;
}

const std::vector<Mixture::Shape> shapes{Mixture::Shape::isotropic, Mixture::Shape::diagonal,
                                         Mixture::Shape::full};

TEST(Mixture, HessiansFarOutAreThoseOfTheNearestPrecision) {
    for (const Mixture::Shape shape : shapes) {
        const Mixture m = random_mixture(2, 3, shape, 5);
        const Eigen::VectorXd near = m.components[0].mean + Eigen::Vector2d(0.1, -0.2);
        const test::Point usual = evaluate(*make_mixture_density<double>(m), near);
        EXPECT_LT((far_hessian(m, near) - usual.hessian).cwiseAbs().maxCoeff(), 1e-12);
        EXPECT_FALSE(drowns_in_rounding(usual.score, usual.hessian));
        for (const double far : {1e16, 1e50, 1e140}) {
            const Eigen::Vector2d x(far, 0.3 * far);
            const std::vector<double> r = m.responsibilities({x(0), x(1)});
            const std::size_t c = static_cast<std::size_t>(std::max_element(r.begin(), r.end()) - r.begin());
            ASSERT_EQ(r[c], 1);
            const Mixture::Component& k = m.components[c];
            const Eigen::MatrixXd exact =
                -k.axes * k.eigenvalues.cwiseInverse().asDiagonal() * k.axes.transpose();
            EXPECT_LT((far_hessian(m, x) - exact).cwiseAbs().maxCoeff(), 1e-12) << far;
            EXPECT_TRUE(drowns_in_rounding(far * Eigen::Vector2d::Ones(), exact));
        }
    }
    // On the axis between two equal components both count, wherever it is looked at.
    Mixture two = random_mixture(2, 2, Mixture::Shape::isotropic, 1);
    two.components[0].mean << -2, 0;
    two.components[1].mean << 2, 0;
    two.components[1].eigenvalues = two.components[0].eigenvalues;
    const double p = 1 / two.components[0].eigenvalues(0);
    for (const double far : {0.0, 1e20, 1e140}) {
        const Eigen::MatrixXd h = far_hessian(two, Eigen::Vector2d(0, far));
        EXPECT_NEAR(h(0, 0), -p + 4 * p * p, 1e-12);
        EXPECT_NEAR(h(1, 1), -p, 1e-12);
        EXPECT_EQ(h(0, 1), 0);
    }
}

/// Eigenvalues sixteen orders apart: product and sum of the exact ones are determinant and trace.
TEST(Mixture, NarrowDirectionsOfWideComponentsAreExact) {
    Eigen::Matrix2d two;
    two << 1e8, 0.9, 0.9, 1e-8;
    Eigen::Matrix3d factor, scale = Eigen::Vector3d(1e6, 1, 1e-7).asDiagonal();
    factor << 1, 0, 0, 0.5, 1, 0, 0.3, -0.4, 1;
    for (const Eigen::MatrixXd& m :
         {Eigen::MatrixXd(two), Eigen::MatrixXd(scale * factor * factor.transpose() * scale)}) {
        const Eigen::Index d = m.rows();
        const Mixture mixture = build_mixture({1.0}, {Eigen::VectorXd::Zero(d)}, {m});
        const Mixture::Component& c = mixture.components[0];
        const double determinant = d == 2 ? 0.19 : std::pow(1e6 * 1e-7, 2);
        EXPECT_NEAR(c.eigenvalues.prod() / determinant, 1, 1e-12);
        EXPECT_NEAR(c.eigenvalues.sum() / m.trace(), 1, 1e-14);
        EXPECT_LT((c.axes.transpose() * c.axes - Eigen::MatrixXd::Identity(d, d)).cwiseAbs().maxCoeff(),
                  1e-14);
        const Eigen::MatrixXd back = c.axes * c.eigenvalues.asDiagonal() * c.axes.transpose();
        EXPECT_LT((back - m).cwiseAbs().maxCoeff(), 1e-14 * m.cwiseAbs().maxCoeff());
    }
}

TEST(Mixture, KernelsAgreeWithTheReferenceFormulaAndDifferences) {
    for (const Mixture::Shape shape : shapes) {
        for (const int dim : {1, 2, 3, 4, 7, 13, 16}) {
            const Mixture m = random_mixture(dim, 5, shape, 3);
            const auto density = make_mixture_density<double>(m);
            const auto single = make_mixture_density<float>(m);
            for (int trial = 0; trial < 3; ++trial) {
                const Eigen::VectorXd x = 2 * Eigen::VectorXd::Random(dim), v = Eigen::VectorXd::Random(dim);
                const test::Point p = evaluate(*density, x);
                EXPECT_NEAR(p.log_density, m.log_density(x), 1e-12 * (1 + std::abs(p.log_density)));
                EXPECT_NEAR(test::log_density(*density, x), p.log_density,
                            1e-13 * (1 + std::abs(p.log_density)));
                EXPECT_LT((p.score - test::difference_score(*density, x)).norm(),
                          1e-7 * (1 + p.score.norm()));
                EXPECT_LT((p.hessian - test::difference_hessian(*density, x)).norm(),
                          1e-7 * (1 + p.hessian.norm()));
                EXPECT_LT((p.hessian * v - test::hessian_vector(*density, x, v)).norm(),
                          1e-12 * (1 + p.hessian.norm()));
                const test::Point f = evaluate(*single, x);
                EXPECT_NEAR(f.log_density, p.log_density, 2e-5 * (1 + std::abs(p.log_density)));
                EXPECT_LT((f.score - p.score).norm(), 1e-4 * (1 + p.score.norm()));
                EXPECT_LT((f.hessian - p.hessian).norm(), 1e-3 * (1 + p.hessian.norm()));
            }
        }
    }
}

TEST(Mixture, SharedVarianceTakesTheShortKernel) {
    for (const int dim : {1, 2, 3, 6}) {
        Mixture m = random_mixture(dim, 4, Mixture::Shape::isotropic, 5);
        for (Mixture::Component& c : m.components) {
            c.eigenvalues.setConstant(0.37);
        }
        const auto density = make_mixture_density<double>(m);
        const Eigen::VectorXd x = Eigen::VectorXd::Random(dim);
        const test::Point p = evaluate(*density, x);
        EXPECT_NEAR(p.log_density, m.log_density(x), 1e-12);
        EXPECT_LT((p.score - test::difference_score(*density, x)).norm(), 1e-7 * (1 + p.score.norm()));
        EXPECT_LT((p.hessian - test::difference_hessian(*density, x)).norm(), 1e-7 * (1 + p.hessian.norm()));
    }
}

/// What is computed for a particle must not depend on who shares its block: same bits alone and in company.
template <class Real>
void expect_independent_lanes(const Mixture& m) {
    const auto density = make_mixture_density<Real>(m);
    const int d = m.dim();
    std::srand(11);
    for (const int n : {1, 15, 16, 17, 48, 255, 256}) {
        Particles<Real> x(n, d), score(n, d), hessian(n, d * d), product(n, d);
        PerParticle<Real> value(n);
        for (int p = 0; p < n; ++p) {
            for (int i = 0; i < d; ++i) {
                x(p, i) = static_cast<Real>(3.0 * std::rand() / RAND_MAX - 1.5);
            }
        }
        Tally tally;
        density->evaluate(x.block(0), {value.block(0), score.block(0).data, hessian.block(0).data}, tally);
        density->hessian_vector(x.block(0), x.block(0), product.block(0), tally);
        EXPECT_EQ(tally.log_density, n);
        for (const int p : {0, n / 2, n - 1}) {
            Eigen::VectorXd at(d), same(d);
            for (int i = 0; i < d; ++i) {
                at(i) = x(p, i);
            }
            const test::Point alone = evaluate(*density, at);
            EXPECT_EQ(alone.log_density, static_cast<double>(value[p]));
            same = test::hessian_vector(*density, at, at);
            for (int i = 0; i < d; ++i) {
                EXPECT_EQ(alone.score(i), static_cast<double>(score(p, i)));
                EXPECT_EQ(alone.hessian(i, 0), static_cast<double>(hessian(p, i * d)));
                EXPECT_EQ(same(i), static_cast<double>(product(p, i)));
            }
        }
    }
}

TEST(Mixture, LanesAreIndependent) {
    for (const Mixture::Shape shape : shapes) {
        for (const int dim : {2, 5}) {
            expect_independent_lanes<float>(random_mixture(dim, 3, shape, 7));
            expect_independent_lanes<double>(random_mixture(dim, 3, shape, 7));
        }
    }
}

TEST(Mixture, FarParticlesAreFiniteOrMinusInfinityAndNaNStaysNaN) {
    for (const Mixture::Shape shape : shapes) {
        for (const int dim : {2, 5}) {
            const auto density = make_mixture_density<float>(random_mixture(dim, 3, shape, 7));
            for (const double far : {1e6, -1e6, 1e15, 1e30}) {
                const test::Point p = evaluate(*density, Eigen::VectorXd::Constant(dim, far));
                EXPECT_FALSE(std::isnan(p.log_density)) << far;
                EXPECT_LT(p.log_density, -1e9);
                EXPECT_TRUE(p.score.allFinite()) << far;
            }
            EXPECT_EQ(test::log_density(*density, Eigen::VectorXd::Constant(dim, 1e30)),
                      -std::numeric_limits<double>::infinity());
            Eigen::VectorXd bad = Eigen::VectorXd::Zero(dim);
            bad(dim - 1) = std::numeric_limits<double>::quiet_NaN();
            const test::Point p = evaluate(*density, bad);
            EXPECT_TRUE(std::isnan(p.log_density));
            EXPECT_TRUE(std::isnan(p.score(dim - 1)));
        }
    }
}

TEST(Mixture, ScoreFarAwayPullsToTheMeans) {
    const auto density = make_mixture_density<double>(random_mixture(2, 4, Mixture::Shape::isotropic, 9));
    const Eigen::Vector2d x(1e6, 0);
    EXPECT_NEAR(evaluate(*density, x).score(0), -1e6 / 0.6, 30);  // the widest component wins: variance 0.6
}

TEST(Mixture, NoisedIsTheConvolution) {
    const Mixture m = random_mixture(2, 3, Mixture::Shape::full, 4);
    const double alpha = 0.8, sigma = 0.6;
    const auto target = make_mixture_density<double>(m);
    const auto noised = make_mixture_density<double>(m.noised(alpha, sigma));
    const Eigen::Vector2d at(0.3, -0.4);
    // p(x) = int N(x; alpha y, sigma^2 I) pi(y) dy, midpoint rule.
    double sum = 0;
    const int n = 300;
    const double reach = 7, h = 2 * reach / n;
    for (int i = 0; i < n; ++i) {
        for (int j = 0; j < n; ++j) {
            const Eigen::Vector2d y(-reach + (i + 0.5) * h, -reach + (j + 0.5) * h);
            sum +=
                h * h *
                std::exp(m.log_density(y) - m.log_z - (at - alpha * y).squaredNorm() / (2 * sigma * sigma)) /
                (2 * M_PI * sigma * sigma);
        }
    }
    EXPECT_NEAR(test::log_density(*noised, at), std::log(sum), 1e-9);
    EXPECT_NEAR(test::log_integral_2d(*target, -9, 9, -9, 9, 400), 0.7, 1e-9);
    EXPECT_NEAR(test::log_integral_2d(*noised, -9, 9, -9, 9, 400), 0.0, 1e-9);
}

TEST(Mixture, MomentsStandardisationAndProjection) {
    const Mixture m = random_mixture(4, 3, Mixture::Shape::full, 6);
    const double scale = std::sqrt(m.covariance().trace() / 4);
    const Mixture s = m.standardised(m.mean(), scale);
    EXPECT_LT(s.mean().norm(), 1e-14);
    EXPECT_NEAR(s.covariance().trace() / 4, 1, 1e-14);
    const Eigen::VectorXd x = Eigen::VectorXd::Random(4);
    EXPECT_NEAR(s.log_density((x - m.mean()) / scale), m.log_density(x) + 4 * std::log(scale), 1e-12);
    const Eigen::MatrixXd p = Eigen::MatrixXd::Random(2, 4);
    const Mixture q = m.projected(p);
    EXPECT_LT((q.covariance() - p * m.covariance() * p.transpose()).norm(), 1e-12);
    EXPECT_LT((q.mean() - p * m.mean()).norm(), 1e-13);
    const std::vector<double> r = m.responsibilities({x.data(), x.data() + 4});
    EXPECT_NEAR(r[0] + r[1] + r[2], 1, 1e-14);
}

}  // namespace
}  // namespace tempera
