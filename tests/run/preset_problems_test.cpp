// SPDX-License-Identifier: MIT
// What is wrong with a preset is said at its place and with its reason.
#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "run/preset/preset_schema.hpp"
#include "support/presets.hpp"

namespace tempera {
namespace {

using test::all_of;
using test::good_preset;
using test::mentions;

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

}  // namespace
}  // namespace tempera
