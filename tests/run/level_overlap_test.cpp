// SPDX-License-Identifier: MIT
// Overlap of levels: closed forms of Gaussians, and what keeping it leaves of a run: its bits.
#include "run/record/level_overlap.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/state_archive.hpp"
#include "run/figures/chain_figures.hpp"
#include "run/folder/run_folder.hpp"
#include "run/record/chain_traces.hpp"
#include "run/record/run_folder_snapshot.hpp"
#include "run/work/run_overlap.hpp"
#include "run/work/work.hpp"
#include "samplers/gaussian_path.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

using test::facts, test::GaussianPath, test::small_exchange, test::small_run;

/// E w^k for w = N(0, to^2) / N(0, from^2) under N(0, from^2) in dim dimensions.
double moment(double k, double from, double to, int dim) {
    const double r = from / to;
    return std::pow(std::pow(r, k) / std::sqrt(k * r * r - (k - 1)), dim);
}

struct Known {
    double value,
        error;  ///< 1 / E w^2, and the standard error of (sum w)^2 / (n sum w^2) by the delta method
};

Known known_ess(double from, double to, int dim, double n) {
    const double m2 = moment(2, from, to, dim), m3 = moment(3, from, to, dim), m4 = moment(4, from, to, dim);
    const double variance =
        4 * (m2 - 1) / (m2 * m2) - 4 * (m3 - m2) / std::pow(m2, 3) + (m4 - m2 * m2) / std::pow(m2, 4);
    return {1 / m2, std::sqrt(std::max(0.0, variance) / n)};
}

TEST(LevelOverlap, IsTheClosedFormOfTwoGaussians) {
    constexpr int n = 40000;
    const std::vector<double> sd = {1.3, 1.0, 0.7};
    LevelOverlap overlap;
    overlap.levels = {2, 1, 0};
    std::vector<LevelPoints> points(3);
    StreamKey key;
    for (std::size_t source = 0; source < 3; ++source) {
        key.level = static_cast<std::uint32_t>(source);
        for (std::uint32_t i = 0; i < n; ++i) {
            const double x = sd[source] * Stream(key, i).normal();
            points[source].count.push_back(1);
            for (const double s : sd) {
                points[source].log_density.push_back(-0.5 * x * x / (s * s) - std::log(s) + 5);
            }
        }
    }
    compare_levels(overlap, points);
    for (const auto& [source, target] : {std::pair{0, 1}, {1, 2}, {0, 2}, {1, 1}}) {
        const auto from = static_cast<std::size_t>(source), to = static_cast<std::size_t>(target);
        const Known known = known_ess(sd[from], sd[to], 1, n);
        EXPECT_NEAR(overlap.ess_fraction[from][to], known.value, 4 * known.error + 1e-12) << from << to;
    }
    EXPECT_EQ(overlap.n_points, (std::vector<long>{n, n, n}));
    EXPECT_EQ(overlap.dropped, 0);
}

TEST(LevelOverlap, CountsWhatIsNoNumberAndKnowsPointsOutsideOfATarget) {
    const double none = -std::numeric_limits<double>::infinity();
    LevelOverlap overlap;
    overlap.levels = {1, 0};
    std::vector<LevelPoints> points(2);
    points[0] = {{1, 3}, {0, none, 0, 0}};  // the first point has no density at the target
    points[1] = {{2}, {std::nan(""), 0}};
    compare_levels(overlap, points);
    EXPECT_DOUBLE_EQ(overlap.ess_fraction[0][1], 0.75);
    EXPECT_DOUBLE_EQ(overlap.ess_fraction[0][0], 1);
    EXPECT_TRUE(std::isnan(overlap.ess_fraction[1][0]));
    EXPECT_EQ(overlap.dropped, 1);
    EXPECT_EQ(overlap.n_points, (std::vector<long>{4, 2}));
    points[0] = {{1}, {0, none}};
    compare_levels(overlap, points);
    EXPECT_EQ(overlap.ess_fraction[0][1], 0) << "nothing is left";
}

/// Levels of precision 1 to 4 in two dimensions: every pair towards narrower ones against its closed form, by
/// the 256 points of each. Points that descend from one another make it a little noisier than independent
/// ones: five standard errors.
void expect_closed_forms(const LevelOverlap& overlap, const GaussianPath& path) {
    ASSERT_EQ(overlap.levels.size(), 7u);
    const auto sd = [&](std::size_t i) { return std::sqrt(path.move_variance(overlap.levels[i])); };
    for (std::size_t source = 0; source < 7; ++source) {
        EXPECT_EQ(overlap.n_points[source], 256);
        for (std::size_t target = source; target < 7; ++target) {
            const Known known = known_ess(sd(source), sd(target), 2, 256);
            EXPECT_NEAR(overlap.ess_fraction[source][target], known.value, 5 * known.error + 1e-9)
                << "from " << overlap.levels[source] << " to " << overlap.levels[target];
        }
    }
}

TEST(LevelOverlap, OfASequentialRunIsTheClosedForm) {
    const auto path = std::make_shared<GaussianPath>(test::linear_beta(6), 2, 0, 0.5, 0);
    const auto sampler = find_entry(sampler_catalogue(), "sampler", "smc")
                             .make<double>(Json{{"n_particles", 4096}, {"ess_threshold", 0.7}},
                                           test::context_on(path, test::make_move("mala", 4, 2), 3));
    RunOverlap<double> kept(*path);
    EXPECT_FALSE(kept.latest(*sampler)) << "nothing is known before the start";
    sampler->start();
    kept.keep(*sampler);
    const long evaluations = sampler->tally().evaluations();
    EXPECT_EQ(kept.latest(*sampler)->n_points[0], 256);
    EXPECT_EQ(kept.latest(*sampler)->n_points[6], 0);
    EXPECT_EQ(sampler->tally().evaluations(), evaluations);
    while (!sampler->finished()) {
        sampler->advance();
        kept.keep(*sampler);
    }
    expect_closed_forms(*kept.latest(*sampler), *path);
}

/// Sixteen ladders over 300 scans after the burn-in: 16 rows of 16 points, thinned as they come.
TEST(LevelOverlap, OfReplicaExchangeIsTheClosedForm) {
    const auto path = std::make_shared<GaussianPath>(test::linear_beta(6), 2, 0, 0.5, 0);
    const auto sampler = find_entry(sampler_catalogue(), "sampler", "replica_exchange")
                             .make<double>(Json{{"n_ensembles", 16},
                                                {"n_scans", 512},
                                                {"burn_in_fraction", 0.5},
                                                {"moves_per_scan", 4},
                                                {"initial", "exact"}},
                                           test::context_on(path, test::make_move("mala", 4, 2), 3));
    RunOverlap<double> kept(*path);
    sampler->start();
    while (!sampler->finished()) {
        kept.keep(*sampler);
        if (sampler->progress() <= 256) {
            EXPECT_FALSE(kept.latest(*sampler)) << "points of the burn-in are not kept";
        }
        sampler->advance();
    }
    expect_closed_forms(*kept.latest(*sampler), *path);
}

/// The same path without densities between its ends.
class OfEnds final : public GaussianPath {
public:
    using GaussianPath::GaussianPath;
    bool has_level_densities() const override { return false; }
};

TEST(LevelOverlap, SaysWhyThereIsNone) {
    const auto ends = std::make_shared<OfEnds>(test::linear_beta(3), 1, 0, 0.5, 0);
    const auto ais = find_entry(sampler_catalogue(), "sampler", "ais")
                         .make<double>(Json{{"n_particles", 64}},
                                       test::context_on(ends, test::make_move("none", 0, 1), 3));
    RunOverlap<double> kept(*ends);
    ais->start();
    kept.keep(*ais);
    EXPECT_NE(kept.latest(*ais)->missing.find("no log densities"), std::string::npos);
    const auto path = std::make_shared<GaussianPath>(test::linear_beta(3), 1, 0, 0.5, 0);
    const auto chains = test::run("mcmc", Json{{"n_chains", 4}, {"n_steps", 4}, {"burn_in", 0}},
                                  test::context_on(path, test::make_move("random_walk", 1, 1), 5));
    RunOverlap<double> none(*path);
    none.keep(*chains);
    Snapshot s;
    s.overlap = none.latest(*chains);
    EXPECT_NE(level_overlap_figure(s).empty.find("stay at the target"), std::string::npos);
}

/// All steps of a work; with `kept_at` it is archived there and goes on in another one.
std::unique_ptr<Work> run_to_end(const Json& preset, bool watched, long kept_at = -1) {
    const Json resolved = resolve_preset(preset);
    std::unique_ptr<Work> work = make_run_work(resolved, watched, {});
    work->start();
    for (long step = 0; !work->finished(); ++step) {
        if (step == kept_at) {
            StateArchive out;
            work->archive(out);
            work = make_run_work(resolved, watched, {});
            StateArchive in(out.take(), "a state");
            work->archive(in);
        }
        if (watched && step % 5 == 0) {
            work->view(step % 10 == 0);
        }
        work->advance();
    }
    return work;
}

TEST(LevelOverlap, WatchingAndTakingUpChangeNothing) {
    for (const Json& preset : {small_run(), small_exchange()}) {
        const auto watched = run_to_end(preset, true), alone = run_to_end(preset, false),
                   taken_up = run_to_end(preset, true, 31);
        const auto facts_of = [](Work& work) { return facts(dynamic_cast<RunResult&>(*work.result({}))); };
        EXPECT_EQ(facts_of(*watched), facts_of(*alone));
        EXPECT_EQ(facts_of(*watched), facts_of(*taken_up));
        const auto seen = [](Work& work) { return std::dynamic_pointer_cast<Snapshot>(work.view(true)); };
        const auto a = seen(*watched), b = seen(*taken_up);
        ASSERT_TRUE(a->overlap && b->overlap);
        EXPECT_EQ(a->overlap->ess_fraction, b->overlap->ess_fraction);
        EXPECT_EQ(a->overlap->n_points, b->overlap->n_points);
        EXPECT_FALSE(seen(*alone)->overlap);
        ASSERT_EQ(a->traces == nullptr, b->traces == nullptr);
        for (std::size_t k = 0; a->traces && k < a->traces->observables.size(); ++k) {
            EXPECT_EQ(a->traces->observables[k].values.values, b->traces->observables[k].values.values);
        }
    }
}

TEST(LevelOverlap, StandsInTheFolderOfARunThatWasWatched) {
    const test::ScratchFolder folder("overlap");
    std::filesystem::create_directories(folder.path);
    const auto work = run_to_end(small_run(), true);
    const auto result = std::dynamic_pointer_cast<RunResult>(work->result({}));
    write_run_folder(*result, folder.path / "run", {}, false);
    const Snapshot stored = snapshot_of(read_run_folder(folder.path / "run"));
    ASSERT_TRUE(stored.overlap);
    EXPECT_EQ(stored.overlap->levels, result->first.overlap->levels);
    EXPECT_EQ(stored.overlap->n_points, result->first.overlap->n_points);
    EXPECT_EQ(stored.overlap->ess_fraction, result->first.overlap->ess_fraction);
    write_run_folder(run_preset(small_run()), folder.path / "alone", {}, false);
    const Snapshot alone = snapshot_of(read_run_folder(folder.path / "alone"));
    EXPECT_FALSE(alone.overlap);
    EXPECT_NE(level_overlap_figure(alone).empty.find("watched"), std::string::npos);
}

}  // namespace
}  // namespace tempera
