// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "app/workspace/remedies.hpp"
#include "core/build_id.hpp"
#include "null_bench.hpp"
#include "run/record/health.hpp"

namespace tempera::app {
namespace {

Json shipped(const char* name) { return load_preset(std::string(TEMPERA_PRESET_DIR) + "/" + name + ".json"); }

std::vector<std::string> labels(const std::string& warning, const Json& document) {
    std::vector<std::string> out;
    for (const Remedy& r : remedies(warning, document, resolve_preset(document))) {
        out.push_back(r.label);
    }
    return out;
}

TEST(Remedies, SayWhatTheyDo) {
    const Json two_lakes = shipped("two_lakes");
    Json ais = two_lakes;
    ais["sampler"] = {{"type", "ais"}, {"n_particles", 512}};
    EXPECT_EQ(labels("weight_collapse", ais),
              (std::vector<std::string>{"Turn on resampling (SMC)", "Double the levels (64 to 128)"}));
    EXPECT_EQ(labels("few_roots", ais).front(), "Double the particles (512 to 1 024)");
    EXPECT_TRUE(labels("edited", ais).empty());
    EXPECT_TRUE(labels("no such warning", ais).empty());
    Json tempering = shipped("tempering_teleport");
    EXPECT_EQ(labels("mode_weights_off", tempering).front(), "Use the diffusion path");
}

TEST(Remedies, OfALearnedPathWeighAtItsEndsOnly) {
    const Json story = shipped("blindness_story");
    for (const char* id : {"mode_weights_off", "log_z_off", "weights_not_verifiable"}) {
        EXPECT_EQ(labels(id, story), (std::vector<std::string>{"Weigh at the ends only (AIS)"})) << id;
    }
    Json ais = story;
    ais["sampler"] = {{"type", "ais"}, {"n_particles", 512}};
    EXPECT_TRUE(labels("weights_not_verifiable", ais).empty());
}

TEST(Remedies, AreOfWarningsThatExist) {
    EXPECT_GE(warnings_with_remedies().size(), 15u);
    for (const std::string& id : warnings_with_remedies()) {
        EXPECT_NO_THROW(EXPECT_NE(health_rule(id).warn, nullptr) << id) << id;
    }
}

TEST(Remedies, LeaveEveryShippedPresetWithoutProblems) {
    int offered = 0;
    for (const auto& entry : std::filesystem::directory_iterator(TEMPERA_PRESET_DIR)) {
        if (entry.path().extension() != ".json") {
            continue;
        }
        const Json document = load_preset(entry.path());
        const Json resolved = resolve_preset(document);
        Document shipped;  // may lack data of the user's own
        shipped.adopt(document, {});
        for (const std::string& id : warnings_with_remedies()) {
            for (const Remedy& r : remedies(id, document, resolved)) {
                Document edited;
                edited.adopt(document, {});
                edited.set_all(r.values, r.label);
                EXPECT_EQ(edited.problems().size(), shipped.problems().size())
                    << entry.path() << " " << id << ": " << r.label;
                EXPECT_NE(edited.resolved(), resolved) << entry.path() << " " << id << ": " << r.label;
                ++offered;
            }
        }
    }
    EXPECT_GT(offered, 50);
}

TEST(Remedies, AreOneUndoStepAndWaitForApply) {
    NullBench window;
    Workspace& w = window.bench->workspace;
    ASSERT_TRUE(w.open(std::string(TEMPERA_PRESET_DIR) + "/weight_collapse.json"));
    const Json before = w.document();
    w.set_pace(2);
    w.start();
    while (w.snapshot().state != RunState::running) {
        window.frames();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    const std::vector<Remedy> found = remedies("weight_collapse", w.document(), w.resolved());
    ASSERT_FALSE(found.empty());
    w.apply(found.front().values, found.front().label);
    window.frames(2);
    EXPECT_NE(w.document(), before);
    EXPECT_FALSE(w.pending().empty());
    w.undo();
    EXPECT_EQ(w.document(), before);
}

}  // namespace
}  // namespace tempera::app
