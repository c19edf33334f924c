// SPDX-License-Identifier: MIT
// Presets on disk: files beside them, other places, what saving leaves as it was.
#include "run/preset/preset_files.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "core/build_id.hpp"
#include "core/files.hpp"
#include "run/preset/preset.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

class PresetFiles : public ::testing::Test {
protected:
    void SetUp() override {
        fs::remove_all(root);
        fs::create_directories(root / "a" / "data");
    }
    void TearDown() override { fs::remove_all(root); }
    static void write(const fs::path& file, const std::string& text) {
        fs::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    /// Where nothing can be found by chance.
    const fs::path root = fs::path(testing::TempDir()) / "tempera_preset_files";
    const std::string head = R"("schema": "tempera-preset", "version": 1, "name": "n",
  "target": { "type": "gaussian" }, "path": { "type": "learned_diffusion" }, "kernel": { "type": "second_order" },
  "sampler": { "type": "ais" },
)";
    const std::string learned = "{ // mine\n  " + head +
                                R"(  "model": { "type": "energy_mlp",  "file": "../w.npz", // shipped
             "training": { "data": "data/x.npy" },
             "losses": [ { "type": "energy_distillation", "teacher": "t.npz" } ] } }

)";
};

TEST_F(PresetFiles, AreLookedUpBesideThePreset) {
    write(root / "a" / "p.json", learned);
    write(root / "w.npz", "");
    const Json preset = load_preset(root / "a" / "p.json");
    EXPECT_EQ(preset["model"]["file"], "../w.npz") << "the document keeps what is written";
    EXPECT_EQ(resolve_preset(preset)["model"]["file"], "../w.npz");
    const Json found = with_found_files(preset);
    EXPECT_EQ(found["model"]["file"], (root / "w.npz").string());
    EXPECT_EQ(found["model"]["training"]["data"], (root / "a" / "data" / "x.npy").string());
    EXPECT_EQ(found["model"]["losses"][0]["teacher"], (root / "a" / "t.npz").string());
    EXPECT_EQ(with_found_files(Json{{"model",
                                     {{"type", "energy_mlp"},
                                      {"training", {{"data", "exact"}}}}}})["model"]["training"]["data"],
              "exact");
}

/// A data set by its name, beside the preset or else in the folder that TEMPERA_DATA names; a column is no
/// file.
TEST_F(PresetFiles, DataSetsGoByTheirNames) {
    write(root / "a" / "p.json", R"({ "schema": "tempera-preset", "version": 1, "name": "n",
  "target": { "type": "logistic_regression", "data": "set", "labels": "ill" },
  "path": { "type": "tempering", "standardise": false }, "kernel": { "type": "none" }, "sampler": { "type": "smc" } })");
    const Json preset = load_preset(root / "a" / "p.json");
    const auto found = [&](const char* setting) {
        return fs::path(with_found_files(preset)["target"][setting].get<std::string>());
    };
    ::unsetenv("TEMPERA_DATA");
    EXPECT_EQ(found("data"), root / "a" / "set");
    const auto missing = check_preset(preset);
    ASSERT_EQ(missing.size(), 1u);
    EXPECT_EQ(missing[0].place, "target.data");
    for (const std::string& word :
         {std::string("set.csv"), std::string("TEMPERA_DATA"), (root / "a").string()}) {
        EXPECT_NE(missing[0].text.find(word), std::string::npos) << missing[0].text;
    }
    EXPECT_NO_THROW(resolve_preset(preset)) << "stored runs are read without";

    const std::string rows = "x,ill\n1,0\n2,1\n4,0\n";
    write(root / "sets" / "set.csv", rows);
    ::setenv("TEMPERA_DATA", (root / "sets").c_str(), 1);
    EXPECT_EQ(found("data"), root / "sets" / "set.csv");
    EXPECT_EQ(found("labels"), "ill");
    EXPECT_TRUE(check_preset(preset).empty());
    const Json moved = moved_preset(preset, root / "b");
    EXPECT_EQ(moved["target"]["data"], "../sets/set.csv");
    EXPECT_EQ(moved["target"]["labels"], "ill");

    write(root / "a" / "set.csv", rows);
    EXPECT_EQ(found("data"), root / "a" / "set.csv") << "beside the preset first";
    write(root / "a" / "ill", "label\n0\n1\n1\n");
    EXPECT_EQ(found("labels"), root / "a" / "ill") << "a file where there is one";
    ::unsetenv("TEMPERA_DATA");
}

TEST_F(PresetFiles, AllThatAreMissingAreNamed) {
    std::string untrained = learned;
    untrained.replace(untrained.find("\"../w.npz\""), 10, "null");
    write(root / "a" / "p.json", learned);
    write(root / "a" / "q.json", untrained);
    const auto places = [&](const char* name) {
        std::vector<std::string> out;
        for (const Problem& p : check_preset(load_preset(root / "a" / name))) {
            out.push_back(p.place);
        }
        return out;
    };
    EXPECT_EQ(places("p.json"), std::vector<std::string>{"model.file"}) << "a trained model needs no data";
    EXPECT_EQ(places("q.json"), (std::vector<std::string>{"model.losses[0].teacher", "model.training.data"}));
    write(root / "w.npz", "");
    EXPECT_TRUE(places("p.json").empty());
    EXPECT_NO_THROW(resolve_preset(load_preset(root / "a" / "q.json"))) << "stored runs are read without";
    write(
        root / "a" / "s.json",
        R"({ "parent": "p.json", "sweep": { "cases": [ { "name": "x", "set": { "model.file": "none.npz" } } ] } })");
    EXPECT_EQ(places("s.json"), std::vector<std::string>{"sweep"});
}

TEST_F(PresetFiles, OfAParentAreToldFromTheChild) {
    write(root / "base" / "p.json", learned);
    write(root / "a" / "c.json", R"({ "parent": "../base/p.json", "model": { "file": "own.npz" },
        "sweep": { "grid": { "model.file": ["g.npz"] }, "cases": [ { "name": "x", "set": { "model.file": "s.npz" } } ] } })");
    const Json preset = load_preset(root / "a" / "c.json");
    EXPECT_EQ(preset["model"]["file"], "own.npz");
    EXPECT_EQ(preset["model"]["training"]["data"], "../base/data/x.npy");
    const Json moved = moved_preset(preset, root / "b" / "c");
    EXPECT_EQ(moved["model"]["file"], "../../a/own.npz");
    EXPECT_EQ(get_value(moved, "sweep.cases[0].set")["model.file"], "../../a/s.npz");
    EXPECT_EQ(get_value(moved, "sweep.grid")["model.file"][0], "../../a/g.npz");
    EXPECT_EQ(with_found_files(moved)["model"], with_found_files(preset)["model"]);
    const Json stored = stored_preset(with_found_files(preset), root / "run");
    EXPECT_EQ(stored.dump().find(root.string()), std::string::npos) << "no absolute path: " << stored;
    EXPECT_EQ(stored["model"]["file"], "../a/own.npz");
}

TEST_F(PresetFiles, TheirFolderIsNoSetting) {
    write(root / "a" / "p.json", "{ \"folder\": \"/etc\" }");
    EXPECT_THROW(load_preset(root / "a" / "p.json"), ConfigError);
}

TEST_F(PresetFiles, SavingKeepsTheTextOfWhatWasNotEdited) {
    const fs::path file = root / "a" / "p.json";
    write(file, learned);
    Json preset = load_preset(file);
    save_preset(preset, file, file);
    EXPECT_EQ(read_file_text(file), learned.substr(0, learned.size() - 1)) << "one newline at the end";
    set_value(preset, "model.training.n_steps", 7);
    set_value(preset, "kernel.type", "first_order");
    save_preset(preset, file, file);
    std::string expected = learned.substr(0, learned.size() - 1);
    const auto change = [&](const std::string& from, const std::string& to) {
        expected.replace(expected.find(from), from.size(), to);
    };
    change("{ \"data\": \"data/x.npy\" }", "{ \"data\": \"data/x.npy\", \"n_steps\": 7 }");
    change("second_order", "first_order");
    EXPECT_EQ(read_file_text(file), expected);
    EXPECT_EQ(preset_difference(load_preset(file), preset), std::vector<std::string>());
}

TEST_F(PresetFiles, SavingKeepsTheParentAndTellsOnlyWhatDiffers) {
    write(root / "a" / "base.json", learned);
    const std::string child = "{\n  \"parent\": \"base.json\",  // most of it\n  \"name\": \"child\"\n}\n";
    const fs::path file = root / "a" / "c.json";
    write(file, child);
    Json preset = load_preset(file);
    save_preset(preset, file, file);
    EXPECT_EQ(read_file_text(file), child);
    set_value(preset, "model.training.n_steps", 7);
    save_preset(preset, file, file);
    EXPECT_EQ(read_file_text(file), "{\n  \"parent\": \"base.json\",  // most of it\n  \"name\": \"child\",\n"
                                    "  \"model\": { \"training\": { \"n_steps\": 7 } }\n}\n");
    EXPECT_EQ(preset_difference(load_preset(file), preset), std::vector<std::string>());
    set_value(preset, "kernel.type", "first_order");
    preset["model"].erase("file");
    save_preset(preset, file, file);
    Json back = load_preset(file);
    EXPECT_TRUE(back["model"]["file"].is_null());
    back["model"].erase("file");
    EXPECT_EQ(preset_difference(back, preset), std::vector<std::string>());
    EXPECT_NE(read_file_text(file).find("// most of it"), std::string::npos);
}

TEST_F(PresetFiles, SavedElsewhereThePresetStandsOnItsOwn) {
    write(root / "a" / "base.json", learned);
    write(root / "a" / "c.json", "{\n  // a child\n  \"parent\": \"base.json\", \"name\": \"child\"\n}\n");
    const Json preset = load_preset(root / "a" / "c.json");
    const fs::path other = root / "b" / "deep" / "saved.json";
    fs::create_directories(other.parent_path());
    save_preset(preset, root / "a" / "c.json", other);
    const std::string text = read_file_text(other);
    EXPECT_NE(text.find("// a child"), std::string::npos);
    EXPECT_EQ(text.find("parent"), std::string::npos);
    const Json saved = load_preset(other);
    EXPECT_EQ(saved["model"]["file"], "../../w.npz");
    EXPECT_EQ(with_found_files(saved)["model"], with_found_files(preset)["model"]);
    EXPECT_EQ(preset_difference(with_found_files(saved), with_found_files(preset)),
              std::vector<std::string>());
}

TEST_F(PresetFiles, EveryShippedPresetIsSavedWithoutAChange) {
    for (const auto& entry : fs::directory_iterator(preset_dir())) {
        const fs::path file = root / "presets" / entry.path().filename();
        fs::create_directories(file.parent_path());
        fs::copy_file(entry.path(), file);
    }
    for (const auto& entry : fs::directory_iterator(root / "presets")) {
        const std::string before = read_file_text(entry.path());
        Json preset = load_preset(entry.path());
        save_preset(preset, entry.path(), entry.path());
        EXPECT_EQ(read_file_text(entry.path()), before) << entry.path();
        set_value(preset, "run.seed", 12345);
        set_value(preset, "sampler.type", "ais");
        save_preset(preset, entry.path(), entry.path());
        EXPECT_EQ(preset_difference(resolve_preset(load_preset(entry.path())), resolve_preset(preset)),
                  std::vector<std::string>())
            << entry.path();
        EXPECT_LT(read_file_text(entry.path()).size(), before.size() + 120) << entry.path();
    }
}

}  // namespace
}  // namespace tempera
