// SPDX-License-Identifier: MIT
#include "run/preset/preset.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <tuple>

#include "core/build_id.hpp"
#include "run/experiment/memory.hpp"
#include "run/preset/preset_files.hpp"
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
    int changed = 0, nested = 0;
    for (const std::string& section : typed_sections()) {
        for (const SettingsType& type : types_of(section)) {
            Problems start;
            type.check(Json{{"type", type.name}}, section, start);
            if (!start.empty()) {
                continue;  // needs values that no default can give (weights, means, explicit values)
            }
            const Json base = type.resolve(Json{{"type", type.name}});
            const auto survives = [&](const std::string& place, const Field& f, const Json& now) {
                const Json value = other_value(f, now);
                Json edited = base;
                Problems problems;
                if (value.is_null() || (set_value(edited, place, value),
                                        type.check(edited, section, problems), !problems.empty())) {
                    return;
                }
                const Json loaded = Json::parse(format_preset(type.resolve(edited)));
                const std::string what = section + " " + type.name + " " + place;
                EXPECT_EQ(get_value(loaded, place), value) << what;
                EXPECT_EQ(type.resolve(loaded), type.resolve(edited)) << what;
                const bool listed = place.find('[') != std::string::npos;
                EXPECT_EQ(preset_difference(base, loaded),
                          std::vector<std::string>{listed ? place.substr(0, place.find('[')) : place});
                ++changed;
                nested += place != f.name;
            };
            // fields of groups, entries and lists like those at the top
            Json document{{section.substr(0, section.find('.')), base}};
            if (section.find('.') == std::string::npos) {
                for_each_setting(document, [&](const std::string& place, const Field& f, Json& now) {
                    survives(place.substr(section.size() + 1), f, now);
                });
            } else {
                for (const Field& f : type.fields) {
                    survives(f.name, f, base[f.name]);
                }
            }
        }
    }
    EXPECT_GT(changed, 60);
    EXPECT_GT(nested, 20) << "training, its noise and losses, schedules";
}

TEST(Preset, EveryProblemStandsAtADescribedPlace) {
    const std::pair<const char*, const char*> edits[] = {
        {"path.n_levels", "0"},
        {"path.schedule", "3"},
        {"path.schedule", "{\"type\": \"linear\"}"},
        {"path.schedule", "{\"type\": \"explicit\"}"},
        {"path.schedule", "{\"type\": \"explicit\", \"rho\": [1, 2], \"beta\": [1, 0]}"},
        {"path.schedule", "{\"type\": \"explicit\", \"rho\": [2, 1]}"},
        {"path", "{\"type\": \"tempering\"}"},
        {"path", "{\"type\": \"learned_diffusion\"}"},
        {"target", "{\"type\": \"ring\"}"},
        {"target", "{\"type\": \"gaussian_mixture\", \"weights\": [1], \"means\": [[0, 0]]}"},
        {"target",
         "{\"type\": \"gaussian_mixture\", \"weights\": [1], \"means\": [[0, 0]], \"sigmas\": [[1, -1]]}"},
        {"target.covariances", "[[[1, 2], [2, 1]]]"},
        {"model",
         "{\"type\": \"energy_mlp\", \"losses\": [{\"type\": \"dsm\"}, {\"type\": \"rne\", \"gap\": -1}]}"},
        {"model", "{\"type\": \"energy_mlp\", \"losses\": 3}"},
        {"model", "{\"type\": \"energy_mlp\", \"losses\": [3]}"},
        {"model", "{\"type\": \"score_mlp\", \"losses\": [{\"type\": \"diffclf\"}]}"},
        {"model", "{\"type\": \"energy_mlp\", \"losses\": [{\"type\": \"energy_distillation\"}]}"},
        {"model", "{\"type\": \"energy_mlp\", \"training\": {\"noise\": {\"min\": 5, \"max\": 1}}}"},
        {"model", "{\"type\": \"energy_mlp\", \"training\": {\"data\": \"none.npy\"}}"},
        {"model", "{\"type\": \"energy_mlp\", \"file\": \"none.npz\"}"},
        {"model", "{\"type\": \"torchscript\"}"},
        {"kernel", "3"},
        {"kernel.type", "3"},
        {"sampler", "null"},
        {"run.record.every_level", "0"},
        {"view.level", "99"},
        {"name", "\"\""},
        {"schema", "null"},
        {"version", "3"},
    };
    for (const auto& [place, value] : edits) {
        Json preset = good_preset();
        Json* at = &preset;
        for (const std::string& part : split_dotted(place)) {
            at = &(*at)[part];
        }
        *at = Json::parse(value);
        const auto problems = check_preset(preset);
        EXPECT_FALSE(problems.empty()) << place << " = " << value;
        for (const Problem& p : problems) {
            EXPECT_TRUE(find_field(preset, p.place)) << p.place << ": " << p.text;
        }
    }
    for (const Problem& p : check_preset(Json::object())) {
        EXPECT_TRUE(find_field(Json::object(), p.place)) << p.place;
    }
}

TEST(Preset, MisspeltSettingsOfLossesAndTrainingAreNamedAtTheirPlace) {
    const std::tuple<const char*, const char*, const char*> table[] = {
        {R"("losses": [{"type": "dsm"}, {"type": "dsm", "wieght": 2}])", "model.losses[1].wieght", "weight"},
        {R"("losses": [{"type": "diffclf", "n_levles": 8}])", "model.losses[0].n_levles", "n_levels"},
        {R"("losses": [{"type": "rne", "points": 0}])", "model.losses[0].points", "0"},
        {R"("losses": [{"type": "dsmm"}])", "model.losses[0].type", "\"dsm\""},
        {R"("training": {"n_stepz": 5})", "model.training.n_stepz", "n_steps"},
        {R"("training": {"noise": {"mni": 1}})", "model.training.noise.mni", "min"},
        {R"("training": {"noise": {"min": 1e-25}})", "model.training.noise.min", "1e-25"},
        {R"("energy_scale_floor": "automatic")", "model.energy_scale_floor", "auto"},
        {R"("hiden": [8])", "model.hiden", "hidden"},
    };
    for (const auto& [settings, place, text] : table) {
        Json preset = good_preset();
        preset["path"] = Json{{"type", "learned_diffusion"}, {"n_levels", 8}};
        preset["model"] = Json::parse(std::string(R"({"type": "energy_mlp", )") + settings + "}");
        const auto problems = check_preset(preset);
        ASSERT_EQ(problems.size(), 1u) << settings << "\n" << all_of(problems);
        EXPECT_TRUE(mentions(problems, place, text)) << all_of(problems);
        EXPECT_EQ(problems[0].place, place);
    }
}

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

TEST(Preset, WhyATypeDoesNotFitCanBeAsked) {
    Json preset = good_preset();
    EXPECT_EQ(type_obstacle(preset, "kernel", "first_order"), "");
    EXPECT_NE(type_obstacle(preset, "path.schedule", "linear").find("does not fit"), std::string::npos);
    EXPECT_EQ(type_obstacle(preset, "path.schedule", "edm"), "");
    EXPECT_EQ(type_obstacle(preset, "path.schedule", "explicit"), "");
    preset["target"] = Json{{"type", "ring"}};
    EXPECT_NE(type_obstacle(preset, "path", "diffusion").find("closed form"), std::string::npos);
    EXPECT_EQ(type_obstacle(preset, "path", "tempering"), "");
    preset["path"] = Json{{"type", "tempering"}, {"standardise", false}};
    EXPECT_NE(type_obstacle(preset, "kernel", "first_order").find("scores"), std::string::npos);
    EXPECT_EQ(type_obstacle(preset, "kernel", "none"), "");
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

TEST(Preset, IntegersThatDoublesCannotHoldAreRefused) {
    for (const char* place : {"run.seed", "model.training.seed"}) {
        for (const char* value : {"9007199254740993", "18014398509481985", "9223372036854775807",
                                  "18446744073709551615", "9007199254740993.0", "1e19"}) {
            Json preset = good_preset();
            preset["model"] = Json{{"type", "energy_mlp"}};
            set_value(preset, std::string(place) + "=" + value);
            EXPECT_TRUE(mentions(check_preset(preset), place, "9007199254740992")) << place << " " << value;
        }
        Json preset = good_preset();
        preset["model"] = Json{{"type", "energy_mlp"}};
        set_value(preset, std::string(place) + "=9007199254740992");
        EXPECT_TRUE(check_preset(preset).empty());
        EXPECT_EQ(get_value(resolve_preset(preset), place).dump(), "9007199254740992");
    }
}

TEST(Preset, KeysThatStandTwiceAreRefused) {
    for (const char* text :
         {R"({ "schema": "tempera-preset", "kernel": {}, "path": {}, "kernel": {} })",
          R"({ "run": { "seed": 1, "seed": 1 } })", R"({ "a": [ { "b": 1, "b": 2 } ] })"}) {
        EXPECT_THROW(parse_preset(text, "x"), ConfigError) << text;
    }
    Json p = good_preset();
    EXPECT_THROW(set_value(p, R"(run={"seed": 1, "seed": 2})"), ConfigError);
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

/// Shipped presets that need data of the user's own.
const std::set<std::string> needs_data{"train_from_samples"};

TEST(Preset, ShippedPresetsAreGoodAndStable) {
    int n = 0;
    for (const auto& file : fs::directory_iterator(preset_dir())) {
        if (file.path().extension() != ".json") {
            continue;
        }
        const Json preset = load_preset(file.path());
        const auto problems = check_preset(preset);
        if (needs_data.contains(file.path().stem().string())) {
            ASSERT_EQ(problems.size(), 1u) << all_of(problems);
            EXPECT_TRUE(mentions(problems, "model.training.data", "npy")) << all_of(problems);
        } else {
            EXPECT_EQ(all_of(problems), "") << file.path();
        }
        const Json resolved = resolve_preset(preset);
        Json again = parse_preset(format_preset(resolved), "again");
        EXPECT_FALSE(again.contains(place_key)) << "never stored";
        again[place_key] = preset[place_key];
        EXPECT_EQ(resolve_preset(again), resolved) << file.path();
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
    EXPECT_TRUE(mentions(check_preset(preset), "kernel.type", "none"));
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

TEST(Preset, AKernelIsCheckedAgainstItsPathBeforeThereIsOne) {
    Json p = parse_preset(R"({ "schema": "tempera-preset", "version": 1, "name": "map",
        "target": { "type": "mog2" }, "path": { "type": "diffusion", "process": "ve", "n_levels": 8 },
        "kernel": { "type": "transport_midpoint", "coordinates": "ou" },
        "sampler": { "type": "ais", "n_particles": 64 } })",
                          "map");
    const std::vector<Problem> problems = check_preset(p);
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].place, "kernel.coordinates");
    EXPECT_NE(problems[0].text.find("\"vp\""), std::string::npos) << problems[0].text;
    p["path"]["process"] = "vp";
    EXPECT_TRUE(check_preset(p).empty());
    p["path"]["process"] = "ve";
    p["kernel"]["coordinates"] = "rho";
    EXPECT_TRUE(check_preset(p).empty());
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
