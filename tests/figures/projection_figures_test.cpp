// SPDX-License-Identifier: MIT
// Particles in projections that a person chooses, and what is drawn of one that was picked.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "run/figures/observable_figures.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

/// Six points of a target in three dimensions, with two observables; particles 10, 20, ..., 60 of 100.
Snapshot six_points() {
    Snapshot s;
    s.dim = 3;
    s.n_particles = 100;
    s.observables = {{.name = "energy", .unit = "kT"}, {.name = "end_to_end", .unit = "nm"}};
    auto points = std::make_shared<PointSet>();
    points->dim = 3;
    for (int i = 0; i < 6; ++i) {
        points->particle.push_back(10 * (i + 1));
        points->weight.push_back(i == 0 ? 3.5f : 0.5f);
        for (const double x : {1.0 * i, 0.5 * (i % 2), 0.0}) {
            points->x.push_back(x);
        }
    }
    points->observables = {{1, 2, 3, 4, 5, 6}, {0.5, 0.1, 0.4, 0.2, 0.3, 0.6}};
    points->principal = {{{-2.5, -1.5, -0.5, 0.5, 1.5, 2.5}, {-0.25, 0.25, -0.25, 0.25, -0.25, 0.25}}};
    s.points = points;
    auto sprites = std::make_shared<SpriteSet>();
    for (int i = 0; i < 100; ++i) {
        sprites->x.push_back(i), sprites->y.push_back(-i);
        sprites->weight.push_back(1), sprites->mode.push_back(i / 50);
        sprites->particle.push_back(i), sprites->root.push_back(i);
    }
    sprites->total = 100;
    s.sprites = sprites;
    return s;
}

ParticleView view_of(const Snapshot& s, Projection projection) {
    ParticleView view;
    view.sprites = s.sprites;
    view.points = s.points;
    view.projection = projection;
    view.box = {0, 100, -100, 0};
    return view;
}

const PlotLayer* find_layer(const PlotSpec& plot, Kind kind, bool ring = false) {
    const auto at = std::find_if(plot.layers.begin(), plot.layers.end(),
                                 [&](const PlotLayer& l) { return l.kind == kind && l.ring == ring; });
    return at == plot.layers.end() ? nullptr : &*at;
}

TEST(Projections, TwoObservablesAreNamedWithTheirUnits) {
    const Snapshot s = six_points();
    ParticleView view = view_of(s, Projection::observables);
    view.observables = {1, 0};
    const PlotSpec plot = particles_figure(s, view);
    EXPECT_EQ(plot.x.label, "end to end (nm)");
    EXPECT_EQ(plot.y.label, "energy (kT)");
    EXPECT_FALSE(plot.equal_aspect);
    EXPECT_EQ(plot.title, "Particles over their own density");
    const PlotLayer* points = find_layer(plot, Kind::points);
    ASSERT_NE(points, nullptr);
    EXPECT_EQ(points->x, s.points->observables[1]);
    EXPECT_EQ(points->y, s.points->observables[0]);
    EXPECT_EQ(points->id, s.points->particle);
    EXPECT_EQ(points->group, (std::vector<int>{0, 0, 0, 0, 1, 1})) << "the sprites know the modes";
    ASSERT_NE(find_layer(plot, Kind::image), nullptr);
    view.own_density = false;
    EXPECT_EQ(find_layer(particles_figure(s, view), Kind::image), nullptr);
}

TEST(Projections, PrincipalAxesTellTheirShareOfTheVariance) {
    const Snapshot s = six_points();
    const PlotSpec plot = particles_figure(s, view_of(s, Projection::principal_axes));
    EXPECT_TRUE(plot.equal_aspect);
    // Weights 3.5 and five times 0.5: along x 38.75/12 - (7.5/6)^2... of the mean 1.25, and of the other
    // axis.
    const double along = (0.5 * 55) / 6 - 1.25 * 1.25, across = (0.5 * 3 * 0.25) / 6 - std::pow(0.125, 2);
    const std::string share = std::to_string(std::lround(100 * along / (along + across)));
    EXPECT_EQ(plot.x.label, "principal axis 1, " + share + " % of the variance");
    ASSERT_NE(find_layer(plot, Kind::points), nullptr);
    EXPECT_EQ(find_layer(plot, Kind::points)->x, s.points->principal[0]);
}

TEST(Projections, WhatIsMissingIsSaid) {
    Snapshot s = six_points();
    ParticleView view = view_of(s, Projection::observables);
    view.observables = {0, 7};
    EXPECT_NE(particles_figure(s, view).empty.find("observables"), std::string::npos);
    view.points = nullptr;
    EXPECT_NE(particles_figure(s, view).empty.find("not kept"), std::string::npos);
    auto plain = std::make_shared<PointSet>(*s.points);
    plain->principal = {};
    view.points = plain;
    view.projection = Projection::principal_axes;
    EXPECT_NE(particles_figure(s, view).empty.find("two dimensions"), std::string::npos);
}

TEST(Projections, PointsThatAreNotFiniteAreCountedAndTheOthersKeepTheirNumbers) {
    Snapshot s = six_points();
    auto points = std::make_shared<PointSet>(*s.points);
    points->observables[0][2] = std::numeric_limits<double>::infinity();
    s.points = points;
    const PlotSpec plot = particles_figure(s, view_of(s, Projection::observables));
    EXPECT_EQ(plot.dropped, 1);
    EXPECT_EQ(find_layer(plot, Kind::points)->id, (std::vector<int>{10, 20, 40, 50, 60}));
}

TEST(Picking, RingsTheParticleInEveryProjection) {
    const Snapshot s = six_points();
    for (const Projection projection :
         {Projection::plane, Projection::principal_axes, Projection::observables}) {
        ParticleView view = view_of(s, projection);
        EXPECT_EQ(find_layer(particles_figure(s, view), Kind::points, true), nullptr);
        view.picked = 40;
        const PlotSpec plot = particles_figure(s, view);
        const PlotLayer* ring = find_layer(plot, Kind::points, true);
        ASSERT_NE(ring, nullptr);
        const double expected = projection == Projection::plane            ? 40
                                : projection == Projection::principal_axes ? 0.5
                                                                           : 4;
        EXPECT_EQ(ring->x, std::vector<double>{expected});
        view.picked = 41;
        EXPECT_EQ(find_layer(particles_figure(s, view), Kind::points, true) != nullptr,
                  projection == Projection::plane)
            << "it is among the sprites alone";
    }
}

TEST(Picking, IsSeenInHistogramsAndFreeEnergies) {
    const Snapshot s = six_points();
    const PlotSpec histogram = observable_figure(s, 1, false, 20);
    EXPECT_EQ(histogram.layers.back().name, "picked");
    EXPECT_EQ(histogram.layers.back().x, std::vector<double>{0.1});
    const PlotSpec map = free_energy_figure(s, 0, 1, 20);
    const PlotLayer* ring = find_layer(map, Kind::points, true);
    ASSERT_NE(ring, nullptr);
    EXPECT_EQ(ring->x, std::vector<double>{2});
    EXPECT_EQ(ring->y, std::vector<double>{0.1});
    EXPECT_EQ(find_layer(free_energy_figure(s, 0, 1, 21), Kind::points, true), nullptr);
}

TEST(Particles, LightOnesFadeInFilesToo) {
    const Snapshot s = six_points();
    ParticleView view = view_of(s, Projection::observables);
    view.colour = ParticleColour::weight;
    const PlotSpec plot = particles_figure(s, view);
    const PlotLayer* points = find_layer(plot, Kind::points);
    ASSERT_EQ(points->shade.size(), 6u);
    EXPECT_DOUBLE_EQ(points->shade[0], 1);
    EXPECT_DOUBLE_EQ(points->shade[1], 0.3);
    EXPECT_NE(to_svg(plot, palette("light")).find("opacity=\"0.3"), std::string::npos);
}

}  // namespace
}  // namespace tempera
