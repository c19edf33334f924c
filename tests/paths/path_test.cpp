// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "paths/schedule.hpp"
#include "support/points.hpp"

namespace tempera {
namespace {

using test::evaluate;
using test::log_density;
using test::make_path;
using test::make_target;

const Schedule noise{0.1, 0.5, 2, 80};
const Json plain{{"standardise", false}};

TEST(DiffusionPath, LevelsAreTheNoisedTarget) {
    for (const char* process : {"vp", "ve"}) {
        const auto target = make_target<double>("two_mode", {{"dim", 4}});
        const auto path =
            make_path<double>("diffusion", {{"process", process}, {"standardise", false}}, target, noise);
        ASSERT_EQ(path->n_levels(), 4);
        const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(4, -0.5, 0.8);
        for (int k = 1; k <= 4; ++k) {
            const LevelPosition p = path->position(k);
            EXPECT_NEAR(p.sigma / p.alpha, noise[k - 1], 1e-14 * noise[k - 1]);
            EXPECT_NEAR(process[1] == 'p' ? p.alpha * p.alpha + p.sigma * p.sigma : p.alpha, 1, 1e-14);
            const Mixture exact = target->mixture()->noised(p.alpha, p.sigma);
            EXPECT_NEAR(log_density(*path->field(k), x), exact.log_density(x), 1e-11);
            EXPECT_NEAR(log_density(*path->field_at(p.alpha, p.sigma), x), exact.log_density(x), 1e-11);
            if (k < 4) {
                EXPECT_EQ(&path->density(k), path->field(k));
            }
            EXPECT_EQ(*path->log_normaliser(k), 0);
        }
        EXPECT_EQ(*path->log_normaliser(0), 2);
        EXPECT_NEAR(log_density(path->density(0), x), target->mixture()->log_density(x), 1e-11);
    }
}

TEST(DiffusionPath, ReferenceIsANormal) {
    const auto target = make_target<double>("gaussian_mixture");
    const Eigen::Vector2d x(0.7, -0.2);
    const auto log_normal = [&](double variance) {
        return -x.squaredNorm() / (2 * variance) - std::log(2 * M_PI * variance);
    };
    const auto vp = make_path<double>("diffusion", plain, target, noise);
    EXPECT_NEAR(log_density(vp->density(4), x), log_normal(1), 1e-12);
    const auto ve =
        make_path<double>("diffusion", {{"standardise", false}, {"process", "ve"}}, target, noise);
    EXPECT_NEAR(log_density(ve->density(4), x),
                log_normal(80 * 80 + target->mixture()->covariance().trace() / 2), 1e-12);
    const auto exact =
        make_path<double>("diffusion", {{"standardise", false}, {"reference", "exact"}}, target, noise);
    EXPECT_EQ(log_density(exact->density(4), x), log_density(*exact->field(4), x));
}

TEST(DiffusionPath, LevelSamplesHaveTheMomentsOfTheLevel) {
    constexpr int n = 20000;
    const auto target = make_target<double>("two_mode", {{"dim", 3}});
    const auto path = make_path<double>("diffusion", {{"process", "ve"}}, target, noise);
    for (int k = 0; k <= path->n_levels(); ++k) {
        Particles<double> x(n, 3);
        StreamKey key;
        key.level = static_cast<std::uint32_t>(k);
        for (int b = 0; b < x.n_blocks(); ++b) {
            path->sample_level(k, key, static_cast<std::uint32_t>(b * block_size), x.block(b));
        }
        const double expected = k == 4 ? 80.0 * 80 + 1 : path->level_mixture(k)->covariance().trace() / 3;
        double sum = 0;
        for (int p = 0; p < n; ++p) {
            sum += (x(p, 0) * x(p, 0) + x(p, 1) * x(p, 1) + x(p, 2) * x(p, 2)) / 3;
        }
        EXPECT_NEAR(sum / n, expected, 5 * expected * std::sqrt(2.0 / n)) << k;
    }
}

TEST(DiffusionPath, StandardisedCoordinatesAndModes) {
    const auto target = make_target<double>("gmm40");
    const auto path = make_path<double>("diffusion", Json::object(), target, noise);
    const Coordinates& coordinates = path->coordinates();
    EXPECT_LT((coordinates.shift() - *target->mean()).norm(), 1e-12);
    EXPECT_NEAR(coordinates.scale(), std::sqrt(target->covariance()->trace() / 2), 1e-12);
    EXPECT_EQ(path->mode_weights(2).size(), 40u);
    EXPECT_EQ(path->mode_weights(2)[7], 1.0 / 40);
    const std::vector<double> r = path->mode_responsibilities(1, {0.1, 0.2});
    const std::vector<double> want = path->level_mixture(1)->responsibilities({0.1, 0.2});
    EXPECT_EQ(r, want);
    EXPECT_EQ(path->frozen_schedule()["rho"].get<Schedule>(), noise);
    EXPECT_NEAR(path->move_variance(4), 1, 1e-12);
    EXPECT_NEAR(path->move_variance(0),
                target->local_variance() / (coordinates.scale() * coordinates.scale()), 1e-15);
}

TEST(DiffusionPath, RefusesWhatHasNoClosedForm) {
    try {
        make_path<double>("diffusion", plain, make_target<double>("ring"), noise);
        FAIL();
    } catch (const ConfigError& e) {
        EXPECT_EQ(e.problems().front().place, "path.type");
        EXPECT_NE(std::string(e.what()).find("tempering"), std::string::npos);
    }
}

const Schedule temperatures{1, 0.6, 0.25, 0};

TEST(TemperingPath, IsTheGeometricBridgeForEveryTarget) {
    for (const auto& [name, settings] : test::small_targets()) {
        for (const bool standardise : {false, true}) {
            SCOPED_TRACE(name);
            const auto target = make_target<double>(name, settings);
            if (standardise && !target->mean()) {
                continue;
            }
            const auto path = make_path<double>(
                "tempering", {{"standardise", standardise}, {"reference_scale", 1.5}}, target, temperatures);
            const int d = target->dim();
            const Eigen::VectorXd y = 0.4 * Eigen::VectorXd::LinSpaced(d, -1, 0.7);
            const Coordinates& coordinates = path->coordinates();
            const Eigen::VectorXd x = coordinates.shift() + coordinates.scale() * y;
            const double reference = -y.squaredNorm() / (2 * 2.25) - 0.5 * d * std::log(2 * M_PI * 2.25);
            const double at_target = log_density(*target, x) + d * std::log(coordinates.scale());
            for (int k = 0; k <= 3; ++k) {
                const double b = temperatures[k];
                const test::Point p = evaluate(path->density(k), y);
                EXPECT_NEAR(p.log_density, (1 - b) * reference + b * at_target,
                            1e-11 * (1 + std::abs(at_target)));
                EXPECT_LT((p.score - test::difference_score(path->density(k), y)).norm(),
                          1e-6 * (1 + p.score.norm() + std::abs(p.log_density)));
                EXPECT_LT((p.hessian - test::difference_hessian(path->density(k), y)).norm(),
                          1e-5 * (1 + p.hessian.norm()));
                EXPECT_LT((p.hessian * y - test::hessian_vector(path->density(k), y, y)).norm(),
                          1e-10 * (1 + p.hessian.norm()));
                EXPECT_GT(path->move_variance(k), 0);
            }
            EXPECT_EQ(path->field(1), nullptr);
            EXPECT_EQ(*path->log_normaliser(3), 0);
            EXPECT_EQ(path->log_normaliser(0), target->log_z());
        }
    }
}

TEST(TemperingPath, ReferenceIgnoresWhereTheTargetIsInfinite) {
    const auto path = make_path<float>("tempering", plain, make_target<float>("ring"), temperatures);
    EXPECT_TRUE(std::isfinite(log_density(path->density(3), Eigen::Vector2d(1e15, 0))));
}

/// The modes' masses against quadrature with the target's responsibilities: modes far apart and overlapping,
/// at every level down from the reference itself, where they overlap whatever the target.
TEST(TemperingPath, ModeMassesAgreeWithQuadrature) {
    const Json lakes{{"weights", {0.7, 0.3}},
                     {"means", {{-6, 0}, {5, 1}}},
                     {"covariances", {{{0.3, 0.1}, {0.1, 0.2}}, {{0.9, -0.3}, {-0.3, 0.5}}}}};
    const Json near{{"weights", {0.5, 0.2, 0.3}},
                    {"means", {{-0.5, 0}, {0.5, 1}, {0, 0.3}}},
                    {"sigmas", {0.3, 0.4, 1.5}}};
    for (const Json& settings : {lakes, near}) {
        const auto target = make_target<double>("gaussian_mixture", settings);
        const std::size_t n_modes = settings["weights"].size();
        const auto path = make_path<double>("tempering", {{"standardise", false}, {"reference_scale", 3.0}},
                                            target, {1, 0.8, 0.3, 0.05, 0.01, 0});
        for (int k = 0; k <= 5; ++k) {
            std::vector<double> mass(n_modes);
            double total = 0;
            const int n = 400;
            for (int i = 0; i < n; ++i) {
                for (int j = 0; j < n; ++j) {
                    const Eigen::Vector2d x(-15 + 30.0 * (i + 0.5) / n, -15 + 30.0 * (j + 0.5) / n);
                    const double p = std::exp(log_density(path->density(k), x));
                    const std::vector<double> r = target->mode_responsibilities({x(0), x(1)});
                    for (std::size_t m = 0; m < n_modes; ++m) {
                        mass[m] += p * r[m], total += p * r[m];
                    }
                }
            }
            const std::vector<double> w = path->mode_weights(k);
            ASSERT_EQ(w.size(), n_modes);
            for (std::size_t m = 0; m < n_modes; ++m) {
                EXPECT_NEAR(w[m], mass[m] / total, 5e-4) << "level " << k << ", mode " << m;
            }
        }
    }
}

/// In many dimensions and for targets that are no mixtures, at the reference: against plain draws.
TEST(TemperingPath, ModeMassesOfTheReferenceAreThoseOfItsDraws) {
    for (const auto& [type, settings] : {std::pair<const char*, Json>{"two_mode", {{"dim", 8}}},
                                         {"many_well", {{"dim", 4}}},
                                         {"ring5", Json::object()}}) {
        const auto target = make_target<double>(type, settings);
        const auto path = make_path<double>("tempering", {{"standardise", false}, {"reference_scale", 2.0}},
                                            target, {1, 0.5, 0});
        const std::vector<double> w = path->mode_weights(2);
        ASSERT_EQ(static_cast<int>(w.size()), target->n_modes());
        std::vector<double> x;
        const int n = 20'000;
        for (int i = 0; i < n; ++i) {
            Stream stream(StreamKey{}, static_cast<std::uint32_t>(i));
            for (int j = 0; j < target->dim(); ++j) {
                x.push_back(2.0 * stream.normal());
            }
        }
        const std::vector<double> r = target->mode_responsibilities(x);
        for (std::size_t m = 0; m < w.size(); ++m) {
            double mean = 0;
            for (int i = 0; i < n; ++i) {
                mean += r[static_cast<std::size_t>(i) * w.size() + m] / n;
            }
            EXPECT_NEAR(w[m], mean, 4 * 0.5 / std::sqrt(n)) << type;
        }
    }
}

/// The sliding masses of the strongly unequal two_mode target in 16 dimensions (values of a separate numpy
/// program).
TEST(TemperingPath, ModeMassesOfTwoModeSlide) {
    const auto target = make_target<double>("two_mode", {{"dim", 16}, {"wide", 0.5}});
    const auto path = make_path<double>("tempering", plain, target, {1, 0.9, 0.5, 0.1, 0});
    const double want[] = {-0.69, -2.4, -8.9, -14.7};
    for (int k = 0; k < 4; ++k) {
        const std::vector<double> w = path->mode_weights(k);
        EXPECT_NEAR(std::log(w[1] / w[0]), want[k], 0.06);
    }
}

TEST(Schedules, EndsAndMonotony) {
    for (const ScheduleEntry& e : schedule_catalogue()) {
        if (e.name == "explicit") {
            continue;
        }
        for (const bool rho : {true, false}) {
            if (!(rho ? e.for_rho : e.for_beta)) {
                continue;
            }
            for (const int n : {1, 2, 5, 64}) {
                SCOPED_TRACE(e.name + " " + std::to_string(n));
                const Schedule s = e.make(Json::object(), n, rho);
                Problems problems;
                check_schedule(s, n, rho, "path.schedule", problems);
                EXPECT_TRUE(problems.empty());
                if (rho) {
                    EXPECT_EQ(s.back(), 80);
                    EXPECT_EQ(s.front(), n == 1 ? 80 : 0.01);
                }
            }
        }
    }
    const Schedule log_snr = find_schedule("log_snr").make({{"rho_min", 0.1}, {"rho_max", 10}}, 3, true);
    EXPECT_NEAR(log_snr[1], 1, 1e-14);
    const Schedule edm = find_schedule("edm").make({{"rho_min", 1e-7}, {"rho_max", 128}}, 3, true);
    EXPECT_NEAR(edm[1], std::pow((0.1 + 2) / 2, 7), 1e-12);
    const Schedule time =
        find_schedule("uniform_time")
            .make({{"rho_min", std::sqrt(std::expm1(0.2))}, {"rho_max", std::sqrt(std::expm1(2.2))}}, 3,
                  true);
    EXPECT_NEAR(time[1], std::sqrt(std::expm1(1.2)), 1e-12);
}

std::string schedule_complaint(const std::vector<double>& values, int n_levels, bool rho) {
    Problems problems;
    check_schedule(values, n_levels, rho, rho ? "path.schedule.rho" : "path.schedule.beta", problems);
    return problems.empty() ? "" : problems.list().front().place + ": " + problems.list().front().text;
}

TEST(Schedules, MistakesAreNamed) {
    EXPECT_EQ(schedule_complaint({1, 0.52, 0.55, 0}, 3, false),
              "path.schedule.beta[2]: 0.55 must be smaller than beta[1] = 0.52");
    EXPECT_EQ(schedule_complaint({0.1, 0.1}, 2, true),
              "path.schedule.rho[1]: 0.1 must be greater than rho[0] = 0.1");
    EXPECT_EQ(schedule_complaint({0, 0.1}, 2, true),
              "path.schedule.rho[0]: 0 must be greater than 0 (level 0 is the target and needs no value)");
    EXPECT_EQ(schedule_complaint({0.9, 0}, 1, false), "path.schedule.beta[0]: 0.9 must be 1, the target");
    EXPECT_EQ(schedule_complaint({1, 0.1}, 1, false), "path.schedule.beta[1]: 0.1 must be 0, the reference");
    EXPECT_NE(schedule_complaint({0.1, 1, 2}, 2, true).find("has 3 values"), std::string::npos);
    EXPECT_EQ(schedule_complaint({0.1, 1, 2}, 3, true), "");
    EXPECT_THROW(find_schedule("log_snrr"), ConfigError);
    Problems problems;
    find_schedule("log_snr").check({{"rho_min", 90}}, "path.schedule", problems);
    EXPECT_EQ(problems.list().size(), 1u);
}

}  // namespace
}  // namespace tempera
