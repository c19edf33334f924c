// SPDX-License-Identifier: MIT
#include "run/figures/first_look_figures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tempera {
namespace {

TargetLook look_at(const std::string& formula, int dim) {
    return *look_at_target({.present = Json::object(),
                            .target = {{"type", "expression"}, {"log_density", formula}, {"dim", dim}},
                            .name = "mine"},
                           {});
}

TEST(TargetLookFigure, NamesWhatIsShown) {
    const PlotSpec plane = target_look_figure(look_at("-0.5*(x1^2 + x2^2)", 2));
    EXPECT_EQ(plane.title, "Density");
    ASSERT_EQ(plane.layers.size(), 1u);
    EXPECT_EQ(plane.layers[0].kind, PlotLayer::Kind::image);
    EXPECT_NE(plane.state.find("log Z = 1.8379"), std::string::npos) << plane.state;
    EXPECT_EQ(plane.x.label, "x1");

    const PlotSpec slice = target_look_figure(look_at("-0.5*(x1^2 + x2^2 + (x3 - 2)^2)", 3));
    EXPECT_EQ(slice.title, "Slice of the density");
    EXPECT_NE(slice.note.find("x3 = 2"), std::string::npos) << slice.note;
}

TEST(TargetLookFigure, OfOneDimensionIsTheDensityItself) {
    const PlotSpec line = target_look_figure(look_at("-0.5*(x1 - 1)^2", 1));
    ASSERT_EQ(line.layers.size(), 1u);
    const PlotLayer& curve = line.layers[0];
    EXPECT_EQ(curve.kind, PlotLayer::Kind::line);
    ASSERT_GT(curve.x.size(), 100u);
    for (std::size_t i = 0; i < curve.x.size(); i += 37) {
        EXPECT_NEAR(curve.y[i], std::exp(-0.5 * std::pow(curve.x[i] - 1, 2)), 1e-3);
    }
}

TEST(TargetLookFigure, SaysWhatWillBeThere) {
    EXPECT_FALSE(target_look_figure(look_at("-0.5*(x1^2 +", 2)).empty.empty());
}

PointsLook rows(std::size_t n) {
    PointsLook look;
    look.n_rows = 3 * n;
    look.columns = {{"a", 0, 1, 0.5, 0.3, 0}, {"b", -2, 2, 0, 1, 1}};
    for (std::size_t i = 0; i < n; ++i) {
        look.drawn.push_back(static_cast<double>(i) / static_cast<double>(n - 1));
        look.drawn.push_back(i == 0 ? std::nan("")
                                    : 4 * static_cast<double>(i) / static_cast<double>(n - 1) - 2);
    }
    return look;
}

TEST(PointsLookFigure, DrawsTwoColumnsAndCountsWhatItLeavesOut) {
    const PlotSpec plot = points_look_figure(rows(100), 0, 1);
    ASSERT_EQ(plot.layers.size(), 1u);
    EXPECT_EQ(plot.layers[0].x.size(), 99u) << "one is no number";
    EXPECT_EQ(plot.dropped, 1);
    EXPECT_EQ(plot.x.label, "a");
    EXPECT_EQ(plot.y.label, "b");
    EXPECT_NE(plot.state.find("100 of 300 rows"), std::string::npos) << plot.state;
}

TEST(PointsLookFigure, OfOneColumnCountsItsRows) {
    const PlotSpec plot = points_look_figure(rows(100), 1, 1);
    ASSERT_EQ(plot.layers.size(), 1u);
    const std::vector<double>& count = plot.layers[0].y;
    EXPECT_EQ(plot.layers[0].kind, PlotLayer::Kind::bars);
    EXPECT_EQ(std::accumulate(count.begin(), count.end(), 0.0), 99);
    EXPECT_GT(plot.y.max, *std::max_element(count.begin(), count.end()));
}

TEST(PointsLookFigure, OfNothingSaysSo) {
    PointsLook look = rows(10);
    look.columns[1].n_bad = look.n_rows;
    EXPECT_NE(points_look_figure(look, 0, 1).empty.find("b"), std::string::npos);
    EXPECT_FALSE(points_look_figure(look, 0, 5).empty.empty());
}

}  // namespace
}  // namespace tempera
