// SPDX-License-Identifier: MIT
#include "app/workspace/document.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "core/files.hpp"
#include "run/preset/preset_files.hpp"

namespace tempera::app {
namespace {

namespace fs = std::filesystem;

class DocumentFile : public ::testing::Test {
protected:
    void SetUp() override {
        fs::create_directories(folder);
        std::ofstream(file) << text;
        document.adopt(load_preset(file), file);
    }
    void TearDown() override { fs::remove_all(folder); }

    const fs::path folder = fs::path(testing::TempDir()) / "tempera_document", file = folder / "p.json";
    const std::string text = R"({ // two lakes
  "schema": "tempera-preset", "version": 1, "name": "p",
  "target": { "type": "gaussian_mixture" },   // the default
  "path": { "type": "diffusion", "n_levels": 8 },
  "kernel": { "type": "second_order" },
  "sampler": { "type": "smc", "n_particles": 64 }
}
)";
    Document document;
};

TEST_F(DocumentFile, SavesWhatWasEditedAndNothingElse) {
    EXPECT_TRUE(document.problems().empty());
    document.save_as(file);
    EXPECT_EQ(read_file_text(file), text);
    document.set("path.n_levels", 16);
    document.save_as(file);
    std::string expected = text;
    expected.replace(expected.find("\"n_levels\": 8"), 13, "\"n_levels\": 16");
    EXPECT_EQ(read_file_text(file), expected);
    EXPECT_FALSE(document.modified());
}

TEST_F(DocumentFile, SavedElsewhereItsFilesAreStillFound) {
    std::ofstream(folder / "w.npz") << "";
    document.set("model.type", "energy_mlp");
    document.set("model.file", "w.npz");
    const fs::path other = folder / "deep" / "q.json";
    fs::create_directories(other.parent_path());
    document.save_as(other);
    EXPECT_EQ(document.value("model.file"), "../w.npz");
    EXPECT_TRUE(document.problems().empty());
    EXPECT_EQ(find_file(document.resolved(), "../w.npz"), folder / "w.npz");
    document.set("model.file", "nowhere.npz");
    ASSERT_EQ(document.problems().size(), 1u);
    EXPECT_NE(document.problem_at("model.file"), nullptr);
}

TEST_F(DocumentFile, ChangesTypesByTheRuleOfTheCommandLine) {
    document.set("moves.n_steps", 4);  // of moves that are not there
    EXPECT_TRUE(document.problems().empty());
    for (const char* type : {"ais", "replica_exchange", "smc"}) {
        Json typed = document.json();
        set_value(typed, std::string("sampler.type=") + type);
        document.set("sampler.type", type);
        EXPECT_EQ(document.json(), typed) << type;
    }
    document.set("path.schedule.type", "explicit");
    EXPECT_EQ(document.value("path.schedule.rho").size(), 8u);
    EXPECT_TRUE(document.problems().empty());
}

TEST_F(DocumentFile, ResetsToWhatTheFileHolds) {
    document.set("kernel.type", "transport_midpoint");
    document.set("kernel.log_det", "exact");
    document.reset("kernel.type");  // as it stood, without the rule for another type
    EXPECT_EQ(document.json()["kernel"], Json({{"type", "second_order"}, {"log_det", "exact"}}));
    document.reset("kernel.log_det");
    EXPECT_EQ(document.json()["kernel"], Json({{"type", "second_order"}}));
    document.set("run.record.every_level", 4);  // of sections that the file does not have
    document.reset("run.record.every_level");
    document.reset("moves.n_steps");
    EXPECT_EQ(document.json()["run"], Json({{"record", Json::object()}}));
    EXPECT_FALSE(document.json().contains("moves"));
    document.undo();
    document.undo();
    EXPECT_EQ(document.value("run.record.every_level"), 4);
}

}  // namespace
}  // namespace tempera::app
