// SPDX-License-Identifier: MIT
// One builder per figure: a run on its way and its folder, a training and its folder, panels and files.
#include "run/figures/run_figures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "run/figures/chain_figures.hpp"
#include "run/figures/training_figures.hpp"
#include "run/folder/run_folder.hpp"
#include "run/record/run_folder_snapshot.hpp"
#include "run/training/training_folder.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

using test::small_exchange, test::small_run;

struct Seen {
    Snapshot live, stored;
};

/// The last view of a run, and what its folder says of it.
Seen seen_of(const Json& preset) {
    const test::ScratchFolder folder("figures");
    RunRunner runner;
    runner.start(preset);
    runner.wait();
    EXPECT_EQ(runner.latest()->state, RunState::finished) << runner.latest()->error;
    std::filesystem::create_directories(folder.path);
    write_run_folder(*runner.result(), folder.path / "run", {}, false);
    return {*runner.latest(), snapshot_of(read_run_folder(folder.path / "run"))};
}

/// Positions come from the path's coordinates while a run is on its way and from the target's afterwards:
/// they agree to the precision of the run.
void expect_same(const PlotSpec& live, const PlotSpec& stored, double tolerance) {
    Json a = to_json(live), b = to_json(stored);
    ASSERT_EQ(a["layers"].size(), b["layers"].size()) << live.id;
    for (std::size_t i = 0; tolerance > 0 && i < a["layers"].size(); ++i) {
        for (const char* axis : {"x", "y"}) {
            const auto x = a["layers"][i][axis].get<std::vector<double>>(),
                       y = b["layers"][i][axis].get<std::vector<double>>();
            ASSERT_EQ(x.size(), y.size());
            for (std::size_t k = 0; k < x.size(); ++k) {
                EXPECT_NEAR(x[k], y[k], tolerance);
            }
            a["layers"][i].erase(axis), b["layers"][i].erase(axis);
        }
        a.erase("describe"), b.erase("describe");
    }
    EXPECT_EQ(a, b) << live.id << "\n" << a.dump().substr(0, 2000) << "\n" << b.dump().substr(0, 2000);
}

TEST(RunFigures, ARunUnderWayAndItsFolderGiveTheSame) {
    const Seen run = seen_of(small_run());
    std::set<std::string> drawn;
    for (const RunFigure& figure : run_figures()) {
        const PlotSpec live = figure.build(run.live), stored = figure.build(run.stored);
        expect_same(live, stored, live.id == "particles" ? 1e-5 : 0);
        if (!live.layers.empty()) {
            drawn.insert(live.id);
        }
    }
    EXPECT_EQ(drawn, (std::set<std::string>{"particles", "ess_by_level", "mode_weights_by_level", "energy",
                                            "mode_weights", "weight_histogram", "lorenz", "log_z_by_level",
                                            "level_overlap"}));
}

/// Of replica exchange, a view shows the ensembles as they stand and the folder holds what they collected;
/// the interval of the target's masses is that of the collected points. All of the swaps is the same.
TEST(RunFigures, ReplicaExchangeUnderWayAndItsFolderGiveTheSameSwaps) {
    const Seen run = seen_of(small_exchange());
    int same = 0;
    for (const RunFigure& figure : run_figures()) {
        const PlotSpec live = figure.build(run.live), stored = figure.build(run.stored);
        EXPECT_EQ(live.layers.empty(), stored.layers.empty()) << figure.id;
        EXPECT_EQ(live.provenance, stored.provenance) << figure.id;
        const std::string id = figure.id;
        if (id == "swap_acceptance" || id == "barrier" || id == "index_process" || id == "trace" ||
            id == "ranks" || id == "autocorrelation" || id == "level_overlap") {
            EXPECT_FALSE(live.layers.empty()) << id;
            expect_same(live, stored, 0);
            ++same;
        }
    }
    EXPECT_EQ(same, 7);
}

TEST(RunFigures, AFigureThatAppliesHasItsIdAndReadsWell) {
    for (const Json& preset : {small_run(), small_exchange()}) {
        const Snapshot s = snapshot_of(run_preset(preset));
        for (const RunFigure& figure : run_figures()) {
            const PlotSpec plot = figure.build(s);
            if (plot.layers.empty()) {
                continue;
            }
            EXPECT_EQ(plot.id, figure.id);
            EXPECT_FALSE(plot.title.empty()) << plot.id;
            EXPECT_TRUE(plot.empty.empty()) << plot.id;
            EXPECT_EQ(plot.provenance.rfind("small, seed 3, tempera ", 0), 0u) << plot.provenance;
            EXPECT_LT(plot.x.min, plot.x.max) << plot.id;
            EXPECT_LT(plot.y.min, plot.y.max) << plot.id;
            for (const PlotLayer& layer : plot.layers) {
                for (const double x : layer.x) {
                    EXPECT_TRUE(plot.id == "particles" || (x >= plot.x.min && x <= plot.x.max)) << plot.id;
                }
            }
        }
    }
}

TEST(RunFigures, NothingSampledGivesAReasonInstead) {
    const Snapshot nothing;
    EXPECT_TRUE(figures_of(nothing).empty());
    for (const PlotSpec& plot :
         {ess_figure(nothing), log_z_figure(nothing), occupancy_figure(nothing), mode_mass_figure(nothing, 0),
          mode_weights_figure(nothing, nullptr, 0), weight_histogram_figure(nothing), lorenz_figure(nothing),
          swap_figure(nothing), barrier_figure(nothing), index_figure(nothing), particles_figure(nothing, {}),
          trace_figure(nothing, 0), rank_figure(nothing, 0), autocorrelation_figure(nothing, 0),
          level_energy_figure(nothing, 0), level_autocorrelation_figure(nothing, 0),
          level_times_figure(nothing), level_overlap_figure(nothing)}) {
        EXPECT_TRUE(plot.layers.empty()) << plot.id;
        EXPECT_FALSE(plot.empty.empty()) << plot.id;
    }
}

/// Three modes with rows at the given levels.
Snapshot of_three_modes(int n_levels) {
    Snapshot s;
    s.n_levels = n_levels;
    s.n_particles = 100;
    s.mode_names = {"a", "b", "c"};
    auto rows = std::make_shared<std::vector<ModeRow>>();
    for (int level = n_levels; level >= 0; --level) {
        ModeRow row;
        row.level = level;
        row.exact = {0.5, 0.3, 0.2}, row.sampled = {0.48, 0.3, 0.22}, row.weighted = {0.51, 0.3, 0.19};
        row.sampled_interval = row.weighted_interval = {0.05, 0.04, 0.03};
        rows->push_back(row);
    }
    s.modes = rows;
    return s;
}

TEST(RunFigures, MassesOfAModeHaveTheirIntervalAndTheirIdByMode) {
    const Snapshot s = of_three_modes(4);
    const PlotSpec second = mode_mass_figure(s, 1);
    EXPECT_EQ(second.id, "mode_weights_by_level_2");
    EXPECT_EQ(second.state, "exact 0.300\u2003weighted 0.300");
    ASSERT_EQ(second.layers.front().kind, PlotLayer::Kind::band);
    EXPECT_DOUBLE_EQ(second.layers.front().y2[2], 0.34);
    EXPECT_FALSE(second.note.empty());
    std::vector<std::string> ids;
    for (const PlotSpec& plot : figures_of(s)) {
        ids.push_back(plot.id);
    }
    EXPECT_EQ(ids,
              (std::vector<std::string>{"mode_weights_by_level", "mode_weights_by_level_2",
                                        "mode_weights_by_level_3", "occupancy_by_level", "mode_weights"}));
}

TEST(RunFigures, ASeriesWithoutAFigureOfItsOwnIsDrawnByName) {
    Snapshot s;
    s.n_levels = 4;
    auto record = std::make_shared<Record>();
    Series told{"unique_fraction", "level", "", {}, {}, {}, {}};
    told.exact = 1.0;
    for (int level = 4; level >= 0; --level) {
        told.add(level, 0.2 * level, 0.01);
        record->series_of("seconds", "level").add(level, 1);
    }
    record->add(told);
    s.record = record;
    const std::vector<PlotSpec> figures = figures_of(s);
    ASSERT_EQ(figures.size(), 1u);
    EXPECT_EQ(figures[0].id, "unique_fraction_by_level");
    EXPECT_EQ(figures[0].title, "Unique fraction by level");
    EXPECT_TRUE(figures[0].x.reversed);
    ASSERT_EQ(figures[0].layers.size(), 3u);
    EXPECT_EQ(figures[0].layers[0].kind, PlotLayer::Kind::hline);
    EXPECT_NEAR(figures[0].layers[1].y2[0], 0.81, 1e-12);
    EXPECT_EQ(figures[0].layers[2].x, told.x);
}

TEST(RunFigures, ASeriesIsCalledWhatSummariesCallIt) {
    const auto title = [](const char* name, const char* axis) {
        Series told{name, axis, "", {}, {}, {}, {}};
        told.add(1, 0.5);
        return series_figure(told, nullptr, 4).title;
    };
    EXPECT_EQ(title("log_z", "scan"), "log Z by scan");
    EXPECT_EQ(title("ess_fraction", "level"), "ESS / N by level");
    EXPECT_EQ(title("acceptance", "level"), "Acceptance of moves by level");
    EXPECT_EQ(title("learning_rate", "step"), "Learning rate by step");
    EXPECT_EQ(title("estimates", "step"), "Estimates by step") << "a group of keys is no number";
}

TEST(RunFigures, OneLevelIsADotAndNoLine) {
    const PlotSpec plot = mode_mass_figure(of_three_modes(0), 0);
    EXPECT_TRUE(std::any_of(plot.layers.begin(), plot.layers.end(),
                            [](const PlotLayer& l) { return l.kind == PlotLayer::Kind::points; }));
    EXPECT_TRUE(std::none_of(plot.layers.begin(), plot.layers.end(),
                             [](const PlotLayer& l) { return l.kind == PlotLayer::Kind::line; }));
}

TEST(RunFigures, ExactMassesKnownAtTheEndsAloneAreNotJoined) {
    Snapshot s = of_three_modes(6);
    auto rows = std::make_shared<std::vector<ModeRow>>(*s.modes);
    for (ModeRow& row : *rows) {
        if (row.level != 0 && row.level != 6) {
            row.exact.clear();
        }
    }
    s.modes = rows;
    const PlotSpec plot = mode_mass_figure(s, 0);
    const auto exact = std::find_if(plot.layers.begin(), plot.layers.end(),
                                    [](const PlotLayer& l) { return l.name == "exact"; });
    ASSERT_NE(exact, plot.layers.end());
    EXPECT_EQ(exact->kind, PlotLayer::Kind::points);
    EXPECT_EQ(exact->x, (std::vector<double>{6, 0}));
}

TEST(RunFigures, WeightsOfModesAreDotsWithIntervalsAndManyAreBars) {
    const Snapshot s = of_three_modes(0);
    const PlotSpec few = mode_weights_figure(s, &s.modes->back(), 0);
    std::map<PlotLayer::Kind, int> kinds;
    for (const PlotLayer& layer : few.layers) {
        ++kinds[layer.kind];
    }
    EXPECT_EQ(kinds[PlotLayer::Kind::points], 2);
    EXPECT_EQ(kinds[PlotLayer::Kind::segments], 3);  // exact, and two of intervals
    EXPECT_EQ(few.state, "total variation 0.010");
    ModeRow many;
    many.exact.assign(40, 0.025), many.sampled.assign(40, 0.02), many.weighted.assign(40, 0.03);
    const PlotSpec bars = mode_weights_figure(s, &many, 3);
    EXPECT_EQ(bars.layers.front().kind, PlotLayer::Kind::bars);
    EXPECT_EQ(bars.title, "Mode weights at level 3");
    EXPECT_LT(bars.y.max, 0.05);
}

}  // namespace
}  // namespace tempera
