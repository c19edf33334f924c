// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>

#include "diagnostics/bennett.hpp"
#include "gaussian_path.hpp"
#include "samplers/exchange/replica_labels.hpp"
#include "samplers/exchange/swap_statistics.hpp"

namespace tempera::test {
namespace {

constexpr double log_z = -2.3;

std::shared_ptr<GaussianPath> path(int n_levels) {
    return std::make_shared<GaussianPath>(linear_beta(n_levels), 2, 0.8, 0.4, log_z);
}

TEST(Bennett, SolvesGaussianWorksInClosedForm) {
    // Works W ~ N(c + s^2/2 .. ) that obey Crooks' relation: down N(c - s^2/2, s^2), up N(c + s^2/2, s^2).
    StreamKey key;
    Stream stream(key.with(Purpose::diagnostic, 0), 0);
    const double c = 3.25, s = 1.2;
    std::vector<double> down, up;
    for (int i = 0; i < 40'000; ++i) {
        down.push_back(c - s * s / 2 + s * stream.normal());
        up.push_back(c + s * s / 2 + s * stream.normal());
    }
    SwapStatistics swaps(1, 16);
    for (std::size_t i = 0; i < down.size(); i += 16) {
        swaps.add(0, std::span(down).subspan(i, 16), std::span(up).subspan(i, 16));
    }
    const auto estimate = swaps.bennett();
    EXPECT_LT(estimate.standard_error, 0.02);
    EXPECT_NEAR(estimate.value, c, 4 * estimate.standard_error);
    EXPECT_NEAR(bennett_ratio(down, up), estimate.value, 1e-9);
    EXPECT_NEAR(swaps.log_z_stepping_stone(), c, 4 * std::sqrt(std::expm1(s * s) / 40'000));
    // E min(1, exp(W_down - W_up)) with W_down - W_up ~ N(-s^2, 2 s^2) is erfc(s/2): both terms of the
    // integral agree.
    EXPECT_NEAR(1 - swaps.rejection(0), std::erfc(s / 2), 4 * 0.5 / std::sqrt(40'000.0));
}

TEST(Bennett, FailedProposalsCountAsRejections) {
    const double inf = std::numeric_limits<double>::infinity();
    SwapStatistics swaps(2, 4);
    swaps.add(0, std::vector<double>{1, -inf, 1, -inf}, std::vector<double>{1, 1, inf, inf});
    EXPECT_DOUBLE_EQ(swaps.rejection(0), 0.75);
    EXPECT_TRUE(std::isnan(swaps.rejection(1)));
    EXPECT_TRUE(std::isnan(swaps.log_z_stepping_stone()));
    EXPECT_TRUE(std::isnan(swaps.bennett().value));
}

TEST(Bennett, StoreStaysBounded) {
    SwapStatistics swaps(1, 50'000);
    const std::vector<double> down(50'000, 0.5), up(50'000, 0.5);
    for (int scan = 0; scan < 40; ++scan) {
        swaps.add(0, down, up);
    }
    EXPECT_NEAR(swaps.bennett().value, 0.5, 1e-9);
    EXPECT_NEAR(swaps.rejection(0), 0, 1e-12);
}

TEST(Bennett, WorksThatNowhereOverlap) {
    // Both logistics underflow; the equation still has one solution, in the middle of the weighted edges.
    const std::vector<double> down{-5000, -5003, -5001}, up{4990, 4996, 4991};
    const auto edge = [](const std::vector<double>& w, double sign) {
        double sum = 0;
        for (const double v : w) {
            sum += std::exp(sign * (v - w[0]));
        }
        return w[0] + sign * std::log(sum);
    };
    EXPECT_NEAR(bennett_ratio(down, up), 0.5 * (edge(down, 1) + edge(up, -1)), 1e-9);
    EXPECT_NEAR(bennett_ratio(up, down), -5.0, 10.0);  // and the other way round every logistic is one
}

TEST(ReplicaLabels, CountRoundTripsFromTheReferenceAndBack) {
    ReplicaLabels labels(2, 1);
    // Even-odd swaps that always succeed: a conveyor of period 2 (n_levels + 1) for every label.
    for (int scan = 0; scan < 600; ++scan) {
        labels.swap(scan % 2, 0);
        labels.finish_scan();
        auto sorted = labels.labels(0);
        std::sort(sorted.begin(), sorted.end());
        ASSERT_EQ(sorted, (std::vector<int>{0, 1, 2}));
    }
    EXPECT_NEAR(labels.round_trips() / 600.0, 0.5, 0.01);
    EXPECT_NEAR(labels.up_fraction()[1], 0.5, 0.02);
    EXPECT_NEAR(labels.up_fraction()[0], 0.0, 1e-12);
    EXPECT_NEAR(labels.up_fraction()[2], 1.0, 1e-12);
    labels.reset_counts();
    EXPECT_EQ(labels.round_trips(), 0);
}

TEST(ReplicaExchange, EstimatesEvidenceAndMoments) {
    const auto p = path(6);
    const auto s =
        run("replica_exchange",
            {{"n_ensembles", 40}, {"n_scans", 400}, {"burn_in_fraction", 0.25}, {"moves_per_scan", 1}},
            context_on(p, make_move("mala", 1, 2), 20));
    const ExchangeStats& e = *s->exchange_stats();
    EXPECT_EQ(e.scans_counted, 300 * 40);
    EXPECT_LT(s->log_z_stderr(), 0.02);
    EXPECT_NEAR(s->log_z(), log_z, 4 * s->log_z_stderr());
    EXPECT_NEAR(e.log_z_stepping_stone, log_z, 0.05);
    const std::vector<double>& x = *s->collected();
    ASSERT_EQ(x.size(), 300u * 40 * 2);
    double mean = 0, square = 0;
    for (const double v : x) {
        mean += v / static_cast<double>(x.size());
        square += v * v / static_cast<double>(x.size());
    }
    EXPECT_NEAR(mean, 0.8,
                0.03);  // 24 000 correlated draws: the standard error is below 0.4 / sqrt(24 000 / 5) = 0.006
    EXPECT_NEAR(square - mean * mean, 0.16, 0.015);
    EXPECT_NEAR(e.round_trips_per_scan() / e.predicted_round_trips_per_scan(), 1, 0.1);
    ASSERT_EQ(e.index_process.size(), 400u);
    EXPECT_EQ(e.first_scan, 0);
    for (auto labels : e.index_process) {
        std::sort(labels.begin(), labels.end());
        for (std::size_t l = 0; l < labels.size(); ++l) {
            ASSERT_EQ(labels[l], static_cast<int>(l));
        }
    }
}

TEST(ReplicaExchange, RejectionOfNeighboursMatchesQuadrature) {
    // Two levels: the identity swap between N(0, 1) and N(m, s^2) in one dimension.
    const auto p = std::make_shared<GaussianPath>(std::vector<double>{1.0, 0.0}, 1, 0.8, 0.6, 0.0);
    double expected = 0;
    const double h = 0.02;
    const auto log_normal = [](double x, double m, double sd) {
        return -0.5 * std::pow((x - m) / sd, 2) - std::log(sd) - 0.5 * std::log(2 * M_PI);
    };
    for (double a = -6; a < 6; a += h) {
        for (double b = -6; b < 6; b += h) {
            const double here = log_normal(a, 0.8, 0.6) + log_normal(b, 0, 1),
                         there = log_normal(b, 0.8, 0.6) + log_normal(a, 0, 1);
            expected += std::exp(std::min(here, there)) * h * h;
        }
    }
    const auto s = run("replica_exchange",
                       {{"n_ensembles", 20'000},
                        {"n_scans", 1},
                        {"burn_in_fraction", 0.0},
                        {"moves_per_scan", 0},
                        {"initial", "exact"}},
                       context_on(p, make_move("none", 0, 1), 21));
    EXPECT_NEAR(1 - s->exchange_stats()->communication_barrier(), expected, 4 * 0.5 / std::sqrt(20'000.0));
}

TEST(ReplicaExchange, SameBitsForAnyNumberOfThreads) {
    const auto p = path(7);
    const Json settings{
        {"n_ensembles", 300}, {"n_scans", 12}, {"moves_per_scan", 2}, {"burn_in_fraction", 0.5}};
    set_thread_count(1);
    const auto one = run("replica_exchange", settings, context_on(p, make_move("mala", 1, 2, true), 22));
    for (const int threads : {2, 3}) {
        set_thread_count(threads);
        const auto other =
            run("replica_exchange", settings, context_on(p, make_move("mala", 1, 2, true), 22));
        EXPECT_EQ(*one->collected(), *other->collected());
        EXPECT_EQ(one->log_z(), other->log_z());
        EXPECT_EQ(one->log_z_stderr(), other->log_z_stderr());
        EXPECT_EQ(one->exchange_stats()->index_process, other->exchange_stats()->index_process);
    }
    set_thread_count(0);
}

TEST(ReplicaExchange, MovesAlternateAndSettingsAreChecked) {
    const auto p = path(3);
    const auto context = context_on(p, make_move("mala", 1, 2), 23);
    const auto& entry = find_entry(sampler_catalogue(), "sampler", "replica_exchange");
    const auto s = entry.make<double>(Json{{"n_ensembles", 4}, {"n_scans", 5}}, context);
    s->start();
    EXPECT_EQ(s->advance(), MoveKind::explore);
    EXPECT_FALSE(s->at_boundary());
    EXPECT_EQ(s->advance(), MoveKind::swap);
    EXPECT_TRUE(s->at_boundary());
    EXPECT_EQ(s->progress(), 1);
    s->update_settings({{"n_ensembles", 4}, {"n_scans", 5}, {"moves_per_scan", 3}});
    EXPECT_THROW(s->update_settings({{"n_ensembles", 5}, {"n_scans", 5}}), ConfigError);
    EXPECT_NE(s->population(2).x, nullptr);
    EXPECT_EQ(s->population(9).x, nullptr);
    EXPECT_THROW(entry.make<double>(Json{{"initial", "worst_mode"}}, context), ConfigError);  // no mixture
}

TEST(ReplicaExchange, BurnInTunesTheMoves) {
    const auto p = path(4);
    const auto move = make_move("mala", 1, 2, true, 40.0);
    const auto s =
        run("replica_exchange",
            {{"n_ensembles", 100}, {"n_scans", 300}, {"burn_in_fraction", 0.5}, {"moves_per_scan", 1}},
            context_on(p, move, 24));
    for (const LevelStats& level : s->level_stats()) {
        if (level.level < 4) {
            EXPECT_NEAR(level.acceptance, move->target_acceptance(), 0.06);
        }
    }
}

}  // namespace
}  // namespace tempera::test
