// SPDX-License-Identifier: MIT
// Numbers at the edges: what the run's precision cannot square or invert is refused with its place; what it
// can is not.
#include <gtest/gtest.h>

#include "run/preset/preset.hpp"
#include "run/preset/preset_notes.hpp"

namespace tempera {
namespace {

Json preset(const Json& target, const std::string& precision = "f64") {
    return {{"schema", "tempera-preset"},
            {"version", 1},
            {"name", "edges"},
            {"target", target},
            {"path", {{"type", "diffusion"}, {"n_levels", 8}, {"standardise", false}}},
            {"kernel", {{"type", "first_order"}}},
            {"sampler", {{"type", "ais"}, {"n_particles", 64}}},
            {"run", {{"seed", 1}, {"precision", precision}}}};
}

Json tempering(const Json& target, double reference_scale, const std::string& precision = "f64") {
    Json p = preset(target, precision);
    p["path"] = {{"type", "tempering"},
                 {"n_levels", 8},
                 {"standardise", false},
                 {"reference_scale", reference_scale},
                 {"schedule", {{"type", "linear"}}}};
    p["kernel"] = {{"type", "none"}};
    return p;
}

Json two(const Json& sigmas, double mean = 2) {
    return {{"type", "gaussian_mixture"},
            {"weights", {0.5, 0.5}},
            {"means", {{-mean, 0}, {mean, 0}}},
            {"sigmas", sigmas}};
}

std::string places(const Json& p) {
    std::string out;
    for (const Problem& problem : check_preset(p)) {
        out += (out.empty() ? "" : " ") + problem.place;
    }
    return out;
}

std::string texts(const Json& p) {
    std::string out;
    for (const Problem& problem : check_preset(p)) {
        out += problem.place + ": " + problem.text + "\n";
    }
    return out;
}

TEST(PresetNumbers, WhatLeavesFloat64IsRefused) {
    const Json gaussian{{"type", "gaussian"}, {"mean", {0, 0}}};
    const auto with = [](Json target, const char* key, const Json& value) {
        target[key] = value;
        return preset(target);
    };
    EXPECT_EQ(places(with(gaussian, "sigmas", {1e-170})), "target.sigmas[0]");
    EXPECT_EQ(places(with(gaussian, "sigmas", {1.0, 1e200})), "target.sigmas[1]");
    EXPECT_EQ(places(with(gaussian, "mean", {1e160, 0.0})), "target.mean[0]");
    EXPECT_EQ(places(with(gaussian, "covariance", {{1e305, 0}, {0, 1}})), "target.covariance");
    for (const double wide : {1e308, 1e-308, 1e200}) {
        EXPECT_EQ(places(preset({{"type", "two_mode"}, {"dim", 4}, {"wide", wide}})), "target.wide") << wide;
    }
    for (const char* key : {"spread", "width"}) {
        for (const double value : {1e-170, 1e170, 1e90}) {
            Json banana{{"type", "banana"}};
            banana[key] = value;
            EXPECT_EQ(places(tempering(banana, 1)), std::string("target.") + key) << value;
        }
    }
    for (const double scale : {1e170, 1e-170, 1e200}) {
        EXPECT_EQ(places(tempering(two({1, 1}), scale)), "path.reference_scale") << scale;
    }
    EXPECT_EQ(places(preset(two({1e-20, 1}))), "target.sigmas[0]") << "no number of float64 is so near to 2";
}

TEST(PresetNumbers, WhatLeavesFloat32IsRefusedThereOnly) {
    const auto judge = [](Json p, const std::string& place) {
        EXPECT_EQ(places(p), "") << texts(p);
        p["run"]["precision"] = "f32";
        EXPECT_EQ(places(p), place) << p["target"].dump() << "\n" << texts(p);
        EXPECT_NE(texts(p).find("f64"), std::string::npos) << texts(p);
    };
    judge(preset({{"type", "gaussian"}, {"mean", {0, 0}}, {"sigmas", {1e-25}}}), "target.sigmas");
    judge(preset({{"type", "gaussian"}, {"mean", {0, 0}}, {"sigmas", {1e25}}}), "target.sigmas");
    judge(preset(two({1e18, 1e18}, 2e19)), "target.means[0] target.means[1]");
    judge(preset(two({1e-9, 1})), "target.sigmas[0]");
    judge(preset({{"type", "two_mode"}, {"dim", 4}, {"wide", 1e45}}), "target.wide");
    judge(tempering(two({1, 1}), 1e22), "path.reference_scale");
    judge(tempering({{"type", "many_well"}, {"dim", 4}}, 1e12), "path.reference_scale");
    for (const char* key : {"spread", "width"}) {
        for (const double value : {1e-25, 1e25}) {
            Json banana{{"type", "banana"}, {"curvature", 0}};
            banana[key] = value;
            judge(tempering(banana, 1), std::string("target.") + key);
        }
    }
    judge(tempering({{"type", "banana"}, {"spread", 1e15}, {"curvature", 100}}, 1), "target");
    Json narrow = preset(two({1, 1}));
    narrow["path"]["schedule"] = {{"type", "log_snr"}, {"rho_min", 1e-7}, {"rho_max", 80}};
    judge(narrow, "path.schedule");
}

TEST(PresetNumbers, AReferenceWithoutADensityOfTheTargetIsRefused) {
    const Json well{{"type", "many_well"}, {"dim", 4}};
    EXPECT_EQ(places(tempering(well, 1e80)), "path.reference_scale");
    EXPECT_EQ(places(tempering(well, 20)), "");
    EXPECT_EQ(places(tempering({{"type", "funnel"}}, 3)), "");
}

TEST(PresetNumbers, LevelsThatCannotBeToldApartAreRefused) {
    Json p = preset(two({1, 1}));
    p["path"]["n_levels"] = 1000;
    p["path"]["schedule"] = {{"type", "log_snr"}, {"rho_min", 1.0}, {"rho_max", 1.0 + 1e-14}};
    EXPECT_EQ(places(p), "path.schedule");
    p["path"]["schedule"] = {{"type", "linear_beta"}, {"beta_min", 0.1}, {"beta_max", 1e308}};
    EXPECT_EQ(places(p), "path.schedule");
}

TEST(PresetNumbers, NumbersThatSquareAreAccepted) {
    for (const double unit : {1e-12, 1e-3, 1e3, 1e12}) {
        EXPECT_EQ(places(preset(two({0.25 * unit, unit}, 4 * unit))), "") << unit;
        EXPECT_EQ(places(preset(two({0.25 * unit, unit}, 4 * unit), "f32")), "") << unit;
        EXPECT_EQ(places(tempering(two({0.25 * unit, unit}, 4 * unit), 4 * unit)), "") << unit;
    }
    Json far = preset(two({1, 1}, 2e7));
    EXPECT_EQ(places(far), "");
    far["target"]["means"] = {{2e7, 0}, {2e7 + 8, 0}};
    far["path"]["standardise"] = true;  // only the path's coordinates are computed with
    far["run"]["precision"] = "f32";
    EXPECT_EQ(places(far), "") << texts(far);
}

TEST(PresetNotes, MovesThatReplicaExchangeDoesNotCountAreSaid) {
    Json p = preset(two({1, 1}));
    p["moves"] = {{"type", "mala"}, {"n_steps", 4}};
    EXPECT_TRUE(preset_notes(resolve_preset(p)).empty());
    p["sampler"] = {{"type", "replica_exchange"}, {"moves_per_scan", 2}};
    ASSERT_EQ(preset_notes(resolve_preset(p)).size(), 1u);
    EXPECT_EQ(preset_notes(resolve_preset(p))[0].place, "moves.n_steps");
    p["moves"]["n_steps"] = 2;
    EXPECT_TRUE(preset_notes(resolve_preset(p)).empty());
}

}  // namespace
}  // namespace tempera
