// SPDX-License-Identifier: MIT
// What the Traces and the Temperatures panel show and export.
#include <gtest/gtest.h>

#include "app/shell/panel.hpp"
#include "null_bench.hpp"

namespace tempera::app {
namespace {

std::vector<std::string> ids(Workbench& bench, const char* view) {
    std::vector<std::string> out;
    for (const PlotSpec& plot : find_view(view)->plots(bench)) {
        out.push_back(plot.id + (plot.layers.empty() ? ": none" : ""));
    }
    return out;
}

TEST(TracesPanel, ShowsTheChainsOrTheLevelInView) {
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(window.run_shipped("re_ladder", "sampler.n_scans", 200));
    EXPECT_EQ(ids(bench, "traces"),
              (std::vector<std::string>{"trace", "ranks", "autocorrelation", "autocorrelation_by_level"}));
    EXPECT_EQ(ids(bench, "temperatures"), std::vector<std::string>{"level_overlap"});
    bench.view.traces_of_levels = true;
    bench.view.traces_part = 1;  // ranks, which one point of a level does not have
    bench.workspace.look_at(7);
    bench.view.raise = {"traces"};
    window.frames(5);
    EXPECT_EQ(bench.view.traces_part, 0);
    EXPECT_EQ(ids(bench, "traces"), (std::vector<std::string>{"level_energy", "level_autocorrelation",
                                                              "autocorrelation_by_level"}));
    EXPECT_EQ(find_view("traces")->plots(bench)[0].title, "Energy at level 7");
}

TEST(TracesPanel, OfAWeightedRunSaysWhyThereIsNone) {
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(window.run_shipped("two_lakes", "sampler.n_particles", 256));
    EXPECT_EQ(ids(bench, "traces"),
              (std::vector<std::string>{"trace: none", "ranks: none", "autocorrelation: none"}));
    EXPECT_EQ(ids(bench, "temperatures"), std::vector<std::string>{"level_overlap"});
}

}  // namespace
}  // namespace tempera::app
