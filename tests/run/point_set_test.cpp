// SPDX-License-Identifier: MIT
// What is measured of the points that views see.
#include "run/record/point_set.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/build_id.hpp"
#include "run/record/run_folder_snapshot.hpp"
#include "run/record/sprite_subset.hpp"
#include "support/points.hpp"
#include "support/presets.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

PointSet typical_points(const Target<double>& target, int n) {
    const Particles<double> x = test::typical(target, n, 3);
    PointSet points;
    points.dim = target.dim();
    for (int i = 0; i < n; ++i) {
        for (int d = 0; d < target.dim(); ++d) {
            points.x.push_back(x(i, d));
        }
        points.weight.push_back(1);
        points.particle.push_back(i);
    }
    return points;
}

TEST(PointSet, ForcesAreGradientsInKtAndEnergiesAddUpToTheSystems) {
    for (const double temperature : {1.0, 2.5}) {
        const auto target = test::make_target<double>("dw4", {{"temperature", temperature}});
        PointSet points = typical_points(*target, 300);  // more than a block
        measure(points, *target);
        ASSERT_EQ(points.force.size(), 300u * 4);
        ASSERT_EQ(points.energy.size(), 300u * 4);
        for (const int row : {0, 17, 299}) {
            const Eigen::Map<const Eigen::VectorXd> x(points.x.data() + row * 8, 8);
            const Eigen::VectorXd gradient = test::difference_score(*target, x);
            double energy = 0;
            for (int p = 0; p < 4; ++p) {
                const auto at = static_cast<std::size_t>(row * 4 + p);
                const double force = gradient.segment(2 * p, 2).norm();
                EXPECT_NEAR(static_cast<double>(points.force[at]), force, 1e-5 * (1 + force));
                energy += static_cast<double>(points.energy[at]);
            }
            const double whole = points.observables[0][static_cast<std::size_t>(row)];
            EXPECT_NEAR(energy, whole, 1e-5 * (1 + std::abs(whole))) << "in units of the energy";
        }
    }
}

TEST(PointSet, OfLargeSystemsTakesForcesOnlyInFull) {
    const auto target = test::make_target<double>("lj55");
    PointSet points = typical_points(*target, 200);
    measure(points, *target, Measured::in_passing);
    EXPECT_TRUE(points.force.empty());
    EXPECT_FALSE(points.distance.empty());
    measure(points, *target, Measured::in_full);
    EXPECT_EQ(points.force.size(), 200u * 55);
}

TEST(PointSet, OfOtherTargetsHasNoForces) {
    const auto target = test::make_target<double>("gaussian", {{"mean", {0, 0, 0}}});
    PointSet points = typical_points(*target, 10);
    measure(points, *target);
    EXPECT_TRUE(points.force.empty());
    EXPECT_TRUE(points.energy.empty());
}

TEST(PointSet, ItsParticlesAreAmongTheSprites) {
    for (const long n : {20'001L, 65'536L, 1'000'000L, 123'457L}) {
        std::set<long> sprites;
        long last = -1;
        for (long k = 0; k < sprite_limit; ++k) {
            const long i = sprite_particle(k, sprite_limit, n);
            EXPECT_GT(i, last) << "one of each stratum, in order";
            last = i;
            sprites.insert(i);
        }
        for (long k = 0; k < point_limit; ++k) {
            ASSERT_TRUE(sprites.contains(stratum_particle(k, point_limit, n))) << n << ", " << k;
        }
    }
}

TEST(PointSet, FindsTheRowOfAParticle) {
    const std::vector<int> kept{2, 5, 9};
    EXPECT_EQ(row_of(kept, 5), std::optional<std::size_t>(1));
    EXPECT_FALSE(row_of(kept, 6));
    EXPECT_FALSE(row_of(kept, -1));
    EXPECT_FALSE(row_of({}, 0));
}

Json small_cluster() {
    Json preset = load_preset(std::string(TEMPERA_PRESET_DIR) + "/dw4_reference.json");
    preset["sampler"] = {{"type", "smc"}, {"n_particles", 300}, {"ess_threshold", 0.7}};
    return resolve_preset(preset);
}

TEST(Snapshot, PointsOfLevelsAndOfTheEndAreMeasuredInFull) {
    RunRunner runner;
    runner.start(small_cluster());
    runner.wait();
    const auto end = runner.latest();
    ASSERT_EQ(end->state, RunState::finished) << end->error;
    ASSERT_TRUE(end->points && end->sights);
    EXPECT_EQ(end->points->principal[1].size(), 300u);
    EXPECT_EQ(end->points->force.size(), 1200u);
    for (const LevelSight& sight : *end->sights) {
        ASSERT_TRUE(sight.points) << sight.level;
        EXPECT_EQ(sight.points->observables[0].size(), 300u);
        EXPECT_EQ(sight.points->energy.size(), 1200u);
        EXPECT_EQ(sight.points->principal[0].size(), 300u);
    }
    EXPECT_EQ(end->sights->back().points->x, end->points->x);
    const Snapshot folder = snapshot_of(*runner.result());
    const PointSet &last = *end->sights->back().points, &stored = *folder.points;
    double same = 0, other = 0;
    for (std::size_t i = 0; i < 300; ++i) {
        same += std::abs(std::abs(last.principal[0][i]) - std::abs(stored.principal[0][i]));
        other += std::abs(last.principal[0][i]);
    }
    EXPECT_LT(same, 1e-3 * other) << "but for its sign";
}

TEST(Snapshot, MetricsOfTheSummaryAreInTheLastViewAndInTheStoredOne) {
    Json preset = test::small_run();
    preset["run"]["reference"] = "exact";
    RunRunner runner;
    runner.start(preset);
    runner.wait();
    ASSERT_EQ(runner.latest()->state, RunState::finished) << runner.latest()->error;
    const Json metrics = runner.result()->first.summary["metrics"];
    const Snapshot stored = snapshot_of(*runner.result());
    for (const Snapshot* s : {runner.latest().get(), &stored}) {
        for (const char* key : {"energy_w1", "energy_w2", "sliced_w2"}) {
            const Estimate* found = s->record->estimate(std::string("metrics.") + key);
            ASSERT_NE(found, nullptr) << key;
            EXPECT_EQ(found->value, metrics[key].get<double>());
            EXPECT_EQ(found->error.value, metrics["stderr"][key].get<double>());
        }
        EXPECT_EQ(s->record->estimate("metrics.n_of.energy_w1")->value, metrics["n_of"]["energy_w1"]);
        EXPECT_EQ(s->record->estimate("metrics.distance_w1"), nullptr) << "what is null is not known";
    }
    EXPECT_EQ(runner.result()->summary["estimates"], Json::object()) << "the summary has them once";
}

}  // namespace
}  // namespace tempera
