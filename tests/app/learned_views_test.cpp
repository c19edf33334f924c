// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/build_id.hpp"
#include "null_bench.hpp"
#include "run/figures/learned_figures.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

std::string preset(const char* name) { return std::string(TEMPERA_PRESET_DIR) + "/" + name + ".json"; }

/// A learned path whose masses run into the first mode as noise falls.
LearnedMaps bent_path() {
    LearnedMaps maps;
    maps.n_levels = 4;
    const double first[] = {2.0 / 3, 1.0, 0.9, 0.7, 2.0 / 3};
    for (int level = 0; level <= 4; ++level) {
        const double m = first[level], tv = m - 2.0 / 3;
        maps.levels.push_back({level, 0.1 * level, {m, 1 - m}, tv, 0.002, 0.5, 0.9});
    }
    maps.complete = true;
    return maps;
}

PathMaps two_lakes_path() {
    PathMaps maps;
    maps.n_levels = 4;
    maps.dim = 2;
    maps.mode_weights.assign(5, {2.0 / 3, 1.0 / 3});
    maps.mode_names = {"lake A", "lake B"};
    return maps;
}

const PlotLayer* layer_named(const PlotSpec& plot, const std::string& name) {
    for (const PlotLayer& l : plot.layers) {
        if (l.name == name) {
            return &l;
        }
    }
    return nullptr;
}

TEST(LearnedPlots, OccupancyHasTheLearnedStripAndItsTotalVariation) {
    const PathMaps path = two_lakes_path();
    const LearnedMaps learned = bent_path();
    const PlotSpec plot = occupancy_figure(Snapshot{}, &path, &learned);
    std::vector<std::string> names;
    for (const auto& [at, name] : plot.y.ticks) {
        names.push_back(name);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"exact", "learned", "sampled", "weighted", "TV"}));
    const PlotLayer* total = layer_named(plot, "total variation");
    ASSERT_NE(total, nullptr);
    EXPECT_EQ(total->x, (std::vector<double>{4, 3, 2, 1, 0}));
    EXPECT_NEAR(total->y[3], 1.0 / 3, 1e-12);
    EXPECT_NEAR(total->y[4], 0, 1e-12);
    EXPECT_EQ(plot.state, "learned total variation up to 0.333");
    // Without a learned model the strips are where they always were.
    const PlotSpec plain = occupancy_figure(Snapshot{}, &path);
    EXPECT_EQ(plain.y.max, 3.4);
    EXPECT_EQ(plain.y.ticks.size(), 3u);
}

TEST(LearnedPlots, TheMassOfAModeBends) {
    const PathMaps path = two_lakes_path();
    const LearnedMaps learned = bent_path();
    const PlotSpec plot = mode_mass_figure(Snapshot{}, 0, &path, &learned);
    const PlotLayer* line = layer_named(plot, "learned");
    ASSERT_NE(line, nullptr);
    EXPECT_EQ(line->role, Role::learned);
    EXPECT_EQ(line->y[3], 1.0);
    EXPECT_LE(plot.y.max, 1.0);
    EXPECT_GE(plot.y.max, 1.0);
}

TEST(LearnedPlots, RunRowsStandInForMapsOfAnotherPath) {
    Snapshot s;
    s.n_levels = 9;
    auto rows = std::make_shared<std::vector<ModeRow>>(1);
    (*rows)[0].level = 5;
    (*rows)[0].learned = {0.25, 0.75};
    s.modes = rows;
    const LearnedMaps other = bent_path();
    const auto weights = learned_weights(s, &other);
    ASSERT_EQ(weights.size(), 6u);
    EXPECT_EQ(weights[5], (std::vector<double>{0.25, 0.75}));
    EXPECT_TRUE(weights[4].empty());
}

TEST(LearnedPlots, SentencesSayWhatTheMassesAre) {
    const std::vector<std::string> names{"lake A", "lake B"};
    const std::vector<double> exact{2.0 / 3, 1.0 / 3};
    const double unknown = NoiseLevel::unknown;
    EXPECT_EQ(learned_sentence({0.999, 0.001}, exact, names, unknown, 0.002),
              "The learned density puts 100 % of the mass into lake A. The loss cannot see this.");
    EXPECT_EQ(
        learned_sentence({0.999, 0.001}, exact, names, 0.2, 0.002),
        "At sigma 0.2 the learned density puts 100 % of the mass into lake A. The loss cannot see this.");
    EXPECT_NE(learned_sentence({0.1, 0.9}, exact, names, 0.2, 0.3).find("Its scores are off, too (30 %"),
              std::string::npos);
    EXPECT_NE(learned_sentence({0.68, 0.32}, exact, names, 0.2, 0.002).find("right masses here"),
              std::string::npos);
    EXPECT_EQ(learned_sentence({0.999, 0.001}, exact, names, 0.05, 0.002, 3).substr(0, 47),
              "At level 3 (sigma 0.05) the learned density put");
    EXPECT_EQ(learned_sentence({0.999, 0.001}, exact, names, unknown, 0.002, 3).substr(0, 34),
              "At level 3 the learned density put");
    EXPECT_EQ(learned_sentence({}, exact, names, 0.2, 0), "");
    const LearnedMaps bent = bent_path();
    EXPECT_EQ(worst_level(bent)->level, 1);
}

ScoreField whirl() {
    ScoreField f;
    f.nx = 8, f.ny = 4;
    f.box = {-4, 4, -2, 2};
    for (int i = 0; i < f.nx * f.ny; ++i) {
        f.exact_x.push_back(static_cast<float>(1 + i));
        f.exact_y.push_back(0);
        f.learned_x.push_back(0);
        f.learned_y.push_back(static_cast<float>(1 + i));
        f.log_density.push_back(i < 30 ? 0.0f : -100.0f);
    }
    return f;
}

TEST(LearnedPlots, ArrowsShareOneScaleAndAnglesAreMeasured) {
    LearnedMaps maps = bent_path();
    maps.scores.resize(5);
    maps.scores[2] = std::make_shared<ScoreField>(whirl());
    const PlotSpec plot = score_figure(maps, 2, Arrows::both, true, {-4, 4, -2, 2});
    ASSERT_EQ(plot.layers.size(), 3u);
    const PlotLayer &heat = plot.layers[0], &exact = plot.layers[1], &learned = plot.layers[2];
    EXPECT_FLOAT_EQ(heat.image->value[0], 90.0f);
    EXPECT_TRUE(std::isnan(heat.image->value[31]));
    EXPECT_EQ(exact.limit, 32);
    EXPECT_EQ(learned.limit, exact.limit);
    for (std::size_t i = 0; i < exact.x.size(); ++i) {
        const auto way = arrow(exact, i);
        EXPECT_LE(std::hypot(way[0], way[1]), exact.reach * (1 + 1e-12));
        EXPECT_GT(way[0], 0);
        EXPECT_EQ(way[1], 0);
    }
    EXPECT_NEAR(arrow(exact, 31)[0], 0.95, 1e-12);
    EXPECT_NE(plot.state.find("score error 0.40 %"), std::string::npos) << plot.state;
    const std::string csv = to_csv(plot);
    EXPECT_EQ(csv.substr(0, csv.find('\r')), "layer,kind,name,x,y,y2,group,u,v");
    EXPECT_EQ(csv.find("nan"), std::string::npos);
    for (const std::string& file :
         {to_svg(plot, palette("light")), to_pdf(plot, palette("dark")), to_png(plot, palette("print"))}) {
        EXPECT_GT(file.size(), 1000u);
    }
    const PlotSpec difference = score_figure(maps, 2, Arrows::difference, false, {-4, 4, -2, 2});
    ASSERT_EQ(difference.layers.size(), 1u);
    EXPECT_EQ(difference.layers[0].u[0], -1);
    EXPECT_EQ(difference.layers[0].v[0], 1);
    EXPECT_FALSE(score_figure(maps, 3, Arrows::both, true, {-4, 4, -2, 2}).empty.empty());
}

TEST(LearnedPlots, DifferenceColoursAreNeutralAtZero) {
    for (const char* theme : {"light", "dark", "high_contrast", "print"}) {
        const Palette& p = palette(theme);
        const auto low = difference_colour(p, -1), zero = difference_colour(p, 0),
                   high = difference_colour(p, 1);
        EXPECT_LT(std::abs(zero[0] - zero[2]), 0.08) << theme;
        EXPECT_GT(low[2] - low[0], 0.3) << theme;
        EXPECT_GT(high[0] - high[2], 0.3) << theme;
        EXPECT_EQ(difference_colour(p, 7), high);
    }
}

bool wait_for_maps(NullBench& window) {
    window.frames(2);  // those of the preset before are gone
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (std::chrono::steady_clock::now() < until) {
        window.frames();
        const LearnedMaps* maps = window.bench->learning.maps();
        if (maps && (maps->complete || !maps->error.empty()) && window.bench->workspace.maps() &&
            window.bench->workspace.maps()->complete) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

TEST(LearnedViews, ShowTheShippedNetworkWithinTheFrameBudget) {
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(bench.workspace.open(preset("blindness_story")));
    bench.workspace.set("path.n_levels", 16);
    bench.workspace.commit();
    ASSERT_TRUE(wait_for_maps(window));
    const LearnedMaps& maps = *bench.learning.maps();
    ASSERT_TRUE(maps.error.empty()) << maps.error;
    // The signature: right masses in the noise, all mass in one lake without.
    EXPECT_NEAR(maps.levels[14].weights[0], 2.0 / 3, 0.05);
    EXPECT_GT(maps.levels[1].weights[0], 0.9);
    EXPECT_LT(maps.levels[4].score_error, 0.02 * maps.levels[4].score_energy);
    bench.workspace.look_at(4);
    bench.view.learned.difference = true;
    bench.view.learned.background = Background::learned;
    for (const char* layout : {"explore", "mode_blindness"}) {
        bench.set_layout(layout);
        window.frames(4);
        for (const char* panel : {"density_path", "score_field", "mode_weights", "health", "particles"}) {
            bench.view.raise = {panel};
            window.frames(3);
            EXPECT_LE(ImGui::GetDrawData()->TotalVtxCount, 150000) << layout << " " << panel;
        }
    }
    std::vector<std::string> ids;
    for (const PlotSpec& plot : find_view("density_path")->plots(bench)) {
        EXPECT_TRUE(plot.empty.empty()) << plot.id;
        ids.push_back(plot.id);
        if (plot.id == "difference_level_9") {
            EXPECT_TRUE(plot.layers.front().diverging);
            EXPECT_EQ(to_csv(plot).find("nan"), std::string::npos);
        }
    }
    EXPECT_NE(std::find(ids.begin(), ids.end(), "learned_density_level_9"), ids.end());
    EXPECT_NE(std::find(ids.begin(), ids.end(), "difference_level_9"), ids.end());
    const PlotSpec scores = find_view("score_field")->plots(bench).front();
    EXPECT_EQ(scores.layers.size(), 3u);
    EXPECT_LE(scores.layers.back().x.size(), 32u * 32u);
    const PlotSpec weights = find_view("mode_weights")->plots(bench).front();
    EXPECT_NE(layer_named(weights, "learned"), nullptr);
}

TEST(LearnedViews, KeysChooseRowsAndOneStays) {
    NullBench window;
    Workbench& bench = *window.bench;
    LearnedLook& look = bench.view.learned;
    ASSERT_TRUE(bench.workspace.open(preset("blindness_story")));
    EXPECT_TRUE(look.match_limits);
    for (const char* command : {"view.difference", "view.match_limits", "view.exact", "view.learned"}) {
        EXPECT_TRUE(bench.commands.run(command, bench));
        window.frames(2);
    }
    EXPECT_TRUE(look.difference);
    EXPECT_FALSE(look.match_limits);
    EXPECT_FALSE(look.exact || look.learned);
    EXPECT_TRUE(bench.commands.run("view.difference", bench));
    EXPECT_TRUE(look.difference);
    ASSERT_TRUE(bench.workspace.open(preset("two_lakes")));
    window.frames(2);
    EXPECT_TRUE(bench.commands.run("view.learned", bench));
    EXPECT_FALSE(look.learned);
    EXPECT_FALSE(bench.toast.empty());
    EXPECT_TRUE(bench.commands.run("view.exact", bench));
    EXPECT_EQ(look.background, Background::own);
    window.frames(2);
}

TEST(LearnedViews, SayWhyThereIsNothing) {
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(bench.workspace.open(preset("two_lakes")));
    window.frames(3);
    const auto why = [&] { return find_view("score_field")->plots(bench).front().empty; };
    EXPECT_NE(why().find("blindness_story"), std::string::npos) << why();
    ASSERT_TRUE(bench.workspace.open(preset("learned_two_lakes_dsm")));
    window.frames(3);
    EXPECT_NE(why().find("not trained yet"), std::string::npos) << why();
    bench.workspace.set("model.file", "/nowhere/net.npz");
    bench.workspace.commit();
    ASSERT_TRUE(wait_for_maps(window));
    EXPECT_NE(why().find("/nowhere/net.npz"), std::string::npos) << why();
    ASSERT_TRUE(bench.workspace.open(preset("blindness_d8")));
    ASSERT_TRUE(wait_for_maps(window));
    EXPECT_NE(why().find("this one has 8"), std::string::npos) << why();
}

}  // namespace
}  // namespace tempera::app
