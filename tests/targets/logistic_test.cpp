// SPDX-License-Identifier: MIT
// Logistic regression: the density against its definition, its moments against importance sampling,
// predictions on held-out rows.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/npy.hpp"
#include "support/data_sets.hpp"
#include "support/files.hpp"
#include "support/points.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

using test::evaluate;
using test::make_target;

double softplus(double z) { return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))); }

/// Features with a row of ones after them, and labels.
struct Data {
    Eigen::MatrixXd x;
    Eigen::VectorXd y;

    double log_likelihood(const Eigen::VectorXd& w) const {
        double sum = 0;
        for (Eigen::Index i = 0; i < x.rows(); ++i) {
            const double z = x.row(i).dot(w);
            sum += y(i) * z - softplus(z);
        }
        return sum;
    }
};

Data random_data(int n_rows, int n_features) {
    Stream random(StreamKey{.seed = 5, .purpose = Purpose::diagnostic}, 0);
    Data out{Eigen::MatrixXd::Ones(n_rows, n_features + 1), Eigen::VectorXd(n_rows)};
    for (int i = 0; i < n_rows; ++i) {
        for (int j = 0; j < n_features; ++j) {
            out.x(i, j) = 0.5 + 2 * random.normal();
        }
        out.y(i) = i % 3 == 0 || random.uniform() < 0.2;
    }
    out.y(n_rows - 1) = 0;
    return out;
}

class Logistic : public ::testing::Test {
protected:
    void SetUp() override { fs::create_directories(folder.path); }

    /// The target of these data, as they are.
    Json settings(const Data& data, Json more = Json::object()) const {
        const auto rows = static_cast<std::size_t>(data.x.rows()),
                   columns = static_cast<std::size_t>(data.x.cols() - 1);
        std::vector<double> x, y(data.y.data(), data.y.data() + rows);
        for (Eigen::Index i = 0; i < data.x.rows(); ++i) {
            for (std::size_t j = 0; j < columns; ++j) {
                x.push_back(data.x(i, static_cast<Eigen::Index>(j)));
            }
        }
        const std::string stem =
            (folder.path / ("set" + std::to_string(rows) + "x" + std::to_string(columns))).string();
        write_npy(stem + "_data.npy", NpyArray::of(x, {rows, columns}));
        write_npy(stem + "_labels.npy", NpyArray::of(y, {rows}));
        Json out{{"data", stem + "_data.npy"}, {"standardise_features", false}};
        out.update(more);
        return out;
    }
    const test::ScratchFolder folder{"logistic"};
};

constexpr double log_2_pi = 1.8378770664093453;

/// Numbers of rows that fill the last tile of eight and the last chunk of 64, and that do not.
TEST_F(Logistic, DensityIsPriorTimesLikelihood) {
    for (const auto& [rows, features] : {std::pair{2, 1}, {8, 3}, {64, 2}, {203, 24}}) {
        const Data data = random_data(rows, features);
        const int d = features + 1;
        const Json plain = settings(data), gamma = settings(data, {{"prior", "gamma_hierarchical"}});
        const auto target = make_target<double>("logistic_regression", plain);
        const auto single = make_target<float>("logistic_regression", plain);
        const auto hierarchical = make_target<double>("logistic_regression", gamma);
        ASSERT_EQ(target->dim(), d);
        ASSERT_EQ(hierarchical->dim(), d + 1);
        for (int p = 0; p < 5; ++p) {
            const Eigen::VectorXd w = Eigen::VectorXd::NullaryExpr(d, [&](Eigen::Index i) {
                return std::sin(1.3 * static_cast<double>(i) + p) * (p == 4 ? 3 : 0.5);
            });
            const double likelihood = data.log_likelihood(w),
                         expected = likelihood - 0.5 * w.squaredNorm() - 0.5 * d * log_2_pi;
            EXPECT_NEAR(test::log_density(*target, w), expected, 1e-12 * std::abs(expected));
            EXPECT_NEAR(test::log_density(*single, w), expected, 2e-5 + 2e-6 * std::abs(expected));
            Eigen::VectorXd with(d + 1);
            const double log_alpha = 0.7 * p - 1, alpha = std::exp(log_alpha);
            with << w, log_alpha;
            const double joint = likelihood - 0.5 * alpha * w.squaredNorm() +
                                 0.5 * d * (log_alpha - log_2_pi) + std::log(0.01) - 0.01 * alpha + log_alpha;
            EXPECT_NEAR(test::log_density(*hierarchical, with), joint, 1e-12 * std::abs(joint));
        }
    }
}

TEST_F(Logistic, DerivativesAgreeWithDifferencesInEveryLane) {
    for (const char* prior : {"normal", "gamma_hierarchical"}) {
        const auto target =
            make_target<double>("logistic_regression", settings(random_data(203, 24), {{"prior", prior}}));
        const int d = target->dim(), n = 40;  // two stripes and one that is half empty
        Particles<double> x(n, d), v(n, d), score(n, d), product(n, d), hessian(n, d * d);
        fill_normals(StreamKey{.seed = 3}, 0, x.block(0));
        fill_normals(StreamKey{.seed = 4}, 0, v.block(0));
        target->evaluate_uncounted(x.block(0), {nullptr, score.block(0).data, hessian.block(0).data});
        target->hessian_vector_uncounted(x.block(0), v.block(0), product.block(0));
        for (const int p : {0, 15, 16, 39}) {
            Eigen::VectorXd at(d), along(d), s(d), hv(d);
            Eigen::MatrixXd h(d, d);
            for (int i = 0; i < d; ++i) {
                at(i) = x(p, i), along(i) = v(p, i), s(i) = score(p, i), hv(i) = product(p, i);
                for (int j = 0; j < d; ++j) {
                    h(i, j) = hessian(p, i * d + j);
                }
            }
            EXPECT_LT((s - test::difference_score(*target, at)).norm(), 1e-6 * (1 + s.norm())) << p;
            EXPECT_LT((h - test::difference_hessian(*target, at)).norm(), 1e-6 * (1 + h.norm())) << p;
            EXPECT_LT((h - h.transpose()).norm(), 1e-13 * h.norm()) << p;
            EXPECT_LT((h * along - hv).norm(), 1e-11 * (1 + hv.norm())) << p;
        }
    }
}

TEST_F(Logistic, ManyCoefficientsHaveProductsAndNoHessian) {
    const auto target = make_target<double>("logistic_regression", settings(random_data(90, 70)));
    ASSERT_EQ(target->dim(), 71);
    EXPECT_FALSE(target->has_hessian());
    Particles<double> x(1, 71), v(1, 71), product(1, 71);
    fill_normals(StreamKey{.seed = 3}, 0, x.block(0));
    fill_normals(StreamKey{.seed = 4}, 0, v.block(0));
    target->hessian_vector_uncounted(x.block(0), v.block(0), product.block(0));
    constexpr double step = 1e-5;
    Eigen::VectorXd at(71), along(71);
    for (int i = 0; i < 71; ++i) {
        at(i) = x(0, i), along(i) = v(0, i);
    }
    const Eigen::VectorXd difference = (evaluate(*target, Eigen::VectorXd(at + step * along)).score -
                                        evaluate(*target, Eigen::VectorXd(at - step * along)).score) /
                                       (2 * step);
    for (int i = 0; i < 71; ++i) {
        EXPECT_NEAR(product(0, i), difference(i), 1e-6 * difference.norm());
    }
}

/// z = 1e4 and far beyond: no overflow, no loss of the linear part; infinite and not-a-number stay what they
/// are.
TEST_F(Logistic, LargeArgumentsNeitherOverflowNorVanish) {
    Data data{Eigen::MatrixXd::Ones(2, 2), Eigen::VectorXd(2)};
    data.x(0, 0) = 1, data.x(1, 0) = -1;
    data.y << 1, 0;
    const auto check = [&](const auto& target, double tolerance) {
        for (const double z : {1e4, -1e4, 3e4, -3e4}) {
            const test::Point p = evaluate(*target, Eigen::Vector2d(z, 0));
            const double expected = -2 * softplus(-z) - 0.5 * z * z - log_2_pi;
            EXPECT_NEAR(p.log_density, expected, tolerance * std::abs(expected));
            // Both rows push w_1 by one where they are wrong.
            EXPECT_NEAR(p.score(0), -z + (z < 0 ? 2 : 0), tolerance * std::abs(z));
            EXPECT_NEAR(p.hessian(0, 0), -1, tolerance);
        }
        EXPECT_TRUE(std::isnan(evaluate(*target, Eigen::Vector2d(NAN, 0)).log_density));
        EXPECT_FALSE(std::isfinite(evaluate(*target, Eigen::Vector2d(INFINITY, 0)).log_density));
    };
    check(make_target<double>("logistic_regression", settings(data)), 1e-14);
    check(make_target<float>("logistic_regression", settings(data)), 1e-6);
}

struct Estimate {
    Eigen::VectorXd mean, sd, error;  ///< standard error of the mean
};

/// Importance sampling from a Gaussian a little wider than the target's own moments, in blocks.
Estimate importance_sampling(const Target<double>& target, int n) {
    const int d = target.dim();
    const Eigen::VectorXd centre = *target.mean();
    const Eigen::MatrixXd root = (1.15 * *target.covariance()).llt().matrixL();
    Particles<double> x(n, d);
    PerParticle<double> log_density(n);
    std::vector<double> log_weight(static_cast<std::size_t>(n));
    double largest = -INFINITY;
    for (int b = 0; b < x.n_blocks(); ++b) {
        const auto block = x.block(b);
        fill_normals(StreamKey{.seed = 6}, static_cast<std::uint32_t>(b * block_size), block);
        for (int lane = 0; lane < block.n; ++lane) {
            Eigen::VectorXd z(d);
            for (int i = 0; i < d; ++i) {
                z(i) = block(i, lane);
            }
            log_weight[static_cast<std::size_t>(b * block_size + lane)] = 0.5 * z.squaredNorm();
            z = centre + root * z;
            for (int i = 0; i < d; ++i) {
                block(i, lane) = z(i);
            }
        }
        target.evaluate_uncounted(block, {.log_density = log_density.block(b)});
    }
    for (int p = 0; p < n; ++p) {
        largest = std::max(largest, log_weight[static_cast<std::size_t>(p)] += log_density[p]);
    }
    Estimate out{Eigen::VectorXd::Zero(d), Eigen::VectorXd::Zero(d), Eigen::VectorXd::Zero(d)};
    double total = 0;
    const auto weight = [&](int p) { return std::exp(log_weight[static_cast<std::size_t>(p)] - largest); };
    for (int p = 0; p < n; ++p) {
        total += weight(p);
        for (int i = 0; i < d; ++i) {
            out.mean(i) += weight(p) * x(p, i);
        }
    }
    out.mean /= total;
    for (int p = 0; p < n; ++p) {
        for (int i = 0; i < d; ++i) {
            const double w = weight(p) / total, offset = x(p, i) - out.mean(i);
            out.sd(i) += w * offset * offset;
            out.error(i) += w * w * offset * offset;
        }
    }
    out.sd = out.sd.cwiseSqrt(), out.error = out.error.cwiseSqrt();
    return out;
}

/// What mean() and covariance() promise is good for standardisation: within a tenth of a standard deviation
/// and a quarter of the variance, which are the approximation's errors, not the estimate's.
void expect_good_moments(const Target<double>& target) {
    const Estimate e = importance_sampling(target, 40000);
    for (int i = 0; i < target.dim(); ++i) {
        EXPECT_LT(e.error(i), 0.03 * e.sd(i)) << i;
        EXPECT_NEAR(e.mean(i), (*target.mean())(i), 0.1 * e.sd(i)) << i;
        EXPECT_NEAR((*target.covariance())(i, i) / (e.sd(i) * e.sd(i)), 1, 0.25) << i;
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(*target.covariance());
    EXPECT_NEAR(target.local_variance(), axes.eigenvalues()(0), 1e-12);
}

TEST_F(Logistic, MomentsAreGood) {
    expect_good_moments(*make_target<double>("logistic_regression", {{"n_rows", 150}, {"n_features", 3}}));
    expect_good_moments(*make_target<double>(
        "logistic_regression", {{"n_rows", 400}, {"n_features", 8}, {"prior", "gamma_hierarchical"}}));
}

/// Posterior means of public data sets, from the files as they are read here and a density written out again.
TEST_F(Logistic, PublicDataSetsHaveTheirPosteriorMeans) {
    for (const std::string name : {"heart", "australian", "german"}) {
        SCOPED_TRACE(name);
        const fs::path file = test::data_file(name + "_data.npy");
        if (file.empty()) {
            GTEST_SKIP() << name << "_data.npy is in no folder of data sets; set TEMPERA_DATA";
        }
        const NpyArray x = read_npy(file), y = read_npy(file.parent_path() / (name + "_labels.npy"));
        const auto n = static_cast<Eigen::Index>(x.shape[0]), p = static_cast<Eigen::Index>(x.shape[1]);
        const std::vector<double> values = x.to_doubles(), labels = y.to_doubles();
        Data data{Eigen::MatrixXd::Ones(n, p + 1), Eigen::Map<const Eigen::VectorXd>(labels.data(), n)};
        for (Eigen::Index j = 0; j < p; ++j) {
            for (Eigen::Index i = 0; i < n; ++i) {
                data.x(i, j) = values[static_cast<std::size_t>(i * p + j)];
            }
            data.x.col(j).array() -= data.x.col(j).mean();
            data.x.col(j) /= std::sqrt(data.x.col(j).squaredNorm() / static_cast<double>(n));
        }
        const auto target = make_target<double>("logistic_regression", {{"data", file.string()}});
        const auto own = make_target<double>("logistic_regression", settings(data));
        expect_good_moments(*target);
        const Estimate e = importance_sampling(*target, 60000);
        Stream random(StreamKey{.seed = 9}, 0);
        Eigen::VectorXd at = e.mean;
        for (int k = 0; k < 20; ++k) {
            at = e.mean.unaryExpr([&](double m) { return m + 0.1 * random.normal(); });
            const double expected = data.log_likelihood(at) - 0.5 * at.squaredNorm() -
                                    0.5 * static_cast<double>(p + 1) * log_2_pi;
            EXPECT_NEAR(test::log_density(*target, at), expected, 1e-10 * std::abs(expected));
        }
        const Estimate again = importance_sampling(*own, 60000);
        for (Eigen::Index i = 0; i <= p; ++i) {
            EXPECT_NEAR(e.mean(i), again.mean(i), 1e-9 * e.sd(i));
        }
    }
}

/// Coefficients themselves, then what they predict for the rows that were held out.
TEST_F(Logistic, ObservablesAreCoefficientsAndPredictions) {
    const Json split{{"n_rows", 50}, {"n_features", 2}, {"train_fraction", 0.6}, {"split_seed", 4}};
    const auto target = make_target<float>("logistic_regression", split);
    std::vector<std::string> names;
    for (const Observable& o : target->observables()) {
        names.push_back(o.name);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"energy", "w_1", "w_2", "bias", "accuracy",
                                               "log_predictive_density"}));
    Particles<float> x(3, 3);
    Particles<double> out(3, 6);
    for (int p = 0; p < 3; ++p) {
        x(p, 0) = 1.5F - static_cast<float>(p), x(p, 1) = 0.25F, x(p, 2) = -0.5F;
    }
    target->observe(std::as_const(x).block(0), out.block(0));
    // The whole set's likelihood is that of both parts; counts of the parts add up.
    Json whole = split;
    whole["train_fraction"] = 1;
    const auto all = make_target<double>("logistic_regression", whole);
    EXPECT_EQ(all->observables().size(), 4U);
    for (int p = 0; p < 3; ++p) {
        const Eigen::Vector3d at(x(p, 0), x(p, 1), x(p, 2));
        EXPECT_EQ(out(p, 1), x(p, 0));
        EXPECT_EQ(out(p, 3), -0.5);
        EXPECT_NEAR(-out(p, 0) + 20 * out(p, 5), test::log_density(*all, at), 1e-4);
        EXPECT_NEAR(out(p, 4) * 20, std::round(out(p, 4) * 20), 1e-12);
    }
    EXPECT_NE(out(0, 4), out(2, 4)) << "an accuracy that does not depend on the coefficients";
    Json other = split;
    other["split_seed"] = 5;
    const Eigen::Vector3d at(1, -1, 0);
    EXPECT_NE(test::log_density(*make_target<double>("logistic_regression", other), at),
              test::log_density(*make_target<double>("logistic_regression", split), at));
}

TEST_F(Logistic, AccuracyCountsRightRows) {
    Data data{Eigen::MatrixXd::Ones(40, 2), Eigen::VectorXd(40)};
    for (int i = 0; i < 40; ++i) {
        data.x(i, 0) = i - 19.5, data.y(i) = i >= 20;
    }
    const auto target = make_target<double>("logistic_regression", settings(data, {{"train_fraction", 0.5}}));
    Particles<double> x(2, 2), out(2, 5);
    x(0, 0) = 1, x(1, 0) = -1;
    target->observe(std::as_const(x).block(0), out.block(0));
    EXPECT_EQ(out(0, 3), 1);
    EXPECT_EQ(out(1, 3), 0);
}

}  // namespace
}  // namespace tempera
