// SPDX-License-Identifier: MIT
#include "diagnostics/principal_axes.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>

#include "core/rng.hpp"

namespace tempera {
namespace {

struct Cloud {
    std::vector<double> x;
    std::vector<float> weight;
};

/// n points of a Gaussian whose standard deviation along coordinate d of a turned frame is spread(d).
template <class Spread>
Cloud gaussian_cloud(int n, int dim, Spread spread) {
    StreamKey key;
    key.seed = 11;
    Stream stream(key, 0);
    Eigen::MatrixXd random(dim, dim);
    for (double& v : random.reshaped()) {
        v = stream.normal();
    }
    const Eigen::MatrixXd frame = Eigen::HouseholderQR<Eigen::MatrixXd>(random).householderQ();
    Cloud out;
    for (int i = 0; i < n; ++i) {
        Eigen::VectorXd z(dim);
        for (int d = 0; d < dim; ++d) {
            z[d] = spread(d) * stream.normal();
        }
        for (const double v : (frame * z).eval()) {
            out.x.push_back(v + 3);
        }
        out.weight.push_back(static_cast<float>(0.2 + 2 * stream.uniform()));
    }
    return out;
}

/// Of the weighted covariance, as a dense solver has them: largest variance last.
Eigen::MatrixXd eigenvectors(const Cloud& c, int dim) {
    const auto n = static_cast<Eigen::Index>(c.weight.size());
    Eigen::MatrixXd x = Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(c.x.data(), n, dim);
    Eigen::VectorXd w(n);
    for (Eigen::Index i = 0; i < n; ++i) {
        w[i] = static_cast<double>(c.weight[static_cast<std::size_t>(i)]);
    }
    w /= w.sum();
    x.rowwise() -= (w.transpose() * x).eval();
    const Eigen::MatrixXd covariance = x.transpose() * w.asDiagonal() * x;
    return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(covariance).eigenvectors();
}

TEST(PrincipalAxes, AreTheLeadingEigenvectorsOfTheWeightedCovariance) {
    for (const int dim : {2, 3, 8, 39, 165}) {
        const Cloud c = gaussian_cloud(600, dim, [](int d) {
            return d == 0 ? 6.0 : d == 1 ? 4.0 : 2.0 / (1 + 0.1 * d);
        });
        const PrincipalAxes axes = principal_axes(c.x, c.weight, dim);
        const Eigen::MatrixXd exact = eigenvectors(c, dim);
        for (std::size_t a = 0; a < 2; ++a) {
            const Eigen::Map<const Eigen::VectorXd> found(axes.axis[a].data(), dim);
            EXPECT_NEAR(found.norm(), 1, 1e-12);
            EXPECT_NEAR(std::abs(found.dot(exact.col(dim - 1 - static_cast<int>(a)))), 1, 1e-5)
                << dim << " dimensions, axis " << a + 1;
            Eigen::Index largest = 0;
            found.cwiseAbs().maxCoeff(&largest);
            EXPECT_GT(found[largest], 0);
        }
    }
}

TEST(PrincipalAxes, KeepTheirSignsFromOneTimeToTheNext) {
    Cloud c = gaussian_cloud(400, 20, [](int d) { return 5.0 / (1 + d); });
    PrincipalAxes before = principal_axes(c.x, c.weight, 20);
    for (std::vector<double>& axis : before.axis) {
        for (double& v : axis) {
            v = -v;
        }
    }
    for (std::size_t i = 0; i < c.x.size(); ++i) {
        c.x[i] += 0.01 * std::sin(static_cast<double>(i));
    }
    const PrincipalAxes after = principal_axes(c.x, c.weight, 20, &before);
    for (std::size_t a = 0; a < 2; ++a) {
        double dot = 0;
        for (std::size_t d = 0; d < 20; ++d) {
            dot += before.axis[a][d] * after.axis[a][d];
        }
        EXPECT_GT(dot, 0.99);
    }
}

TEST(PrincipalAxes, PlacesAreCentredAndThoseThatAreNotFiniteHarmNoOther) {
    Cloud c = gaussian_cloud(300, 5, [](int d) { return d == 0 ? 3.0 : 1.0; });
    const PrincipalAxes clean = principal_axes(c.x, c.weight, 5);
    c.x.insert(c.x.end(), {1, std::numeric_limits<double>::infinity(), 0, 0, 0});
    c.weight.push_back(1);
    const PrincipalAxes axes = principal_axes(c.x, c.weight, 5, &clean);
    const auto places = along_axes(axes, c.x, c.weight, 5);
    ASSERT_EQ(places[0].size(), 301u);
    EXPECT_FALSE(std::isfinite(places[0].back()));
    double mean = 0;
    for (std::size_t i = 0; i < 300; ++i) {
        mean += static_cast<double>(c.weight[i]) * places[0][i];
    }
    EXPECT_NEAR(mean, 0, 1e-9);
    for (std::size_t d = 0; d < 5; ++d) {
        EXPECT_NEAR(axes.axis[0][d], clean.axis[0][d], 1e-5);
    }
}

TEST(PrincipalAxes, OfNothingAreNotKnown) {
    EXPECT_FALSE(principal_axes({}, {}, 3).known());
    EXPECT_TRUE(along_axes({}, {}, {}, 3)[0].empty());
}

}  // namespace
}  // namespace tempera
