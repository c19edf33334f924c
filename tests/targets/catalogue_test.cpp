// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/points.hpp"

namespace tempera {
namespace {

using test::evaluate;
using test::make_target;

/// With and without exact samples.
std::vector<std::pair<std::string, Json>> all_targets() {
    std::vector<std::pair<std::string, Json>> out = test::small_targets();
    const auto others = test::unsampled_targets();
    out.insert(out.end(), others.begin(), others.end());
    return out;
}

TEST(Targets, ScoresAndHessiansAgreeWithDifferences) {
    for (const auto& [name, settings] : test::small_targets()) {
        SCOPED_TRACE(name);
        const auto target = make_target<double>(name, settings);
        const Particles<double> x = test::draw(*target, 12, 5);
        for (int p = 0; p < x.size(); ++p) {
            Eigen::VectorXd at(target->dim()), v(target->dim());
            for (int i = 0; i < target->dim(); ++i) {
                at(i) = x(p, i), v(i) = std::sin(1.0 + i);
            }
            const test::Point f = evaluate(*target, at);
            EXPECT_LT((f.score - test::difference_score(*target, at)).norm(),
                      1e-6 * (1 + f.score.norm() + std::abs(f.log_density)));
            EXPECT_LT((f.hessian - test::difference_hessian(*target, at)).norm(),
                      1e-5 * (1 + f.hessian.norm()));
            EXPECT_LT((f.hessian - f.hessian.transpose()).norm(), 1e-12 * (1 + f.hessian.norm()));
            EXPECT_LT((f.hessian * v - test::hessian_vector(*target, at, v)).norm(),
                      1e-11 * (1 + f.hessian.norm()));
        }
    }
}

TEST(Targets, SingleAndDoublePrecisionAgree) {
    for (const auto& [name, settings] : all_targets()) {
        SCOPED_TRACE(name);
        const auto target = make_target<double>(name, settings);
        const auto single = make_target<float>(name, settings);
        const Particles<double> x = test::typical(*target, 4, 9);
        for (int p = 0; p < x.size(); ++p) {
            Eigen::VectorXd at(target->dim());
            for (int i = 0; i < target->dim(); ++i) {
                at(i) = static_cast<float>(x(p, i));
            }
            const test::Point a = evaluate(*target, at), b = evaluate(*single, at);
            EXPECT_NEAR(a.log_density, b.log_density, 1e-4 * (1 + std::abs(a.log_density)));
            EXPECT_LT((a.score - b.score).norm(), 1e-3 * (1 + a.score.norm()));
        }
    }
}

/// Mean and second moments of exact samples against the exact ones, at five standard errors of each.
TEST(Targets, SamplesHaveTheExactMoments) {
    constexpr int n = 20000;
    for (const auto& [name, settings] : test::small_targets()) {
        SCOPED_TRACE(name);
        const auto target = make_target<double>(name, settings);
        if (!target->has_sampler()) {
            continue;
        }
        ASSERT_TRUE(target->mean() && target->covariance());
        const Particles<double> x = test::draw(*target, n, 21);
        for (int i = 0; i < target->dim(); ++i) {
            if (name == "funnel" && i > 0) {
                continue;  // exp(x_0) has no useful fourth moment; the first coordinate and the density test
                           // the rest
            }
            double sum = 0, second = 0, fourth = 0;
            const double centre = (*target->mean())(i), variance = (*target->covariance())(i, i);
            for (int p = 0; p < n; ++p) {
                const double offset = x(p, i) - centre;
                sum += offset, second += offset * offset, fourth += offset * offset * offset * offset;
            }
            EXPECT_LT(std::abs(sum / n), 5 * std::sqrt(variance / n));
            EXPECT_LT(std::abs(second / n - variance),
                      5 * std::sqrt((fourth / n - variance * variance) / n) + 1e-12);
        }
    }
}

TEST(Targets, SampledModesHaveTheTrueWeights) {
    constexpr int n = 20000;
    for (const auto& [name, settings] : test::small_targets()) {
        const auto target = make_target<double>(name, settings);
        const std::vector<double> weights = target->mode_weights();
        if (weights.empty()) {
            continue;
        }
        SCOPED_TRACE(name);
        ASSERT_EQ(weights.size(), static_cast<std::size_t>(target->n_modes()));
        ASSERT_EQ(target->mode_names().size(), weights.size());
        const Particles<double> x = test::draw(*target, n, 33);
        std::vector<double> rows;
        for (int p = 0; p < n; ++p) {
            for (int i = 0; i < target->dim(); ++i) {
                rows.push_back(x(p, i));
            }
        }
        const std::vector<double> r = target->mode_responsibilities(rows);
        double total = 0;
        for (std::size_t c = 0; c < weights.size(); ++c) {
            double mass = 0;
            for (int p = 0; p < n; ++p) {
                mass += r[static_cast<std::size_t>(p) * weights.size() + c];
            }
            // Soft assignment has a smaller variance than counting: the binomial error bounds it.
            EXPECT_NEAR(mass / n, weights[c], 5 * std::sqrt(weights[c] * (1 - weights[c]) / n) + 1e-12);
            total += weights[c];
        }
        EXPECT_NEAR(total, 1, 1e-12);
    }
}

TEST(Targets, LogZOfPlanarTargetsByQuadrature) {
    for (const auto& [name, settings] : test::small_targets()) {
        const auto target =
            make_target<double>(name, name == "many_well" || name == "funnel" ? Json{{"dim", 2}} : settings);
        if (target->dim() != 2 || name == "funnel") {
            continue;
        }
        SCOPED_TRACE(name);
        const double reach = name == "gmm40" ? 60 : name == "banana" ? 70 : 14;
        EXPECT_NEAR(test::log_integral_2d(*target, -reach, reach, -reach, reach, 2000), *target->log_z(),
                    name == "ring5" ? 1e-5 : 1e-8);
    }
}

TEST(Targets, PublishedFacts) {
    EXPECT_NEAR(*make_target<double>("ring")->log_z(), 2.187098, 1e-6);
    EXPECT_NEAR(*make_target<double>("ring5")->log_z(), 3.508529, 1e-6);
    EXPECT_NEAR((*make_target<double>("ring")->covariance())(0, 0), 2.120, 1e-3);
    EXPECT_NEAR((*make_target<double>("ring5")->covariance())(0, 0), 7.530, 1e-3);
    EXPECT_NEAR(*make_target<double>("many_well", {{"dim", 32}})->log_z(), 164.695675, 1e-5);
    EXPECT_EQ(make_target<double>("many_well", {{"dim", 32}})->n_modes(), 2);
    const auto well = make_target<double>("many_well", {{"dim", 2}});
    EXPECT_NEAR(well->mode_weights()[1], 0.844307, 1e-6);
    EXPECT_NEAR((*well->mean())(0), 1.187960, 1e-6);
    const auto gmm = make_target<double>("gmm40");
    EXPECT_NEAR(gmm->mixture()->components[0].mean(0), -0.299473, 1e-5);
    EXPECT_NEAR(gmm->mixture()->components[0].mean(1), 21.4577, 1e-4);
    EXPECT_NEAR(gmm->mixture()->components[39].mean(1), -25.0242, 1e-4);
    EXPECT_NEAR((*gmm->mean())(0), -2.140513, 1e-5);
    EXPECT_NEAR((*gmm->covariance())(0, 0), 441.8165, 1e-3);
    EXPECT_NEAR((*gmm->covariance())(0, 1), 171.2169, 1e-3);
    EXPECT_NEAR((*make_target<double>("mog9")->covariance())(1, 1), 16.967, 1e-3);
    EXPECT_NEAR((*make_target<double>("mog2i")->covariance())(0, 0), 25.9, 1e-9);
    EXPECT_EQ(*make_target<double>("two_mode")->log_z(), 2);
}

struct Fingerprint {
    int dim;
    double wide, rho, log_p, s0, s1, h00, h01;
};

/// Values from an independent float64 implementation (numpy), at x_i = 0.3 (-1)^i + 0.1.
TEST(Targets, TwoModeFingerprints) {
    const Fingerprint rows[] = {
        {2, 2.0, 0.5, -3.2296288812, -4.0264279489, -1.2706534870, -2.3890231909, 2.2954330370},
        {2, 2.0, 3.0, -1.9534429251, -0.4464349788, 0.2188780349, -0.9904846300, 0.1194003078},
        {8, 2.0, 0.0, -126.6374392437, -157.6682742833, -6.5674977627, -180.4304010023, 4.7228998908},
        {8, 2.0, 0.5, -12.3479425193, -4.8541327012, -1.7698503720, -4.8830451729, 0.0192597925},
        {2, 0.5, 0.5, -3.2834642916, -4.2382776487, -1.4722168684, -3.6441050796, 1.1296155246},
    };
    for (const Fingerprint& f : rows) {
        const auto target = make_target<double>("two_mode", {{"dim", f.dim}, {"wide", f.wide}});
        const double alpha = 1 / std::sqrt(1 + f.rho * f.rho);
        const auto density = make_mixture_density<double>(target->mixture()->noised(alpha, f.rho * alpha));
        Eigen::VectorXd x(f.dim);
        for (int i = 0; i < f.dim; ++i) {
            x(i) = (i % 2 ? -0.3 : 0.3) + 0.1;
        }
        const test::Point p = evaluate(*density, x);
        EXPECT_NEAR(p.log_density, f.log_p, 1e-8 * std::abs(f.log_p));
        EXPECT_NEAR(p.score(0), f.s0, 1e-8 * std::abs(f.s0));
        EXPECT_NEAR(p.score(1), f.s1, 1e-8 * std::abs(f.s1));
        EXPECT_NEAR(p.hessian(0, 0), f.h00, 1e-8 * std::abs(f.h00));
        EXPECT_NEAR(p.hessian(0, 1), f.h01, 1e-8 * std::abs(f.h01));
    }
    const auto target = make_target<double>("two_mode", {{"dim", 8}});
    EXPECT_NEAR(target->mixture()->components[0].mean(3), -0.6963823293, 1e-10);
    EXPECT_NEAR(target->mixture()->components[1].mean(0), 1.3927646586, 1e-10);
}

TEST(Targets, FarParticlesAndNaN) {
    for (const auto& [name, settings] : test::small_targets()) {
        SCOPED_TRACE(name);
        const auto target = make_target<float>(name, settings);
        for (const double far : {1e6, -1e6, 1e30, -1e30}) {
            const test::Point p = evaluate(*target, Eigen::VectorXd::Constant(target->dim(), far));
            EXPECT_FALSE(std::isnan(p.log_density)) << far;
            EXPECT_LT(p.log_density, 0) << far;
            EXPECT_FALSE(p.score.hasNaN()) << far;
        }
        const double nan = std::numeric_limits<double>::quiet_NaN();
        EXPECT_TRUE(std::isnan(evaluate(*target, Eigen::VectorXd::Constant(target->dim(), nan)).log_density));
    }
}

TEST(Targets, ViewsShowTheTarget) {
    for (const auto& [name, settings] : test::small_targets()) {
        SCOPED_TRACE(name);
        const auto target = make_target<double>(name, settings);
        const Eigen::MatrixXd plane = target->view_plane();
        ASSERT_EQ(plane.rows(), 2);
        ASSERT_EQ(plane.cols(), target->dim());
        EXPECT_LT((plane * plane.transpose() - Eigen::Matrix2d::Identity()).norm(), 1e-12);
        if (!target->has_sampler()) {
            continue;
        }
        const auto box = target->view_box();
        const Particles<double> x = test::draw(*target, 2000, 3);
        int inside = 0;
        for (int p = 0; p < x.size(); ++p) {
            double at[2] = {0, 0};
            for (int i = 0; i < target->dim(); ++i) {
                at[0] += plane(0, i) * x(p, i), at[1] += plane(1, i) * x(p, i);
            }
            inside += at[0] > box.x_min && at[0] < box.x_max && at[1] > box.y_min && at[1] < box.y_max;
        }
        EXPECT_GT(inside, name == "funnel" ? 1800 : 1960);
    }
}

std::string complaint(const Json& settings) {
    try {
        make_target<double>("gaussian_mixture", settings);
    } catch (const ConfigError& e) {
        return e.what();
    }
    return {};
}

TEST(Targets, BadMixturesAreReportedAtTheirPlace) {
    const Json means{{-4, 0}, {4, 0}};
    const auto expect = [&](const Json& settings, const std::vector<std::string>& words) {
        const std::string text = complaint(settings);
        for (const std::string& w : words) {
            EXPECT_NE(text.find(w), std::string::npos) << w << " is not in: " << text;
        }
    };
    expect({{"weights", {1.5, -0.5}}, {"means", means}, {"sigmas", {1, 1}}}, {"target.weights[1]", "-0.5"});
    expect({{"weights", {0.5, 0.6}}, {"means", means}, {"sigmas", {1, 1}}},
           {"target.weights", "1.1", "divide"});
    expect({{"weights", {0.5, 0.5}}, {"means", means}, {"sigmas", {0.25, -1}}}, {"target.sigmas[1]", "-1"});
    expect({{"weights", {0.5, 0.5}}, {"means", {{-4, 0}, {4}}}, {"sigmas", {1, 1}}},
           {"target.means[1]", "same length"});
    expect({{"weights", {0.5, 0.5}}, {"means", means}, {"covariances", {{{1, 0}, {0, 1}}, {{1, 2}, {2, 1}}}}},
           {"target.covariances[1]", "not positive definite (eigenvalue -1 of its correlations)"});
    expect({{"weights", {0.5, 0.5}}, {"means", means}, {"sigmas", {1, 1}}, {"variances", {1, 1}}},
           {"target.variances", "exactly one"});
    expect({{"weights", {0.5, 0.5}}, {"means", {{-3, 0}, {4, 0}}}},
           {"target.sigmas", "one of sigmas, variances and covariances"});
    expect({{"weights", {0.4, 0.5}}, {"means", means}, {"sigmas", {1, {1, 2, 3}}}},
           {"target.weights", "target.sigmas[1]"});
    expect({{"weights", {1.0}}, {"means", means}, {"sigmas", {1, 1}}},
           {"target.weights", "1 weights for 2 means"});
    EXPECT_EQ(complaint(Json::object()), "");  // the two lakes
}

Json with_covariance(const Json& covariance) {
    const std::size_t dim = covariance.size();
    return {{"weights", Json::array({1.0})},
            {"means", Json::array({std::vector<double>(dim, 0.0)})},
            {"covariances", Json::array({covariance})}};
}

TEST(Targets, SingularCovariancesAreRefusedWhateverTheUnits) {
    for (const Json& singular :
         {Json{{4, 6}, {6, 9}}, Json{{1, 6}, {6, 36}}, Json{{0.01, 0.03}, {0.03, 0.09}},
          Json{{1, -1}, {-1, 1}}, Json{{1e8, 1}, {1, 1e-8}}, Json{{1e-12, 3e-6}, {3e-6, 9}},
          Json{{2, 1, 3}, {1, 1, 2}, {3, 2, 5}},
          Json{{0.01, 0.02, 0.03}, {0.02, 0.05, 0.08}, {0.03, 0.08, 0.13}}, Json{{1, 2}, {2, 1}}}) {
        EXPECT_NE(complaint(with_covariance(singular)).find("target.covariances[0]: not positive definite"),
                  std::string::npos)
            << singular.dump() << ": " << complaint(with_covariance(singular));
    }
    for (const Json& regular : {Json{{1e8, 0.9}, {0.9, 1e-8}}, Json{{1, 0.999999}, {0.999999, 1}},
                                Json{{1e-12, 2.9e-6}, {2.9e-6, 9}}, Json{{1e100, 0}, {0, 1e-100}}}) {
        EXPECT_EQ(complaint(with_covariance(regular)), "") << regular.dump();
    }
}

TEST(Targets, NumbersWhoseSquaresAreNoneAreRefusedAtTheirPlace) {
    const Json means{{-4, 0}, {4, 0}}, weights{0.5, 0.5};
    const auto refused = [](const Json& settings, const std::string& place) {
        EXPECT_EQ(complaint(settings).rfind(place + ":", 0), 0u)
            << settings.dump() << " gives: " << complaint(settings);
    };
    for (const double sigma : {1e-170, 1e-320, 1e200, 1e160}) {
        refused({{"weights", weights}, {"means", means}, {"sigmas", {1, sigma}}}, "target.sigmas[1]");
        refused({{"weights", weights}, {"means", means}, {"sigmas", {{sigma, 1}, {1, 1}}}},
                "target.sigmas[0]");
    }
    for (const double variance : {1e-320, 1e-305, 1e305}) {
        refused({{"weights", weights}, {"means", means}, {"variances", {variance, 1}}},
                "target.variances[0]");
        refused(with_covariance({{variance, 0}, {0, 1}}), "target.covariances[0]");
    }
    for (const double mean : {1e160, -1e200}) {
        refused({{"weights", weights}, {"means", {{0, 0}, {mean, 0}}}, {"sigmas", {1, 1}}},
                "target.means[1][0]");
    }
    EXPECT_EQ(complaint({{"weights", weights}, {"means", means}, {"sigmas", {1e-9, 1e9}}}), "");
}

}  // namespace
}  // namespace tempera
