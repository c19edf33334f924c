// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <numeric>

#include "core/log_sum_exp.hpp"
#include "gaussian_path.hpp"
#include "samplers/annealed/weighted_population.hpp"
#include "samplers/pilots/move_tuning.hpp"

namespace tempera::test {
namespace {

constexpr double log_z = 1.7;

std::shared_ptr<GaussianPath> path(int n_levels, double wall = 1e300) {
    return std::make_shared<GaussianPath>(linear_beta(n_levels), 2, 0.6, 0.5, log_z, wall);
}

TEST(WeightSum, AgreesWithTheStreamingSumInAnyCut) {
    std::vector<double> w;
    for (int i = 0; i < 700; ++i) {
        w.push_back(-800 + 300 * std::sin(1.7 * i));
    }
    w[3] = -std::numeric_limits<double>::infinity();
    const LogSumExp expected = log_sum_exp(w);
    WeightSum sum;
    for (int begin = 0; begin < 700; begin += 256) {
        sum += WeightSum::of(w.data() + begin, std::min(256, 700 - begin));
    }
    EXPECT_NEAR(sum.log_sum(), expected.value(), 1e-12 * std::abs(expected.value()));
    EXPECT_NEAR(sum.ess(), expected.ess(), 1e-9 * expected.ess());
    const double dead[] = {-std::numeric_limits<double>::infinity()};
    EXPECT_EQ(WeightSum::of(dead, 1).ess(), 0.0);
}

TEST(Ais, WithoutMovesItIsImportanceSampling) {
    const auto p = path(5);
    const auto sampler = run("ais", {{"n_particles", 300}}, context_on(p, make_move("none", 0, 2), 3));
    const auto population = sampler->population(0);
    Particles<double> x = *population.x;
    Tally tally;
    for (int b = 0; b < x.n_blocks(); ++b) {
        double target[block_size], reference[block_size];
        p->density(0).evaluate(x.block(b), {target, nullptr}, tally);
        p->density(5).evaluate(x.block(b), {reference, nullptr}, tally);
        for (int l = 0; l < x.block_count(b); ++l) {
            EXPECT_NEAR(population.log_weight->block(b)[l], target[l] - reference[l], 1e-11);
        }
    }
}

TEST(Ais, LevelNumbersAgreeWithTheWeights) {
    const auto p = path(6);
    const auto context = context_on(p, make_move("mala", 2, 2), 4);
    const auto sampler =
        find_entry(sampler_catalogue(), "sampler", "ais").make<double>(Json{{"n_particles", 600}}, context);
    sampler->start();
    EXPECT_EQ(sampler->progress_end(), 6);
    std::vector<double> before(600, 0.0);
    double total = 0;
    while (!sampler->finished()) {
        const MoveKind kind = sampler->advance();
        if (kind != MoveKind::transition) {
            EXPECT_EQ(kind, MoveKind::mcmc);
            continue;
        }
        const LevelStats& s = sampler->level_stats().back();
        const auto w = sampler->population(s.level).log_weight->span();
        LogSumExp first, second, old;
        for (std::size_t i = 0; i < w.size(); ++i) {
            old.add(before[i]);
            first.add(w[i]);
            second.add(2 * w[i] - before[i]);
        }
        EXPECT_NEAR(s.ess_fraction, first.ess() / 600, 1e-12);
        EXPECT_NEAR(s.cess_fraction, std::exp(2 * first.value() - second.value() - old.value()), 1e-12);
        EXPECT_EQ(s.unique_roots, 600);
        if (s.level == 5) {
            EXPECT_NEAR(s.cess_fraction, s.ess_fraction, 1e-12);  // equal weights before
        }
        total += s.log_z_increment;
        before.assign(w.begin(), w.end());
    }
    EXPECT_EQ(sampler->progress(), 6);
    EXPECT_NEAR(sampler->log_z(), total, 1e-12);
    EXPECT_NEAR(sampler->log_z(), log_z, 4 * sampler->log_z_stderr());
    EXPECT_EQ(sampler->level_stats().size(), 7u);
    EXPECT_EQ(sampler->level_stats().front().level, 6);
    EXPECT_GT(sampler->level_stats().back().acceptance, 0.3);
    EXPECT_EQ(sampler->advance(), MoveKind::finished);
}

TEST(Ais, MostParticlesAndWrongCountsAreChecked) {
    const auto& entry = find_entry(sampler_catalogue(), "sampler", "ais");
    for (const long n : {0L, -4L, 16'000'001L}) {
        Problems problems;
        entry.check(Json{{"n_particles", n}}, "sampler", problems);
        ASSERT_EQ(problems.list().size(), 1u);
        EXPECT_EQ(problems.list()[0].place, "sampler.n_particles");
    }
}

TEST(Smc, EvidenceIsUnbiasedWithEveryScheme) {
    const auto p = path(4);
    const auto move = make_move("random_walk", 1, 2);
    for (const char* scheme : {"multinomial", "stratified", "systematic", "residual"}) {
        double mean = 0, square = 0;
        const int repeats = 3000;
        for (int r = 0; r < repeats; ++r) {
            const auto s = run("smc", {{"n_particles", 12}, {"resampling", scheme}, {"ess_threshold", 1.0}},
                               context_on(p, move, 5, r));
            const double ratio = std::exp(s->log_z() - log_z);
            mean += ratio / repeats;
            square += ratio * ratio / repeats;
            ASSERT_EQ(s->n_resamplings(), 3);
        }
        const double se = std::sqrt((square - mean * mean) / repeats);
        EXPECT_LT(se, 0.03);
        EXPECT_NEAR(mean, 1, 4 * se) << scheme;
    }
}

struct Resampled {
    const char* scheme;
    double threshold;
    int n_steps;  ///< of the moves: none, few and many
};
class StandardErrorOfSmc : public testing::TestWithParam<Resampled> {};

/// Between 0.1 and 7 resamplings a run. The spread of 300 runs is known to 4 %, the share of intervals that
/// hold the truth to 1.3 %.
TEST_P(StandardErrorOfSmc, MatchesTheSpread) {
    const auto [scheme, threshold, n_steps] = GetParam();
    const auto p = path(8);
    const auto move = make_move(n_steps > 0 ? "mala" : "none", n_steps, 2);
    double mean = 0, square = 0, predicted = 0;
    int held = 0;
    const int repeats = 300;
    for (int r = 0; r < repeats; ++r) {
        const auto s =
            run("smc", {{"n_particles", 400}, {"resampling", scheme}, {"ess_threshold", threshold}},
                context_on(p, move, 6, r));
        ASSERT_TRUE(s->log_z_error().known()) << s->log_z_error().missing;
        mean += s->log_z() / repeats;
        square += s->log_z() * s->log_z() / repeats;
        predicted += std::pow(s->log_z_stderr(), 2) / repeats;
        held += std::abs(s->log_z() - log_z) < 1.96 * s->log_z_stderr();
    }
    const double ratio = std::sqrt(predicted / (square - mean * mean));
    EXPECT_NEAR(ratio, 1, 0.2);
    EXPECT_NEAR(held / static_cast<double>(repeats), 0.95, 0.05);
}

std::vector<Resampled> every_scheme() {
    std::vector<Resampled> out;
    for (const char* scheme : {"systematic", "stratified", "residual", "multinomial"}) {
        for (const auto& [threshold, n_steps] :
             {std::pair{0.5, 2}, std::pair{0.9, 2}, std::pair{1.0, 1}, std::pair{0.9, 0}}) {
            out.push_back({scheme, threshold, n_steps});
        }
    }
    return out;
}
INSTANTIATE_TEST_SUITE_P(Schemes, StandardErrorOfSmc, testing::ValuesIn(every_scheme()));

TEST(WeightedPopulation, OneParticleTellsNoError) {
    const auto p = path(4);
    const auto move = make_move("mala", 1, 2);
    for (const char* sampler : {"ais", "smc"}) {
        const auto s = run(sampler, {{"n_particles", 1}}, context_on(p, move, 9));
        EXPECT_TRUE(std::isfinite(s->log_z()));
        EXPECT_TRUE(std::isnan(s->log_z_stderr())) << sampler;
        EXPECT_NE(s->log_z_error().missing, "") << sampler;
    }
}

TEST(WeightedPopulation, FewEffectiveParticlesTellNoError) {
    // One step from N(0, I) to a far and narrow Gaussian: a handful of 200 particles carry the weight.
    const auto far = std::make_shared<GaussianPath>(linear_beta(1), 2, 1.5, 0.1, log_z);
    for (const char* sampler : {"ais", "smc"}) {
        const auto s = run(sampler, {{"n_particles", 200}}, context_on(far, make_move("none", 0, 2), 9));
        EXPECT_TRUE(std::isfinite(s->log_z()));
        EXPECT_NE(s->log_z_error().missing.find("effective"), std::string::npos) << sampler;
    }
}

TEST(Smc, ThresholdsAndGenealogy) {
    const auto p = path(6);
    auto context = context_on(p, make_move("mala", 1, 2), 8);
    context.record_genealogy = true;
    EXPECT_EQ(run("smc", {{"n_particles", 100}, {"ess_threshold", 0.0}}, context)->n_resamplings(), 0);
    const auto all = run("smc", {{"n_particles", 100}, {"ess_threshold", 1.0}}, context);
    EXPECT_EQ(all->n_resamplings(), 5);  // never at level 0
    ASSERT_EQ(all->genealogy()->size(), 5u);
    EXPECT_EQ(all->genealogy_levels(), (std::vector<int>{5, 4, 3, 2, 1}));
    std::vector<int> root(100);
    std::iota(root.begin(), root.end(), 0);
    for (const auto& event : *all->genealogy()) {
        std::vector<int> next;
        for (const int a : event) {
            next.push_back(root[static_cast<std::size_t>(a)]);
        }
        root = next;
    }
    EXPECT_EQ(root, *all->population(0).root);
    EXPECT_EQ(all->population(3).x, nullptr);
    root.erase(std::unique(root.begin(), root.end()), root.end());
    EXPECT_EQ(all->level_stats().back().unique_roots, static_cast<int>(root.size()));
}

TEST(Smc, SameBitsForAnyNumberOfThreads) {
    const auto p = path(10);
    const auto context = context_on(p, make_move("mala", 2, 2), 9);
    const Json settings{{"n_particles", 3000}, {"ess_threshold", 0.95}};
    set_thread_count(1);
    const auto one = run("smc", settings, context);
    for (const int threads : {2, 3}) {
        set_thread_count(threads);
        const auto other = run("smc", settings, context);
        EXPECT_EQ(one->log_z(), other->log_z());
        EXPECT_EQ(*one->population(0).root, *other->population(0).root);
        for (int i = 0; i < 3000; ++i) {
            ASSERT_EQ((*one->population(0).x)(i, 1), (*other->population(0).x)(i, 1));
        }
    }
    set_thread_count(0);
    EXPECT_GT(one->n_resamplings(), 0);
}

TEST(Smc, EditsApplyOrAreRefused) {
    const auto p = path(4);
    const auto context = context_on(p, make_move("mala", 3, 2), 10);
    const auto s = find_entry(sampler_catalogue(), "sampler", "smc")
                       .make<double>(Json{{"n_particles", 64}, {"ess_threshold", 0.0}}, context);
    s->start();
    s->advance();
    EXPECT_FALSE(s->at_boundary());
    EXPECT_EQ(s->progress(), 0);
    s->replace_move(make_move("none", 0, 2));
    EXPECT_TRUE(s->at_boundary());
    EXPECT_EQ(s->progress(), 1);
    s->update_settings({{"n_particles", 64}, {"ess_threshold", 1.0}, {"resampling", "residual"}});
    EXPECT_EQ(s->advance(), MoveKind::resample);
    EXPECT_THROW(s->update_settings({{"n_particles", 65}}), ConfigError);
    s->replace_move(make_move("hmc", 1, 2));  // the score is evaluated when it is first needed
    while (!s->finished()) {
        s->advance();
    }
    EXPECT_GT(s->level_stats().back().acceptance, 0.2);
}

TEST(Weights, NonFiniteIncrementsAreCountedAndNeverHidden) {
    const auto p = path(3, 1.2);  // about a tenth of the reference lies beyond the wall
    const auto s = run("ais", {{"n_particles", 2000}}, context_on(p, make_move("none", 0, 2), 11));
    long dead = 0;
    for (const double w : s->population(0).log_weight->span()) {
        dead += w == -std::numeric_limits<double>::infinity();
    }
    EXPECT_GT(dead, 100);
    EXPECT_EQ(s->tally().non_finite, dead);
    EXPECT_TRUE(std::isfinite(s->log_z()));
    try {
        run("ais", {{"n_particles", 100}}, context_on(path(3, -50), make_move("none", 0, 2), 12));
        FAIL() << "every weight is zero";
    } catch (const NumericalError& e) {
        EXPECT_EQ(e.level, 2);
        EXPECT_EQ(e.particle, 0);
    }
}

TEST(MoveTuning, BringsAcceptanceToItsTarget) {
    const auto p = path(6);
    const auto move = make_move("mala", 4, 2, true, 30.0);  // far too long a step
    auto context = context_on(p, move, 13);
    context.move_factor = tune_moves(context);
    ASSERT_EQ(context.move_factor.size(), 7u);
    const auto s = run("ais", {{"n_particles", 4000}}, context);
    for (const LevelStats& level : s->level_stats()) {
        if (level.level < 6) {
            EXPECT_NEAR(level.acceptance, move->target_acceptance(), 0.06) << "level " << level.level;
        }
    }
}

TEST(MoveTuning, LeavesStepsAtWhichNothingMoves) {
    for (const double step : {1e6, 1e-7}) {
        const auto p = path(16);
        const auto move = make_move("mala", 4, 2, true, step);
        auto context = context_on(p, move, 14);
        context.move_factor = tune_moves(context);
        const auto s = run("ais", {{"n_particles", 4000}}, context);
        EXPECT_NEAR(s->level_stats().back().acceptance, move->target_acceptance(), 0.06) << step;
    }
}

TEST(MoveTuning, EndsBetweenLevelsWhenAskedTo) {
    auto context = context_on(path(6), make_move("mala", 4, 2, true), 13);
    int asked = 0;
    const auto stop_at_third = [&] {
        if (++asked == 3) {
            throw std::runtime_error("stopped");
        }
    };
    EXPECT_THROW(tune_moves<double>(context, stop_at_third), std::runtime_error);
    EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace tempera::test
