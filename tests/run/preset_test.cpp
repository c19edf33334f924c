// SPDX-License-Identifier: MIT
#include "run/preset/preset.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/build_id.hpp"
#include "run/experiment/memory.hpp"
#include "run/preset/preset_schema.hpp"
#include "run/preset/preset_target.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

Json good_preset() {
    return parse_preset(R"({ "schema": "tempera-preset", "version": 1, "name": "good",   // a comment
        "target": { "type": "gaussian_mixture", "weights": [0.6666666666666666, 0.3333333333333333], "means": [[-4, 0], [4, 0]], "sigmas": [0.25, 1.0] },
        "path": { "type": "diffusion", "n_levels": 8 }, "kernel": { "type": "second_order" }, "sampler": { "type": "smc", "n_particles": 64 } })",
                        "good");
}

bool mentions(const std::vector<Problem>& problems, const std::string& place, const std::string& text = "") {
    for (const Problem& p : problems) {
        if (p.place.find(place) != std::string::npos && p.text.find(text) != std::string::npos) {
            return true;
        }
    }
    return false;
}

std::string all_of(const std::vector<Problem>& problems) {
    std::string out;
    for (const Problem& p : problems) {
        out += p.place + ": " + p.text + "\n";
    }
    return out;
}

/// A value that differs from the present one and still obeys the field's range; null when there is none to
/// try.
Json other_value(const Field& f, const Json& now) {
    switch (f.kind) {
    case Field::Kind::boolean:
        return now.is_boolean() ? Json(!now.get<bool>()) : Json(nullptr);
    case Field::Kind::integer: {
        const long v = now.is_number() ? now.get<long>() : 1;
        return static_cast<double>(v + 1) <= f.max   ? Json(v + 1)
               : static_cast<double>(v - 1) >= f.min ? Json(v - 1)
                                                     : Json(nullptr);
    }
    case Field::Kind::number: {
        const double v = now.is_number() ? now.get<double>() : 1, up = v * 1.25 + 0.0625;
        const bool fits = up < f.max || (up == f.max && !f.open_max);
        return fits ? Json(up) : v * 0.5 > f.min ? Json(v * 0.5) : Json(nullptr);
    }
    case Field::Kind::choice:
        for (const std::string& c : f.choices) {
            if (Json(c) != now) {
                return c;
            }
        }
        return nullptr;
    default:
        return nullptr;
    }
}

TEST(Preset, EveryFieldOfEveryTypeSurvivesSavingAndLoading) {
    int changed = 0;
    for (const std::string& section : typed_sections()) {
        for (const auto& [type, summary] : section_types(section)) {
            const TypeAccess* access = find_type(section, type);
            ASSERT_NE(access, nullptr);
            Problems start;
            access->check(Json{{"type", type}}, section, start);
            if (!start.empty()) {
                continue;  // needs values that no default can give (weights, means, explicit values)
            }
            const Json base = access->resolve(Json{{"type", type}});
            for (const Field& f : access->fields) {
                const Json value = base.contains(f.name) ? other_value(f, base[f.name]) : Json(nullptr);
                Json edited = base;
                edited[f.name] = value;
                Problems problems;
                if (value.is_null() || (access->check(edited, section, problems), !problems.empty())) {
                    continue;
                }
                const Json loaded = Json::parse(format_preset(access->resolve(edited)));
                EXPECT_EQ(loaded[f.name], value) << section << " " << type << " " << f.name;
                EXPECT_EQ(access->resolve(loaded), access->resolve(edited))
                    << section << " " << type << " " << f.name;
                EXPECT_EQ(preset_difference(base, loaded), std::vector<std::string>{f.name});
                ++changed;
            }
        }
    }
    EXPECT_GT(changed, 40);
}

TEST(Preset, RunAndViewRoundTrip) {
    for (const std::string section : {"run", "view"}) {
        for (const Field& f : section_fields(section, "")) {
            Json preset = resolve_preset(good_preset());
            const Json value = other_value(f, preset[section][f.name]);
            if (value.is_null()) {
                continue;
            }
            preset[section][f.name] = value;
            const Json loaded = resolve_preset(parse_preset(format_preset(preset), "again"));
            EXPECT_EQ(loaded, preset) << section << "." << f.name;
        }
    }
}

TEST(Preset, ShippedPresetsAreGoodAndStable) {
    int n = 0;
    for (const auto& file : fs::directory_iterator(preset_dir())) {
        if (file.path().extension() != ".json") {
            continue;
        }
        const Json preset = load_preset(file.path());
        EXPECT_EQ(all_of(check_preset(preset)), "") << file.path();
        const Json resolved = resolve_preset(preset);
        EXPECT_EQ(resolve_preset(parse_preset(format_preset(resolved), "again")), resolved) << file.path();
        EXPECT_EQ(resolved["name"].get<std::string>(), file.path().stem().string());
        EXPECT_FALSE(resolved["note"].get<std::string>().empty()) << file.path();
        ++n;
    }
    EXPECT_GE(n, 11);
}

struct Bad {
    const char* place;
    const char* value;  // JSON
    const char* expected_place;
    const char* expected_text;
};

TEST(Preset, BadInputIsNamedWithPlaceAndReason) {
    const Bad table[] = {
        {"path.n_levels", "0", "path.n_levels", "0"},
        {"path.n_levels", "\"many\"", "path.n_levels", "many"},
        {"path.n_levels", "2.5", "path.n_levels", "2.5"},
        {"sampler.n_particles", "0", "sampler.n_particles", "0"},
        {"sampler.n_particles", "-3", "sampler.n_particles", "-3"},
        {"sampler.n_partciles", "10", "sampler.n_partciles", "n_particles"},
        {"sampler.ess_threshold", "1.7", "sampler.ess_threshold", "1.7"},
        {"sampler.resampling", "\"sytematic\"", "sampler.resampling", "systematic"},
        {"kernel.type", "\"secondorder\"", "kernel.type", "second_order"},
        {"kernel.type", "7", "kernel.type", "7"},
        {"kernel", "[]", "kernel", "object"},
        {"target.weights", "[1.5, -0.5]", "target.weights", ""},
        {"target.sigmas", "[0.25, -1.0]", "target.sigmas", ""},
        {"target.means", "[[-4, 0], [4]]", "target.means", ""},
        {"path.schedule", "{\"type\": \"linear\"}", "path.schedule.type", "diffusion"},
        {"path.schedule", "{\"type\": \"explicit\", \"rho\": [1, 0.5]}", "path.schedule.rho", ""},
        {"path.schedule", "3", "path.schedule", "object"},
        {"path.type", "\"learned_diffusion\"", "model.type", "without densities"},
        {"model", "{\"type\": \"energy_mpl\"}", "model.type", "energy_mlp"},
        {"model", "{\"type\": \"energy_mlp\", \"losses\": [{\"type\": \"dsmm\"}]}", "model.losses[0].type",
         "dsm"},
        {"model", "{\"type\": \"torchscript\", \"file\": \"none.pt\"}", "model.file", "none.pt"},
        {"run.precision", "\"f16\"", "run.precision", "f16"},
        {"run.record", "{\"every_level\": 0}", "run.record.every_level", "0"},
        {"view.level", "\"top\"", "view.level", "follow"},
        {"view.level", "99", "view.level", "99"},
        {"view", "3", "view", "object"},
        {"view", "[]", "view", "object"},
        {"path.schedule", "{\"type\": \"log_snr\", \"rho_min\": 1e-40}", "path.schedule.rho_min", "1e-40"},
        {"path.schedule", "{\"type\": \"explicit\", \"rho\": [1, 2, 3, 4, 5, 6, 7, 1e200]}",
         "path.schedule.rho[7]", "1e+200"},
        {"path.n_levels", "1e99", "path.n_levels", "1e+99"},
        {"version", "9", "version", "9"},
        {"schema", "\"other\"", "schema", "tempera-preset"},
        {"name", "\"a/b\"", "name", "folder"},
        {"smapler", "{}", "smapler", "sampler"},
    };
    for (const Bad& bad : table) {
        Json preset = good_preset();
        Json* at = &preset;
        std::string rest = bad.place;
        for (auto dot = rest.find('.'); dot != std::string::npos; dot = rest.find('.')) {
            at = &(*at)[rest.substr(0, dot)];
            rest = rest.substr(dot + 1);
        }
        (*at)[rest] = Json::parse(bad.value);
        const auto problems = check_preset(preset);
        EXPECT_TRUE(mentions(problems, bad.expected_place, bad.expected_text))
            << bad.place << " = " << bad.value << " gave:\n"
            << all_of(problems);
        EXPECT_THROW(resolve_preset(preset), ConfigError);
    }
    EXPECT_TRUE(check_preset(good_preset()).empty());
}

TEST(Preset, WholeNumbersMayBeWrittenAsFloats) {
    Json preset = good_preset();
    preset["path"]["n_levels"] = 16.0;
    preset["sampler"]["n_particles"] = 1e2;
    const Json resolved = resolve_preset(preset);
    EXPECT_EQ(resolved["path"]["n_levels"].dump(), "16");
    EXPECT_EQ(resolved["sampler"]["n_particles"].dump(), "100");
}

TEST(Memory, WhatCannotFitIsNamedBeforeItIsMade) {
    const Json resolved = resolve_preset(good_preset());
    EXPECT_NO_THROW(check_memory(resolved, 2, nullptr, 1e9));
    Json large = resolved;
    large["sampler"]["n_particles"] = 16'000'000;
    try {
        check_memory(large, 512, nullptr, 0x1p34);
        FAIL() << "16 million particles in 512 dimensions fit into 16 GiB";
    } catch (const ConfigError& error) {
        EXPECT_TRUE(mentions(error.problems(), "sampler.n_particles", "16 GiB")) << error.what();
        EXPECT_TRUE(mentions(error.problems(), "sampler.n_particles", "run.precision f32")) << error.what();
    }
    Json ladder = resolved;
    ladder["sampler"] = Json{{"type", "replica_exchange"}, {"n_ensembles", 1'000'000}};
    ladder["path"]["n_levels"] = 1000;
    EXPECT_THROW(check_memory(ladder, 2, nullptr, 0x1p34), ConfigError);
    Json tall = resolved;
    tall["path"]["n_levels"] = 100'000;
    tall["target"] = Json{{"type", "two_mode"}, {"dim", 512}};
    const auto target = preset_target<double>(tall);
    try {
        check_memory(tall, 512, target->mixture(), 0x1p34);
        FAIL() << "100 000 levels of two full covariances in 512 dimensions fit into 16 GiB";
    } catch (const ConfigError& error) {
        EXPECT_TRUE(mentions(error.problems(), "path.n_levels", "GiB")) << error.what();
    }
    EXPECT_GT(memory_limit(), 1e6);
}

TEST(Preset, EveryProblemIsReported) {
    Json preset = good_preset();
    preset["path"]["n_levels"] = 0;
    preset["sampler"]["n_particles"] = -3;
    preset["kernel"]["type"] = "third_order";
    const auto problems = check_preset(preset);
    EXPECT_TRUE(mentions(problems, "path.n_levels") && mentions(problems, "sampler.n_particles") &&
                mentions(problems, "kernel.type"))
        << all_of(problems);
}

TEST(Preset, CombinationsThatDoNotGoTogether) {
    Json preset = good_preset();
    preset["path"] = Json{{"type", "tempering"}, {"n_levels", 8}, {"schedule", {{"type", "linear"}}}};
    EXPECT_TRUE(mentions(check_preset(preset), "kernel", "none"));
    preset["kernel"] = Json{{"type", "none"}};
    EXPECT_TRUE(check_preset(preset).empty()) << all_of(check_preset(preset));
    Json ring = good_preset();
    ring["target"] = Json{{"type", "ring"}};
    EXPECT_TRUE(mentions(check_preset(ring), "path.type", "tempering"));
}

TEST(Preset, SyntaxErrorsNameLineAndColumn) {
    try {
        parse_preset("{\n  \"schema\": \"tempera-preset\"\n  \"version\": 1 }", "my.json");
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_NE(std::string(error.what()).find("my.json line 3 column"), std::string::npos) << error.what();
    }
    for (const char* text : {"", "   ", "[1, 2]", "3", "{", "\x01\x02"}) {
        EXPECT_THROW(parse_preset(text, "x"), ConfigError) << text;
    }
    EXPECT_THROW(load_preset("/nowhere/missing.json"), ConfigError);
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
