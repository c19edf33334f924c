// SPDX-License-Identifier: MIT
// Systems of particles: energies against formulas, symmetries, the mean-free subspace, the pilot.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "paths/particle_pilot.hpp"
#include "support/points.hpp"
#include "targets/particles/mean_free.hpp"

namespace tempera {
namespace {

using test::log_density;
using test::make_target;

Eigen::VectorXd icosahedron() {
    const double phi = std::numbers::phi, norm = std::sqrt(1 + phi * phi);
    Eigen::VectorXd out = Eigen::VectorXd::Zero(39);
    int k = 3;
    for (const int a : {1, -1}) {
        for (const int b : {1, -1}) {
            for (int turn = 0; turn < 3; ++turn, k += 3) {
                out[k + (1 + turn) % 3] = a / norm, out[k + (2 + turn) % 3] = b * phi / norm;
            }
        }
    }
    return out;
}

/// Energy of a pair at distance r, of two particles.
double pair_energy(const std::string& name, const Json& settings, int axes, double r) {
    Eigen::VectorXd x = Eigen::VectorXd::Zero(2 * axes);
    x[axes] = r;
    return -log_density(*make_target<double>(name, settings), x);
}

TEST(Particles, PairsHaveTheirFormulas) {
    for (const double r : {0.8, 1.0, 1.7, 4.0, 6.5}) {
        const double u = r - 4;
        EXPECT_NEAR(pair_energy("double_well_particles", {{"n_particles", 2}, {"dim", 2}}, 2, r),
                    -4 * u * u + 0.9 * std::pow(u, 4), 1e-12 * (1 + std::pow(u, 4)));
        EXPECT_NEAR(pair_energy("double_well_particles",
                                {{"n_particles", 2}, {"dim", 3}, {"a", 0.5}, {"b", -1}, {"c", 2}, {"d0", 3}},
                                3, r),
                    0.5 * (r - 3) - std::pow(r - 3, 2) + 2 * std::pow(r - 3, 4), 1e-11);
        const double s = std::pow(1.2 / r, 6), trap = 0.7 * r * r / 4;
        EXPECT_NEAR(pair_energy("lennard_jones",
                                {{"n_particles", 2}, {"epsilon", 1.5}, {"r_m", 1.2}, {"oscillator", 0.7}}, 3,
                                r),
                    3 * (s * s - 2 * s) + trap, 1e-11 * (1 + s * s));
    }
}

/// The least energy of thirteen particles is that of the icosahedron, -83.089644 (its size is free).
TEST(Particles, ThirteenHaveTheirKnownMinimum) {
    const auto target = make_target<double>("lj13");
    double least = 0;
    for (double scale = 0.95; scale < 1.05; scale += 1e-5) {
        least = std::min(least, -log_density(*target, scale * icosahedron()));
    }
    EXPECT_NEAR(least, -83.089644, 1e-5);
}

TEST(Particles, EnergiesKnowNoPlaceAndNoNames) {
    for (const char* name : {"dw4", "lj13"}) {
        SCOPED_TRACE(name);
        const auto target = make_target<double>(name);
        const ParticleLayout layout = *target->particles();
        const int axes = layout.axes, n = layout.n_particles;
        const Particles<double> points = test::typical(*target, 1, 4);
        Eigen::VectorXd x(target->dim());
        for (int i = 0; i < target->dim(); ++i) {
            x[i] = points(0, i);
        }
        const double energy = log_density(*target, x);
        Eigen::VectorXd moved = x, renamed = x, turned = x;
        for (int k = 0; k < n; ++k) {
            for (int a = 0; a < axes; ++a) {
                moved[k * axes + a] += 3 - 2 * a;
                renamed[k * axes + a] = x[((k + 2) % n) * axes + a];
            }
            const double c = std::cos(0.7), s = std::sin(0.7), p = x[k * axes], q = x[k * axes + 1];
            turned[k * axes] = c * p - s * q, turned[k * axes + 1] = s * p + c * q;
        }
        for (const Eigen::VectorXd& other : {moved, renamed, turned}) {
            EXPECT_NEAR(log_density(*target, other), energy, 1e-10 * std::abs(energy));
        }
    }
}

TEST(Particles, MeanFreeCoordinatesAreAnIsometry) {
    const int n = 5, axes = 3;
    const MeanFree basis(n, axes);
    Particles<double> y(3, basis.columns()), x(3, basis.rows()), back(3, basis.columns());
    fill_normals(StreamKey{.seed = 8}, 0, y.block(0));
    basis.embed(std::as_const(y).block(0), x.block(0));
    basis.project(std::as_const(x).block(0), back.block(0));
    for (int p = 0; p < 3; ++p) {
        double in_x = 0, in_y = 0;
        for (int a = 0; a < axes; ++a) {
            double centre = 0;
            for (int k = 0; k < n; ++k) {
                centre += x(p, k * axes + a);
            }
            EXPECT_NEAR(centre, 0, 1e-14);
        }
        for (int i = 0; i < basis.columns(); ++i) {
            EXPECT_NEAR(back(p, i), y(p, i), 1e-14);
            in_y += y(p, i) * y(p, i);
        }
        for (int i = 0; i < basis.rows(); ++i) {
            in_x += x(p, i) * x(p, i);
        }
        EXPECT_NEAR(in_x, in_y, 1e-13);
    }
}

/// Known from long runs: .6818^2 per coordinate of 13 centred particles, of which 12 / 13 are free.
TEST(Particles, ThePilotFindsTheirSpread) {
    const double lj13 = *pilot_variance(make_target<double>("lj13"));
    EXPECT_NEAR(lj13, 0.6818 * 0.6818 * 13 / 12, 0.06 * lj13);
    const auto dw4 = make_target<double>("dw4");
    EXPECT_EQ(*pilot_variance(dw4), *pilot_variance(make_target<float>("dw4")->in_double()));
    EXPECT_GT(*pilot_variance(make_target<double>("lj13", {{"temperature", 2}})), lj13);
    EXPECT_TRUE(pilot_variance(make_target<double>("lj55")));
}

TEST(Particles, ModesAreNumbersOfShortDistances) {
    const auto target = make_target<double>("dw4");
    ASSERT_EQ(target->n_modes(), 7);
    EXPECT_EQ(target->mode_names()[2], "2 short");
    const std::vector<double> square{0, 0, 3, 0, 3, 3, 0, 3};  // sides 3, diagonals 4.24
    const std::vector<double> r = target->mode_responsibilities(square);
    EXPECT_EQ(r, (std::vector<double>{0, 0, 0, 0, 1, 0, 0}));
}

TEST(Particles, ObservablesAreTheirDefinitions) {
    const auto target = make_target<double>("double_well_particles", {{"n_particles", 3}, {"dim", 1}});
    Particles<double> x(1, 3), values(1, 4);
    x(0, 0) = 0, x(0, 1) = 1, x(0, 2) = 5;
    target->observe(std::as_const(x).block(0), values.block(0));
    const auto names = target->observables();
    ASSERT_EQ(names.size(), 4U);
    const auto pair = [](double r) { return -4 * std::pow(r - 4, 2) + 0.9 * std::pow(r - 4, 4); };
    EXPECT_NEAR(values(0, 0), pair(1) + pair(4) + pair(5), 1e-12);
    EXPECT_NEAR(values(0, 1), 10.0 / 3, 1e-14);
    EXPECT_NEAR(values(0, 2), std::sqrt((4.0 + 1 + 9) / 3), 1e-14);
    EXPECT_EQ(values(0, 3), 1);
}

TEST(Particles, EnergiesOfParticlesAddUp) {
    for (const char* name : {"dw4", "lj13"}) {
        const auto target = at_temperature<double>(make_target<double>(name), 2);
        const int n = target->particles()->n_particles, dim = target->dim();
        Particles<double> x(300, dim), shares(300, n),
            all(300, static_cast<int>(target->observables().size()));
        for (int i = 0; i < 300; ++i) {
            for (int d = 0; d < dim; ++d) {
                x(i, d) = 1.3 * std::sin(1.0 + 3.7 * d + 0.11 * i * d) * target->particles()->length;
            }
        }
        for (const int b : {0, 1}) {
            ASSERT_TRUE(target->particle_energies(x.block(b), shares.block(b)));
            target->observe(x.block(b), all.block(b));
        }
        for (int i = 0; i < 300; ++i) {
            double sum = 0;
            for (int k = 0; k < n; ++k) {
                sum += shares(i, k);
            }
            EXPECT_NEAR(sum, all(i, 0), 1e-9 * std::abs(all(i, 0))) << name;
        }
    }
    Particles<double> none(1, 2), out(1, 2);
    EXPECT_FALSE(make_target<double>("two_mode")->particle_energies(none.block(0), out.block(0)));
}

TEST(Particles, WhatCannotBeIsRefused) {
    const auto complaint = [](const std::string& name, const Json& settings) -> std::string {
        try {
            make_target<double>(name, settings);
        } catch (const ConfigError& e) {
            return e.what();
        }
        return "";
    };
    EXPECT_NE(complaint("lennard_jones", {{"n_particles", 1}}).find("target.n_particles"), std::string::npos);
    EXPECT_NE(complaint("double_well_particles", {{"dim", 0}}).find("target.dim"), std::string::npos);
    EXPECT_NE(complaint("lj13", {{"temperature", 0}}).find("target.temperature"), std::string::npos);
    EXPECT_NE(complaint("ising", {{"size", 2}}).find("target.size"), std::string::npos);
}

}  // namespace
}  // namespace tempera
