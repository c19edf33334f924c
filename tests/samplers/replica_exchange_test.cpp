// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>

#include "diagnostics/bennett.hpp"
#include "diagnostics/chain_error.hpp"
#include "gaussian_path.hpp"
#include "samplers/exchange/replica_labels.hpp"
#include "samplers/exchange/swap_statistics.hpp"
#include "support/points.hpp"

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
    EXPECT_LT(estimate.error.value, 0.02);
    EXPECT_NEAR(estimate.value, c, 4 * estimate.error.value);
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
    EXPECT_FALSE(swaps.bennett().error.known());
}

TEST(Bennett, WithoutOverlapThereIsNoError) {
    // The ratio is made by the largest of many works down and the smallest of those up, a few of thousands.
    StreamKey key;
    Stream stream(key.with(Purpose::diagnostic, 1), 0);
    for (const double gap : {2.0, 40.0, 1e5}) {
        SwapStatistics swaps(2, 16);
        for (int scan = 0; scan < 100; ++scan) {
            std::vector<double> down, up, near;
            for (int e = 0; e < 16; ++e) {
                down.push_back(-gap * (1 + std::abs(stream.normal())));
                up.push_back(gap * (1 + std::abs(stream.normal())));
                near.push_back(stream.normal());
            }
            swaps.add(0, near, near);
            swaps.add(1, down, up);
        }
        const auto estimate = swaps.bennett();
        EXPECT_TRUE(std::isfinite(estimate.value)) << gap;
        EXPECT_EQ(estimate.error.known(), gap < 3) << gap;
        EXPECT_EQ(estimate.pair_apart, gap < 3 ? -1 : 1) << gap;
        EXPECT_EQ(std::isnan(estimate.error.value), gap > 3) << gap;
    }
}

TEST(Bennett, AConfigurationThatDoesNotMoveIsOneValue) {
    // Works of one ladder, all near the ratio; those up never change.
    StreamKey key;
    Stream stream(key.with(Purpose::diagnostic, 2), 0);
    SwapStatistics swaps(1, 4);
    for (int scan = 0; scan < 200; ++scan) {
        std::vector<double> down;
        for (int e = 0; e < 4; ++e) {
            down.push_back(stream.normal());
        }
        swaps.add(0, down, std::vector<double>{0.1, 0.2, 0.3, 0.4});
    }
    EXPECT_EQ(swaps.bennett().pair_apart, 0);
}

/// First-order autoregression x' = a x + noise: the sum of n values of variance 1 has variance about
/// n (1 + a) / (1 - a). Mean of the stated deviations over 200 series.
TEST(ChainError, IsThatOfAnAutoregression) {
    StreamKey key;
    for (const auto& [a, n_steps, n_chains] :
         {std::tuple{0.0, 200, 1}, std::tuple{0.8, 2000, 1}, std::tuple{0.8, 500, 4},
          std::tuple{-0.4, 400, 2}, std::tuple{0.95, 150, 12}, std::tuple{0.9999, 100, 12}}) {
        double stated = 0, square = 0;
        const int repeats = 200;
        for (int r = 0; r < repeats; ++r) {
            Stream stream(key.with(Purpose::diagnostic, 3, static_cast<std::uint32_t>(r)),
                          static_cast<std::uint32_t>(1000 * (a + 1)));
            ChainSeries x(n_steps, n_chains);
            double sum = 0;
            for (int c = 0; c < n_chains; ++c) {
                double at = stream.normal();
                for (int t = 0; t < n_steps; ++t) {
                    sum += x(t, c) = at;
                    at = a * at + std::sqrt(1 - a * a) * stream.normal();
                }
            }
            stated += std::sqrt(variance_of_sum(x).variance) / repeats;
            square += sum * sum / repeats;
        }
        EXPECT_NEAR(stated / std::sqrt(square), 1, 0.2) << a << ' ' << n_chains;
    }
}

/// Random walks that take many scans through a level, few ladders: 100 runs know their spread to 7 %.
TEST(ReplicaExchange, StatesItsErrorWithFewLadders) {
    for (const int n_ensembles : {1, 2, 4, 8, 12}) {
        const Json settings{{"n_ensembles", n_ensembles}, {"n_scans", 600}, {"burn_in_fraction", 0.5}};
        const auto p = path(4);
        std::vector<double> found, stated;
        for (int r = 0; r < 100; ++r) {
            const auto s = run("replica_exchange", settings,
                               context_on(p, make_move("random_walk", 1, 2, false, 0.1), 31, r));
            found.push_back(s->log_z());
            if (s->log_z_error().known()) {
                stated.push_back(s->log_z_stderr());
            } else {
                EXPECT_NE(s->log_z_error().missing, "");
            }
        }
        if (n_ensembles < 4) {
            EXPECT_EQ(stated.size(), 0u) << "one short ladder cannot know";
            continue;
        }
        ASSERT_EQ(stated.size(), found.size()) << n_ensembles;
        double square = 0, mean = 0;
        for (std::size_t r = 0; r < found.size(); ++r) {
            square += std::pow(found[r] - log_z, 2) / static_cast<double>(found.size());
            mean += stated[r] / static_cast<double>(found.size());
        }
        EXPECT_NEAR(mean / std::sqrt(square), 1, 0.25) << n_ensembles;
    }
}

TEST(ReplicaExchange, CountsRoundTripsFromTheStartAndAgainFromTheEndOfTheBurnIn) {
    const auto& entry = find_entry(sampler_catalogue(), "sampler", "replica_exchange");
    const auto s = entry.make<double>(Json{{"n_ensembles", 20}, {"n_scans", 600}, {"burn_in_fraction", 0.5}},
                                      context_on(path(4), make_move("mala", 1, 2), 32));
    s->start();
    const auto scan_to = [&](long scan) {
        while (s->progress() < scan) {
            s->advance();
        }
        return *s->exchange_stats();
    };
    const ExchangeStats early = scan_to(300), late = scan_to(600);
    EXPECT_EQ(early.counted_from, 0);
    EXPECT_EQ(late.counted_from, 300);
    EXPECT_GT(early.round_trips, 0);
    EXPECT_NEAR(early.round_trips_per_scan(), early.round_trips / 6000.0, 1e-12);
    EXPECT_NEAR(late.round_trips_per_scan(), late.round_trips / 6000.0, 1e-12);
    EXPECT_NEAR(late.round_trips_per_scan() / early.round_trips_per_scan(), 1, 0.2);
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
    // Beside the labels, the energies of the same points by their own levels' densities.
    ASSERT_EQ(e.energy_process.size(), e.index_process.size());
    for (int k = 0; k <= 6; ++k) {
        const Population<double> at = s->population(k);
        const Eigen::VectorXd x0 = Eigen::Vector2d((*at.x)(0, 0), (*at.x)(0, 1));
        EXPECT_NEAR(e.energy_process.back()[static_cast<std::size_t>(k)],
                    -log_density<double>(p->density(k), x0), 1e-9);
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
    // From where nothing moves it leaps away, and then converges as slowly as the gain has become.
    for (const auto& [step, n_scans] : {std::pair{40.0, 300}, std::pair{1e6, 1500}, std::pair{1e-7, 1500}}) {
        const auto move = make_move("mala", 1, 2, true, step);
        const auto s = run(
            "replica_exchange",
            {{"n_ensembles", 100}, {"n_scans", n_scans}, {"burn_in_fraction", 0.5}, {"moves_per_scan", 1}},
            context_on(p, move, 24));
        for (const LevelStats& level : s->level_stats()) {
            if (level.level < 4) {
                EXPECT_NEAR(level.acceptance, move->target_acceptance(), 0.06) << step;
            }
        }
    }
}

}  // namespace
}  // namespace tempera::test
