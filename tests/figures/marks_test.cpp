// SPDX-License-Identifier: MIT
// What points and pictures say beside their places: hatching, colours of values.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "figures/hatching.hpp"
#include "figures/plot_spec.hpp"

namespace tempera {
namespace {

TEST(Hatching, LiesOverTheCellsThatAreNotKnownAndNoOther) {
    const float unknown = std::numeric_limits<float>::quiet_NaN();
    Grid g;
    g.nx = 3, g.ny = 2, g.box = {0, 3, 0, 2};
    g.value = {1, unknown, 1, unknown, 1, unknown};  // the second row is the upper one
    const Rect where{10, 20, 30, 20};
    double length = 0;
    for (const auto& [ax, ay, bx, by] : hatching(g, where, where, 0.25)) {
        const double x = (0.5 * (ax + bx) - where.x) / 10, y = (where.y + 20 - 0.5 * (ay + by)) / 10;
        const int cell = static_cast<int>(y) * 3 + static_cast<int>(x);
        EXPECT_TRUE(std::isnan(g.value[static_cast<std::size_t>(cell)])) << x << ", " << y;
        length += std::hypot(bx - ax, by - ay);
    }
    EXPECT_NEAR(length * 0.25, 3 * 100, 3) << "spacing times length is the area of three cells";
    EXPECT_TRUE(hatching(g, where, {100, 100, 5, 5}, 0.25).empty()) << "out of view";
    PlotSpec p;
    p.x.max = 3, p.y.max = 2;
    PlotLayer image = make_layer(PlotLayer::Kind::image, "", Role::exact);
    image.image = std::make_shared<Grid>(g), image.diverging = true;
    p.layers = {image};
    const auto files = [&] {
        return std::array{to_svg(p, palette("light")), to_pdf(p, palette("light")),
                          to_png(p, palette("light"))};
    };
    const auto plain = files();
    p.layers[0].hatched = true;
    const auto hatched = files();
    EXPECT_GT(hatched[0].size(), plain[0].size() + 500);
    EXPECT_TRUE(hatched[1] != plain[1] && hatched[2] != plain[2]) << "PDF and PNG have the lines, too";
}

/// Points on a scale of colours: each has the colour of its value, and a bar beside the plot says which.
TEST(Colours, OfValuesStandInTheFileWithTheirScale) {
    PlotSpec p;
    PlotLayer l = make_layer(PlotLayer::Kind::points, "", Role::sampled);
    l.x = {0.2, 0.5, 0.8, 0.9}, l.y = {0.5, 0.5, 0.5, std::nan("")};
    l.value = {-1, 0, 1, 7}, l.id = {4, 5, 6, 7};
    p.layers = {l};
    p.colours = PlotAxis{};
    p.colours->label = "force", p.colours->unit = "kT / length";
    p.colours->min = -1, p.colours->max = 1;
    sanitize(p);
    EXPECT_EQ(p.layers[0].value, (std::vector<double>{-1, 0, 1}));
    EXPECT_EQ(p.layers[0].id, (std::vector<int>{4, 5, 6}));
    const Palette& colours = palette("dark");
    const std::string svg = to_svg(p, colours);
    EXPECT_NE(svg.find("force (kT / length)"), std::string::npos);
    for (const double place : {0.0, 1.0}) {
        char rgb[8];
        std::snprintf(rgb, sizeof rgb, "%06x", packed_rgb(value_colour(colours, place)));
        EXPECT_NE(svg.find(rgb), std::string::npos) << place;
    }
    EXPECT_EQ(to_csv(p), "layer,kind,name,x,y,y2,group,value\r\n0,points,,0.2,0.5,,,-1\r\n"
                         "0,points,,0.5,0.5,,,0\r\n0,points,,0.8,0.5,,,1\r\n");
    EXPECT_EQ(to_json(p)["colours"]["label"], "force");
}

}  // namespace
}  // namespace tempera
