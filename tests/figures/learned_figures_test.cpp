// SPDX-License-Identifier: MIT
// Figures of learned densities and scores beside the exact ones.
#include "run/figures/learned_figures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "run/figures/run_figures.hpp"

namespace tempera {
namespace {

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

TEST(LearnedFigures, OccupancyHasTheLearnedStripAndItsTotalVariation) {
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

TEST(LearnedFigures, TheMassOfAModeBends) {
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

TEST(LearnedFigures, RunRowsStandInForMapsOfAnotherPath) {
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

TEST(LearnedFigures, SentencesSayWhatTheMassesAre) {
    const std::vector<std::string> names{"lake A", "lake B"};
    const std::vector<double> exact{2.0 / 3, 1.0 / 3};
    EXPECT_EQ(learned_sentence({0.999, 0.001}, exact, names, 0.002),
              "The learned density puts 100 % of the mass into lake A. The loss cannot see this.");
    EXPECT_NE(learned_sentence({0.1, 0.9}, exact, names, 0.3).find("Its scores are off, too (30 %"),
              std::string::npos);
    EXPECT_NE(learned_sentence({0.68, 0.32}, exact, names, 0.002).find("right masses here"),
              std::string::npos);
    EXPECT_EQ(learned_sentence({0.999, 0.001}, exact, names, 0.002, 3).substr(0, 34),
              "At level 3 the learned density put");
    EXPECT_EQ(learned_sentence({}, exact, names, 0), "");
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

TEST(LearnedFigures, ArrowsShareOneScaleAndAnglesAreMeasured) {
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

TEST(LearnedFigures, DifferenceColoursAreNeutralAtZero) {
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

}  // namespace
}  // namespace tempera
