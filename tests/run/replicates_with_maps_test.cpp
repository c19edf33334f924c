// SPDX-License-Identifier: MIT
// Replicates side by side share one path, kernel and its maps.
#include <gtest/gtest.h>

#include "support/runs.hpp"

namespace tempera {
namespace {

/// Everything of a run with so many threads but their number.
Json facts_with_threads(const Json& resolved, int n) {
    const test::FewThreads few(n);
    Json facts = test::facts(run_preset(resolved));
    Json& summary = facts["summary"];
    summary.erase("threads");
    for (Json& replicate : summary["replicates"]) {
        replicate.erase("threads");
    }
    return facts;
}

class ReplicatesWithMaps : public testing::TestWithParam<const char*> {};

TEST_P(ReplicatesWithMaps, GiveTheSameBitsSideBySide) {
    Json preset = test::small_run();
    preset["path"]["n_levels"] = 3;
    preset["kernel"] = Json{{"type", "transport_midpoint"}, {"log_det", GetParam()}};
    preset["moves"]["n_steps"] = 1;
    preset["sampler"]["n_particles"] = 100;
    preset["run"]["n_replicates"] = 9;
    const Json resolved = resolve_preset(preset);
    const Json alone = facts_with_threads(resolved, 1), together = facts_with_threads(resolved, 4);
    EXPECT_TRUE(together == alone);
    const Json& replicates = alone["summary"]["replicates"];
    ASSERT_EQ(replicates.size(), 9u);
    EXPECT_NE(replicates[0]["log_z"], replicates[8]["log_z"]);
    EXPECT_GT(replicates[0]["evaluations"]["score"].get<long>(), 0);
}

INSTANTIATE_TEST_SUITE_P(LogDet, ReplicatesWithMaps,
                         testing::Values("exact", "hutchinson", "hutchinson_corrected", "auxiliary"));

}  // namespace
}  // namespace tempera
