// SPDX-License-Identifier: MIT
#include "run/preset/preset.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "run/preset/preset_schema.hpp"
#include "support/presets.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

using test::all_of;
using test::good_preset;

TEST(Preset, FieldsAreFoundByTheirPlace) {
    Json preset = good_preset();
    preset["model"] = Json{{"type", "energy_mlp"}, {"losses", {{{"type", "dsm"}}, {{"type", "diffclf"}}}}};
    EXPECT_EQ(find_field(preset, "model.training.noise.min")->kind, Field::Kind::number);
    EXPECT_EQ(find_field(preset, "model.losses[1].n_levels")->kind, Field::Kind::integer);
    EXPECT_FALSE(find_field(preset, "model.losses[0].n_levels"));
    EXPECT_FALSE(find_field(preset, "model.losses[2].weight"));
    EXPECT_EQ(find_field(preset, "path.schedule.rho_min")->kind, Field::Kind::number);
    EXPECT_EQ(find_field(preset, "kernel.type")->kind, Field::Kind::choice);
    EXPECT_EQ(find_field(preset, "target.means[1][0]")->name, "means");
    EXPECT_EQ(find_field(preset, "target.means[1][0]")->kind, Field::Kind::number);
    EXPECT_EQ(find_field(preset, "target.means[1]")->kind, Field::Kind::numbers);
    EXPECT_EQ(find_field(preset, "run.record.genealogy")->kind, Field::Kind::boolean);
    EXPECT_EQ(find_field(preset, "name")->kind, Field::Kind::text);
    EXPECT_FALSE(find_field(preset, "kernel.nothing"));
    EXPECT_FALSE(find_field(preset, ""));
}

TEST(Preset, AnotherTypeKeepsWhatBothKnow) {
    Json preset = good_preset();
    preset["moves"] = Json{{"type", "hmc"}, {"n_steps", 3}, {"step_size", 0.5}, {"n_leapfrog", 4}};
    change_type(preset, "moves", "mala");
    EXPECT_EQ(preset["moves"], (Json{{"type", "mala"}, {"n_steps", 3}, {"step_size", 0.5}}));
    preset["model"] = Json{{"type", "energy_mlp"}, {"hidden", {16}}, {"training", {{"n_steps", 9}}}};
    change_type(preset, "model", "score_mlp");
    EXPECT_EQ(preset["model"]["training"]["n_steps"], 9);
    change_type(preset, "model", "none");
    EXPECT_EQ(preset["model"], (Json{{"type", "none"}}));
    preset["path"]["schedule"] = Json{{"type", "edm"}, {"rho_min", 0.1}};
    change_type(preset, "path.schedule", "explicit");
    EXPECT_EQ(preset["path"]["schedule"]["rho"].size(), 8u);
    EXPECT_EQ(preset["path"]["schedule"]["rho"][0], 0.1);
    EXPECT_TRUE(check_preset(preset).empty()) << all_of(check_preset(preset));
    preset["model"] = Json{{"type", "energy_mlp"}, {"losses", {{{"type", "dsm"}, {"weight", 3}}}}};
    set_value(preset, "model.losses[0].type", "tsm");
    EXPECT_EQ(preset["model"]["losses"][0], (Json{{"type", "tsm"}, {"weight", 3}}));
}

TEST(Preset, MovesThatAreNotThereAreNone) {
    Json preset = good_preset();
    set_value(preset, "moves.n_steps=4");
    EXPECT_TRUE(check_preset(preset).empty()) << all_of(check_preset(preset));
    EXPECT_EQ(resolve_preset(preset)["moves"]["type"], "none");
}

TEST(Preset, WhatIsSetIsReadAsItsFieldReads) {
    Json p = good_preset();
    set_value(p, "name=123");
    EXPECT_EQ(p["name"], "123");
    set_value(p, "note=true");
    EXPECT_EQ(p["note"], "true");
    set_value(p, "target.sigmas=0.5 2");
    EXPECT_EQ(p["target"]["sigmas"], (Json{0.5, 2}));
    set_value(p, "target.means=-3 0; 3 0");
    EXPECT_EQ(p["target"]["means"], (Json{{-3, 0}, {3, 0}}));
    set_value(p, "target.weights=0.25, 0.75");
    EXPECT_EQ(p["target"]["weights"], (Json{0.25, 0.75}));
    set_value(p, "view.level=follow");
    EXPECT_THROW(set_value(p, "folder=/etc"), ConfigError);
    p["model"] = Json{{"type", "energy_mlp"}};
    set_value(p, "model.losses[0].weight=2");
    EXPECT_EQ(p["model"]["losses"], Json::array({Json{{"type", "dsm"}, {"weight", 2}}}));
    set_value(p, "path.schedule={\"type\": \"edm\"}");
    EXPECT_TRUE(check_preset(p).empty()) << all_of(check_preset(p));
}

TEST(Preset, WholeNumbersMayBeWrittenAsFloats) {
    Json preset = good_preset();
    preset["path"]["n_levels"] = 16.0;
    preset["sampler"]["n_particles"] = 1e2;
    const Json resolved = resolve_preset(preset);
    EXPECT_EQ(resolved["path"]["n_levels"].dump(), "16");
    EXPECT_EQ(resolved["sampler"]["n_particles"].dump(), "100");
}

TEST(Preset, ParentsMergeKeyByKey) {
    const fs::path folder = fs::path(testing::TempDir()) / "tempera_parents";
    fs::create_directories(folder);
    const auto write = [&](const char* name, const std::string& text) {
        std::ofstream(folder / name) << text;
    };
    write("base.json", format_preset(good_preset()));
    write(
        "child.json",
        R"({ "parent": "base.json", "name": "child", "sampler": { "n_particles": 128 }, "kernel": { "type": "first_order", "variance": "forward" } })");
    write("grandchild.json",
          R"({ "parent": "child.json", "name": "grandchild", "path": { "n_levels": 16 } })");
    write("loop.json", R"({ "parent": "loop.json" })");
    const Json p = load_preset(folder / "grandchild.json");
    EXPECT_EQ(p["name"], "grandchild");
    EXPECT_EQ(p["sampler"]["type"], "smc");
    EXPECT_EQ(p["sampler"]["n_particles"], 128);
    EXPECT_EQ(p["path"]["n_levels"], 16);
    EXPECT_EQ(p["path"]["type"], "diffusion");
    EXPECT_EQ(p["kernel"],
              (Json{{"type", "first_order"}, {"variance", "forward"}}));  // another type replaces the section
    EXPECT_FALSE(p.contains("parent"));
    EXPECT_TRUE(check_preset(p).empty());
    EXPECT_THROW(load_preset(folder / "loop.json"), ConfigError);
    fs::remove_all(folder);
}

TEST(Preset, SettingByDottedPath) {
    Json p = good_preset();
    set_value(p, "path.n_levels=32");
    set_value(p, "run.record.genealogy=false");
    set_value(p, "name=other");
    set_value(p, "target.means[1][0]=5");
    EXPECT_EQ(get_value(p, "path.n_levels"), 32);
    EXPECT_EQ(get_value(p, "run.record.genealogy"), false);
    EXPECT_EQ(p["name"], "other");
    EXPECT_EQ(get_value(p, "target.means.1.0"), 5);
    EXPECT_TRUE(get_value(p, "no.such").is_null());
    EXPECT_THROW(set_value(p, "nothing"), ConfigError);
    EXPECT_THROW(set_value(p, "name.inner=1"), ConfigError);
    EXPECT_THROW(set_value(p, "target.means[9]=1"), ConfigError);
    set_value(p, "kernel.covariance=diagonal");
    set_value(p, "kernel.type=first_order");
    EXPECT_FALSE(p["kernel"].contains("covariance"));
    set_value(p, "sampler.type=ais");
    EXPECT_EQ(get_value(p, "sampler.n_particles"), 64);
    EXPECT_TRUE(check_preset(p).empty()) << all_of(check_preset(p));
}

TEST(Preset, ErasingTakesAwayWhatStandsAtAPlaceAndNothingElse) {
    Json preset = good_preset();
    preset["moves"] = Json{{"type", "mala"}, {"n_steps", 3}};
    preset["model"] = Json{{"type", "energy_mlp"}, {"losses", {{{"type", "dsm"}}, {{"type", "diffclf"}}}}};
    Json wanted = preset;
    wanted["moves"].erase("n_steps");
    wanted["model"]["losses"].erase(0);
    for (const char* place : {"moves.n_steps", "model.losses[0]"}) {
        erase_value(preset, place);
    }
    EXPECT_EQ(preset, wanted);
    for (const char* nothing : {"", "moves.n_steps", "moves.n_steps.deeper", "run.seed", "name.first",
                                "model.losses[3]", "model.losses.type", "target.sigmas[0].x"}) {
        erase_value(preset, nothing);
        EXPECT_EQ(preset, wanted) << nothing;
    }
    erase_value(preset, "moves.type");  // its section stays
    EXPECT_EQ(preset["moves"], Json::object());
    erase_value(preset, "moves");
    EXPECT_FALSE(preset.contains("moves"));
}

TEST(Preset, ChangeClasses) {
    const Json p = resolve_preset(good_preset());
    EXPECT_EQ(change_class(p, "target.weights"), Change::cold);
    EXPECT_EQ(change_class(p, "path.n_levels"), Change::cold);
    EXPECT_EQ(change_class(p, "run.seed"), Change::cold);
    EXPECT_EQ(change_class(p, "sampler.type"), Change::cold);
    EXPECT_EQ(change_class(p, "sampler.n_particles"), Change::cold);
    EXPECT_NE(change_class(p, "sampler.ess_threshold"), Change::cold);
    EXPECT_EQ(change_class(p, "kernel.type"), Change::warm);
    EXPECT_EQ(change_class(p, "view.layout"), Change::hot);
}

}  // namespace
}  // namespace tempera
