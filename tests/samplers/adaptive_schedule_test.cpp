// SPDX-License-Identifier: MIT
#include "samplers/pilots/adaptive_schedule.hpp"

#include <gtest/gtest.h>

#include "gaussian_path.hpp"

namespace tempera::test {
namespace {

/// A narrow target far off: the first steps of beta must be short.
PilotProblem<double> narrow(const Json& schedule, int n_levels) {
    PilotProblem<double> problem;
    problem.make_path = [](const Schedule& s) { return std::make_shared<GaussianPath>(s, 3, 2.0, 0.2, 0.0); };
    problem.make_kernel = [](std::shared_ptr<const DensityPath<double>> path) {
        return find_entry(kernel_catalogue(), "kernel", "none")
            .make<double>(Json::object(), KernelContext<double>{path, {}});
    };
    problem.make_move = [](std::shared_ptr<const DensityPath<double>>) { return make_move("mala", 4, 3); };
    problem.schedule = schedule;
    problem.n_levels = n_levels;
    problem.rho = false;
    problem.key.seed = 5;
    return problem;
}

/// Conditional ESS of a fresh SMC run on the schedule, level by level.
std::vector<double> cess_on(const Schedule& schedule) {
    const auto p = std::make_shared<GaussianPath>(schedule, 3, 2.0, 0.2, 0.0);
    const auto s = run("smc", {{"n_particles", 8192}, {"ess_threshold", 1.0}},
                       context_on(p, make_move("mala", 8, 3), 77));
    std::vector<double> out;
    for (const LevelStats& level : s->level_stats()) {
        if (level.level < p->n_levels()) {
            out.push_back(level.cess_fraction);
        }
    }
    return out;
}

void expect_schedule(const Schedule& s) {
    EXPECT_EQ(s.front(), 1.0);
    EXPECT_EQ(s.back(), 0.0);
    for (std::size_t k = 0; k + 1 < s.size(); ++k) {
        EXPECT_GT(s[k], s[k + 1]);
    }
}

TEST(EqualCess, GivenValueFindsTheNumberOfLevels) {
    const Schedule s = adapt_schedule(narrow({{"type", "equal_cess"}, {"cess", 0.8}}, 0));
    expect_schedule(s);
    const auto cess = cess_on(s);
    for (std::size_t i = 0; i + 1 < cess.size(); ++i) {  // the last step takes what is left
        EXPECT_NEAR(cess[i], 0.8, 0.06) << "step " << i;
    }
    EXPECT_GT(cess.back(), 0.74);
}

TEST(EqualCess, GivenNumberOfLevelsFindsTheValue) {
    for (const int n : {5, 24, 64}) {
        const Schedule s = adapt_schedule(narrow({{"type", "equal_cess"}}, n));
        ASSERT_EQ(s.size(), static_cast<std::size_t>(n) + 1);
        expect_schedule(s);
        const auto cess = cess_on(s);
        const auto [low, high] = std::minmax_element(cess.begin(), cess.end() - 1);
        EXPECT_LT((1 - *low) / (1 - *high), 1.8) << n << " levels: " << *low << " .. " << *high;
    }
}

/// Half of the reference lies where the target has no density: no first step is too short to lose it.
TEST(EqualCess, FindsTheWayToABoundedSupport) {
    auto problem = narrow({{"type", "equal_cess"}, {"cess", 0.8}}, 0);
    const auto half = [](const Schedule& schedule) {
        return std::make_shared<GaussianPath>(schedule, 3, 0.0, 0.2, 0.0, 0.0);
    };
    problem.make_path = half;
    const Schedule found = adapt_schedule(problem);
    expect_schedule(found);
    EXPECT_LT(found.size(), 30u);
    const auto s = run("smc", {{"n_particles", 8192}, {"ess_threshold", 1.0}},
                       context_on(half(found), make_move("mala", 8, 3), 78));
    ASSERT_GT(s->log_z_stderr(), 0);
    EXPECT_LT(s->log_z_stderr(), 0.05);
    EXPECT_NEAR(s->log_z(), -std::log(2.0), 4 * s->log_z_stderr());

    problem.make_path = [](const Schedule& schedule) {
        return std::make_shared<GaussianPath>(schedule, 3, 0.0, 0.2, 0.0, -50.0);
    };
    EXPECT_THROW(adapt_schedule(problem), NumericalError);
}

TEST(EqualCess, ReportsParticlesThatAreCopiesOfEachOther) {
    struct Case {
        const char* move;
        double step;
        bool collapsed;
    };
    for (const Case& c : {Case{"none", 1, true}, Case{"mala", 1e4, true}, Case{"mala", 1e-6, true},
                          Case{"mala", 1, false}, Case{"random_walk", 1, false}}) {
        auto problem = narrow({{"type", "equal_cess"}, {"cess", 0.8}}, 0);
        problem.make_move = [&c](std::shared_ptr<const DensityPath<double>>) {
            return make_move(c.move, 4, 3, false, c.step);
        };
        PilotReport report;
        adapt_schedule(problem, &report);
        EXPECT_EQ(report.independence < PilotReport::collapsed, c.collapsed)
            << c.move << ' ' << c.step << ' ' << report.independence;
    }
}

TEST(EqualCess, TheSameEveryTimeAndForAnyNumberOfThreads) {
    set_thread_count(1);
    const Schedule one = adapt_schedule(narrow({{"type", "equal_cess"}}, 10));
    set_thread_count(3);
    EXPECT_EQ(one, adapt_schedule(narrow({{"type", "equal_cess"}}, 10)));
    set_thread_count(0);
}

TEST(EqualRejection, EvensOutTheSwaps) {
    const Schedule s = adapt_schedule(narrow({{"type", "equal_rejection"}}, 12));
    ASSERT_EQ(s.size(), 13u);
    expect_schedule(s);
    const auto p = std::make_shared<GaussianPath>(s, 3, 2.0, 0.2, 0.0);
    const auto e = run("replica_exchange",
                       {{"n_ensembles", 4000},
                        {"n_scans", 2},
                        {"burn_in_fraction", 0.0},
                        {"moves_per_scan", 0},
                        {"initial", "exact"}},
                       context_on(p, make_move("none", 0, 3), 6));
    const auto r = e->exchange_stats()->swap_rejection;
    const auto [low, high] = std::minmax_element(r.begin(), r.end());
    EXPECT_LT(*high / *low, 1.25);
}

TEST(AdaptiveSchedule, OtherTypesAndDiffusionPathsAreRefused) {
    EXPECT_THROW(adapt_schedule(narrow({{"type", "log_snr"}}, 4)), ConfigError);
    auto problem = narrow({{"type", "equal_cess"}}, 4);
    problem.rho = true;
    EXPECT_THROW(adapt_schedule(problem), ConfigError);
}

}  // namespace
}  // namespace tempera::test
