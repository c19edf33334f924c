// SPDX-License-Identifier: MIT
// Replicates side by side share one path, kernel and its maps.
#include <gtest/gtest.h>

#include "support/runs.hpp"

namespace tempera {
namespace {

class ReplicatesWithMaps : public testing::TestWithParam<const char*> {};

TEST_P(ReplicatesWithMaps, GiveTheSameBitsSideBySide) {
    Json preset = test::small_run();
    preset["path"]["n_levels"] = 4;
    preset["kernel"] = Json{{"type", "transport_midpoint"}, {"log_det", GetParam()}};
    preset["moves"]["n_steps"] = 1;
    preset["run"]["n_replicates"] = 9;
    const auto with_threads = [&](int n) {
        const test::FewThreads few(n);
        return run_preset(resolve_preset(preset), {});
    };
    const RunResult alone = with_threads(1), together = with_threads(4);
    EXPECT_EQ(test::facts(together), test::facts(alone));
    ASSERT_EQ(alone.summary["replicates"].size(), 9u);
    EXPECT_NE(alone.summary["replicates"][0]["log_z"], alone.summary["replicates"][8]["log_z"]);
    EXPECT_GT(alone.summary["evaluations"]["score"].get<long>(), 0);
}

INSTANTIATE_TEST_SUITE_P(LogDet, ReplicatesWithMaps,
                         testing::Values("exact", "hutchinson", "hutchinson_corrected", "auxiliary"));

}  // namespace
}  // namespace tempera
