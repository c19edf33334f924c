// SPDX-License-Identifier: MIT
#include "run/preset/preset_text.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tempera {
namespace {

Json parsed(const std::string& text) { return Json::parse(text, nullptr, true, true); }

/// Without the order of keys, in which no two texts need to agree.
nlohmann::json unordered(const Json& value) { return nlohmann::json::parse(value.dump()); }

const std::string written = R"(// what this is for
{
  "name": "lakes",   // of the folder
  "path": { "type": "diffusion",
            "n_levels": 64 },      /* enough */
  "means": [[-4, 0],
            [4, 0]],
  // the seed of the paper
  "run": { "seed": 7, "precision": "f64" },
  "rate": 4e-3
}
)";

TEST(PresetText, WhatIsEqualKeepsItsSpelling) {
    EXPECT_EQ(edit_json_text(written, parsed(written)), written);
}

struct Step {
    const char *pointer, *value;  // null: taken out
    std::string from, to;         // of the text
};

TEST(PresetText, OnlyWhatIsEditedChanges) {
    const Step steps[] = {
        {"/path/n_levels", "128", "\"n_levels\": 64 }", "\"n_levels\": 128 }"},
        {"/means/1/0", "5", "[4, 0]]", "[5, 0]]"},
        {"/name", "\"sea\"", "\"lakes\",   // of", "\"sea\",   // of"},
        {"/run/precision", nullptr, "{ \"seed\": 7, \"precision\": \"f64\" }", "{ \"seed\": 7 }"},
        {"/run/seed", nullptr, "{ \"seed\": 7, \"precision\": \"f64\" }", "{ \"precision\": \"f64\" }"},
        {"/run/n_replicates", "4", "\"f64\" }", "\"f64\", \"n_replicates\": 4 }"},
        {"/rate", nullptr, "\"f64\" },\n  \"rate\": 4e-3\n", "\"f64\" }\n"},
        {"/name", nullptr, "  \"name\": \"lakes\",   // of the folder\n", ""},
        {"/note", "\"new\"", "\"rate\": 4e-3\n", "\"rate\": 4e-3,\n  \"note\": \"new\"\n"},
        {"/rate", "0.5", "4e-3", "0.5"},
        {"/means", "[[1, 2]]", "[[-4, 0],\n            [4, 0]]", "[[1, 2]]"},
    };
    for (const Step& step : steps) {
        Json wanted = parsed(written);
        const Json::json_pointer at(step.pointer);
        if (step.value) {
            wanted[at] = Json::parse(step.value);
        } else {
            wanted[at.parent_pointer()].erase(at.back());
        }
        std::string expected = written;
        const auto where = expected.find(step.from);
        ASSERT_NE(where, std::string::npos) << step.from;
        expected.replace(where, step.from.size(), step.to);
        EXPECT_EQ(edit_json_text(written, wanted), expected) << step.pointer;
    }
}

TEST(PresetText, SeveralEditsAtTheEndOfAnObject) {
    for (const std::string& text :
         {std::string("{ \"a\": 1, \"b\": 2, \"c\": 3 }"),
          std::string("{\n  \"a\": 1,  // one\n  \"b\": 2,\n  \"c\": 3  // three\n}\n")}) {
        for (const char* wanted : {R"({"a": 1})", R"({"c": 3})", R"({"a": 1, "d": {"e": 5}, "f": 6})",
                                   R"({"b": 1, "d": 4})", R"({"d": 4})", "{}", R"({"a": 9, "b": 2, "c": 3})",
                                   R"({"a": 1, "b": 2, "c": 3, "d": 4, "e": [1, 2]})"}) {
            const std::string out = edit_json_text(text, Json::parse(wanted));
            EXPECT_EQ(unordered(parsed(out)), unordered(Json::parse(wanted))) << out;
        }
    }
    EXPECT_EQ(edit_json_text("{ \"a\": 1, \"b\": 2, \"c\": 3 }", Json{{"a", 1}}), "{ \"a\": 1 }");
}

/// A value of at most `depth` levels.
Json random_value(std::mt19937& random, int depth) {
    const int kind = static_cast<int>(random() % (depth > 0 ? 6 : 3));
    if (kind == 0) {
        return static_cast<int>(random() % 100);
    }
    if (kind == 1) {
        return "text // \"" + std::to_string(random() % 10) + "\" /* no comment */";
    }
    if (kind == 2) {
        return nullptr;
    }
    Json out = kind == 3 ? Json::array() : Json::object();
    for (unsigned i = 0; i < random() % 5; ++i) {
        Json value = random_value(random, depth - 1);
        if (kind == 3) {
            out.push_back(value);
        } else {
            out["k" + std::to_string(random() % 6)] = value;
        }
    }
    return out;
}

TEST(PresetText, AnyEditOfAnyTextHoldsWhatIsWanted) {
    std::mt19937 random(5);
    for (int i = 0; i < 2000; ++i) {
        Json before = Json::object(), wanted = Json::object();
        for (int k = 0; k < 4; ++k) {
            before["k" + std::to_string(random() % 6)] = random_value(random, 3);
            wanted["k" + std::to_string(random() % 6)] =
                random() % 2 ? before.front() : random_value(random, 3);
        }
        std::string text = i % 2 ? format_json(before) : before.dump(i % 4 ? 2 : -1);
        text = "// head\n" + text + " // tail\n";
        EXPECT_EQ(unordered(parsed(edit_json_text(text, wanted))), unordered(wanted)) << text << "\n"
                                                                                      << wanted;
    }
}

TEST(PresetText, KeysThatStandTwiceAreNamedWithBothPlaces) {
    Problems problems;
    check_duplicate_keys("{ // \"a\"\n  \"run\": { \"seed\": 1,\n    \"seed\": 2 },\n \"list\": [{\"x\": 1, "
                         "\"x\": 2}],\n \"run\": 3, \"text\": \"\\\"a\\\": {\" }",
                         "my.json", problems);
    ASSERT_EQ(problems.list().size(), 3u);
    EXPECT_EQ(problems.list()[0].place, "run.seed");
    EXPECT_EQ(problems.list()[0].text,
              "stands twice in my.json: line 2 column 12 and line 3 column 5; keep one");
    EXPECT_EQ(problems.list()[1].place, "list[0].x");
    EXPECT_EQ(problems.list()[2].place, "run");
    Problems none;
    check_duplicate_keys(written, "x", none);
    EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace tempera
