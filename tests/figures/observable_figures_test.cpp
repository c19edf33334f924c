// SPDX-License-Identifier: MIT
// Distributions of observables and of distances, free energies and single systems.
#include "run/figures/observable_figures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/rng.hpp"
#include "run/figures/weighted_values.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

const PlotLayer* find_layer(const PlotSpec& plot, Kind kind) {
    const auto at = std::find_if(plot.layers.begin(), plot.layers.end(),
                                 [&](const PlotLayer& l) { return l.kind == kind; });
    return at == plot.layers.end() ? nullptr : &*at;
}

std::shared_ptr<PointSet> points_of(std::vector<std::vector<double>> observables) {
    auto points = std::make_shared<PointSet>();
    points->dim = 1;
    for (std::size_t i = 0; i < observables[0].size(); ++i) {
        points->particle.push_back(static_cast<int>(i));
        points->weight.push_back(1);
        points->x.push_back(static_cast<double>(i));
    }
    points->observables = std::move(observables);
    return points;
}

std::vector<double> ramp(std::size_t n, double from, double to) {
    std::vector<double> out(n);
    for (std::size_t i = 0; i < n; ++i) {
        out[i] = from + (to - from) * (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    }
    return out;
}

/// Energies from 0 to 1 against a reference that is one half higher.
Snapshot shifted_by_half() {
    Snapshot s;
    s.observables = {{.name = "energy", .unit = "kT"}};
    s.points = points_of({ramp(400, 0, 1)});
    s.reference = points_of({ramp(500, 0.5, 1.5)});
    return s;
}

TEST(ObservableFigure, TellsTheDistanceWithoutAnErrorWhileItRuns) {
    Snapshot s = shifted_by_half();
    s.state = RunState::running;
    const std::string note = observable_figure(s, 0).note;
    EXPECT_EQ(note, "W1 0.5, W2 0.5 from the reference, of 400 values; errors come at the run's end.");
    s.level = 3;
    EXPECT_TRUE(observable_figure(s, 0).note.empty()) << "the reference is of level 0";
}

TEST(ObservableFigure, TellsTheSummarysDistancesAndTheirErrorsAtTheEnd) {
    Snapshot s = shifted_by_half();
    s.state = RunState::finished;
    auto record = std::make_shared<Record>();
    record->estimates = {{"metrics.energy_w1", "", 0.49, {0.03, {}}, {}},
                         {"metrics.energy_w2", "", 0.51, StandardError::unknown("too few lineages"), {}},
                         {"metrics.n_of.energy_w1", "", 8192, StandardError::unknown(""), {}},
                         {"metrics.floor.energy_w1", "", 0.02, StandardError::unknown(""), {}}};
    s.record = record;
    EXPECT_EQ(
        observable_figure(s, 0).note,
        "W1 0.49 \u00b1 0.03, W2 0.51 from the reference (n = 8\u2009192, standard errors); its halves: W1 "
        "0.02.");
}

TEST(ObservableFigure, TakesLogarithmsOfItsDensityAndShowsEveryBin) {
    const Snapshot s = shifted_by_half();
    const PlotSpec plain = observable_figure(s, 0), log = observable_figure(s, 0, true);
    EXPECT_FALSE(plain.y.log);
    EXPECT_EQ(plain.y.min, 0);
    EXPECT_TRUE(log.y.log);
    const std::vector<double>& bars = find_layer(log, Kind::bars)->y;
    EXPECT_EQ(bars.size(), static_cast<std::size_t>(std::ranges::count_if(find_layer(plain, Kind::bars)->y,
                                                                          [](double y) { return y > 0; })));
    EXPECT_LT(log.y.min, *std::ranges::min_element(bars));
    EXPECT_GT(log.y.max, *std::ranges::max_element(bars));
    EXPECT_GT(log.y.min, 0);
}

TEST(ObservableFigure, OfAnAngleShowsOnePeriodAndNoMean) {
    Snapshot s;
    s.observables = {{.name = "phi", .unit = "rad", .period = 2 * std::numbers::pi}};
    s.points = points_of({ramp(300, 2, 5)});  // across the end of the period
    const PlotSpec plot = observable_figure(s, 0);
    EXPECT_DOUBLE_EQ(plot.x.min, -std::numbers::pi);
    EXPECT_DOUBLE_EQ(plot.x.max, std::numbers::pi);
    EXPECT_EQ(find_layer(plot, Kind::vline), nullptr);
    const PlotLayer* bars = find_layer(plot, Kind::bars);
    double mass = 0;
    for (const double y : bars->y) {
        mass += y * (bars->x[1] - bars->x[0]);
    }
    EXPECT_NEAR(mass, 1, 1e-9);
}

/// Distances of pairs whose places, as one sees the other, are even in a ball: g(r) is one over its volume.
TEST(Distances, RadialDensityOfEvenPlacesIsFlatAndIntegratesToOne) {
    for (const int axes : {1, 2, 3}) {
        Snapshot s;
        s.particles = ParticleLayout{2, axes, 1};
        auto points = points_of({{0.0}});
        constexpr std::size_t n = 4000;
        for (const double u : ramp(n, 0, 1)) {
            points->distance.push_back(2 * std::pow(u, 1.0 / axes));
            points->distance_weight.push_back(1);
        }
        s.points = points;
        const PlotSpec plot = distances_figure(s, PairDensity::radial);
        const PlotLayer* bars = find_layer(plot, Kind::bars);
        ASSERT_NE(bars, nullptr);
        const double volume = axes == 1 ? 4 : axes == 2 ? 4 * std::numbers::pi : 32 * std::numbers::pi / 3;
        const double step = bars->x[1] - bars->x[0];
        double integral = 0;
        for (std::size_t i = 0; i < bars->x.size(); ++i) {
            const double inner = bars->x[i] - step / 2, outer = inner + step;
            integral += bars->y[i] * volume * (std::pow(outer / 2, axes) - std::pow(inner / 2, axes));
            const double held = n * (std::pow(outer / 2, axes) - std::pow(inner / 2, axes));
            if (outer < 2) {  // one distance more or less in a bin
                EXPECT_NEAR(bars->y[i] * volume, 1, 1.01 / held) << axes << " axes, r = " << bars->x[i];
            }
        }
        EXPECT_NEAR(integral, 1, 1e-9) << axes;
        EXPECT_NE(plot.note.find("integral over space is one"), std::string::npos);
    }
}

/// An angle around its cut and a second observable: the valley lies across the ends of the period.
TEST(FreeEnergy, GoesOnAcrossTheEndsOfAPeriod) {
    constexpr double pi = std::numbers::pi;
    Snapshot s;
    s.observables = {{.name = "phi", .unit = "rad", .period = 2 * pi}, {.name = "length"}};
    StreamKey key;
    key.seed = 5;
    Stream stream(key, 0);
    std::vector<double> angle, length;
    for (int i = 0; i < 4000; ++i) {
        angle.push_back(pi + 0.4 * stream.normal());
        length.push_back(stream.normal());
    }
    s.points = points_of({angle, length});
    const PlotSpec plot = free_energy_figure(s, 0, 1);
    EXPECT_DOUBLE_EQ(plot.x.min, -pi);
    EXPECT_DOUBLE_EQ(plot.x.max, pi);
    const PlotLayer* image = find_layer(plot, Kind::image);
    ASSERT_NE(image, nullptr);
    EXPECT_TRUE(image->hatched);
    const Grid& g = *image->image;
    const auto at = [&](int ix, int iy) { return g.value[static_cast<std::size_t>(iy * g.nx + ix)]; };
    // The middle of the cut is the valley, seen alike from both sides: a difference of counts of a few
    // hundred.
    EXPECT_NEAR(at(0, g.ny / 2), at(g.nx - 1, g.ny / 2), 0.5f);
    EXPECT_TRUE(std::isnan(at(g.nx / 2, g.ny / 2))) << "nobody is at angle zero";
    // A contour reaches over the seam: of the closed lines around the valley none ends half a cell before it.
    bool beyond = false;
    for (const PlotLayer& layer : plot.layers) {
        for (const double x : layer.x) {
            beyond = beyond || std::abs(x) > pi - 0.25 * g.cell_width();
        }
    }
    EXPECT_TRUE(beyond);
    s.observables[0].period = 0;
    const PlotSpec open = free_energy_figure(s, 0, 1);
    EXPECT_LT(open.x.min, pi - 1) << "without a period it is a number like any other";
    EXPECT_GT(open.x.max, pi + 1);
}

TEST(FreeEnergy, BlursAcrossTheEndsOfAPeriodAndLosesNothing) {
    JointValues values;
    values.across.value = {-3.9}, values.across.weight = {1};
    values.up.value = {3.9}, values.up.weight = {1};
    values.box = {-4, 4, -4, 4};
    const auto mass = [](const Grid& g) {
        double sum = 0;
        for (const float v : g.value) {
            sum += static_cast<double>(v);
        }
        return sum;
    };
    const Grid open = joint_density(values, 8, 1);
    EXPECT_LT(mass(open), 0.9);
    EXPECT_EQ(open.value[7], 0);
    values.periodic = {true, true};
    const Grid closed = joint_density(values, 8, 1);
    EXPECT_NEAR(mass(closed), 1, 1e-6);
    EXPECT_FLOAT_EQ(closed.value[7 * 8 + 7], closed.value[7 * 8 + 1]) << "one cell to either side";
    EXPECT_FLOAT_EQ(closed.value[0], closed.value[6 * 8]) << "one cell above and below";
}

/// Two systems of three particles in the plane, with forces and energies.
Snapshot two_systems() {
    Snapshot s;
    s.dim = 6;
    s.particles = ParticleLayout{3, 2, 1};
    s.observables = {{.name = "energy", .unit = "epsilon"}};
    auto points = std::make_shared<PointSet>();
    points->dim = 6;
    points->x = {0, 0, 1, 0, 0, 1, 0, 0, 2, 0, 0, 2};
    points->weight = {0.5f, 1.5f};
    points->particle = {3, 8};
    points->observables = {{-1, -2}};
    points->force = {0, 1, 2, 3, 4, 5};
    points->energy = {-6, -5, -4, -3, -2, -1};
    s.points = points;
    return s;
}

std::vector<double> values_in(const PlotSpec& plot) {
    std::vector<double> out;
    for (const PlotLayer& layer : plot.layers) {
        out.insert(out.end(), layer.value.begin(), layer.value.end());
    }
    std::sort(out.begin(), out.end());
    return out;
}

TEST(Configuration, ColoursByForceAndByEnergyOnOneScaleForAllSystems) {
    const Snapshot s = two_systems();
    SystemView view;
    view.points = s.points, view.particle = 8;
    EXPECT_FALSE(configuration_figure(s, view).colours) << "by number";
    view.colour = BallColour::force;
    const PlotSpec force = configuration_figure(s, view);
    EXPECT_EQ(values_in(force), (std::vector<double>{3, 4, 5}));
    ASSERT_TRUE(force.colours);
    EXPECT_EQ(force.colours->label, "force");
    EXPECT_EQ(force.colours->unit, "kT / length");
    EXPECT_EQ(force.colours->min, 0);
    EXPECT_EQ(force.colours->max, 5);
    view.colour = BallColour::energy;
    const PlotSpec energy = configuration_figure(s, view);
    EXPECT_EQ(values_in(energy), (std::vector<double>{-3, -2, -1}));
    EXPECT_EQ(energy.colours->unit, "epsilon");
    const std::string svg = to_svg(energy, palette("light"));
    EXPECT_NE(svg.find("class=\"colours\""), std::string::npos);
    EXPECT_NE(svg.find("energy (epsilon)"), std::string::npos);
    EXPECT_NE(to_csv(energy).find("group,value"), std::string::npos);
}

TEST(Configuration, SaysWhatIsNotKnown) {
    Snapshot s = two_systems();
    auto bare = std::make_shared<PointSet>(*s.points);
    bare->force.clear();
    SystemView view;
    view.points = bare, view.level = 4, view.particle = 8, view.colour = BallColour::force;
    const PlotSpec plot = configuration_figure(s, view);
    EXPECT_FALSE(plot.colours);
    EXPECT_TRUE(values_in(plot).empty());
    EXPECT_NE(plot.note.find("when the run pauses"), std::string::npos);
    view.particle = 5;
    const PlotSpec other = configuration_figure(s, view);
    EXPECT_TRUE(other.layers.empty()) << "the nearest one is not taken for it";
    EXPECT_EQ(other.empty, "Particle 5 is not among those kept at this level.");
    EXPECT_EQ(other.state, "level 4\u2003particle 5");
    view.particle = -1;
    EXPECT_EQ(configuration_figure(s, view).state, "level 4\u2003particle 3\u2003energy \u22121.00");
    EXPECT_EQ(configuration_figure_of(s).state, "level 0\u2003particle 8\u2003energy \u22122.00");
}

}  // namespace
}  // namespace tempera
