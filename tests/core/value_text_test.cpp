// SPDX-License-Identifier: MIT
#include "core/value_text.hpp"

#include <gtest/gtest.h>

namespace tempera {
namespace {

Field field(Field::Kind kind) {
    Field f;
    f.kind = kind;
    return f;
}

TEST(ValueText, ListsAreTypedWithOrWithoutBracketsCommasAndSemicolons) {
    const Json wanted = {0.25, 2};
    for (const Field::Kind kind : {Field::Kind::numbers, Field::Kind::rows}) {
        for (const char* text : {"0.25, 2", "0.25,2", "0.25 2", "0.25; 2", "0.25;2", "[0.25, 2]",
                                 " [0.25 2] ", "0.25\t2", "[0.25; 2]", "0.25 , 2 ,"}) {
            EXPECT_EQ(read_value(text, field(kind)), wanted) << text;
        }
        EXPECT_EQ(read_value("0.25", field(kind)), Json::array({0.25}));
    }
    EXPECT_EQ(read_value("1e-3 -2 4E2", field(Field::Kind::numbers)), (Json{1e-3, -2, 400.0}));
}

TEST(ValueText, RowsArePartedByBracketsOrSemicolons) {
    const Json wanted = {{-4, 0}, {4, 0}};
    for (const char* text : {"[-4, 0], [4, 0]", "[[-4, 0], [4, 0]]", "-4 0; 4 0", "-4, 0; 4, 0",
                             "[-4 0] [4 0]", "[[-4 0]; [4 0]]"}) {
        EXPECT_EQ(read_value(text, field(Field::Kind::matrix)), wanted) << text;
    }
    EXPECT_EQ(read_value("1, 2", field(Field::Kind::matrix)), (Json::array({{1, 2}})));
    EXPECT_EQ(read_value("[[1, 2]]", field(Field::Kind::rows)), (Json::array({{1, 2}})));
    const Json two = {{{1, 0}, {0, 1}}, {{2, 0}, {0, 2}}}, one = Json::array({{{1, 0}, {0, 1}}});
    EXPECT_EQ(read_value("[[1, 0], [0, 1]], [[2, 0], [0, 2]]", field(Field::Kind::matrices)), two);
    EXPECT_EQ(read_value("[[[1, 0], [0, 1]]]", field(Field::Kind::matrices)), one);
    EXPECT_EQ(read_value("[[1, 0], [0, 1]]", field(Field::Kind::matrices)), one);
}

TEST(ValueText, WhatIsShownCanBeTyped) {
    const std::vector<std::pair<Field::Kind, Json>> values = {
        {Field::Kind::numbers, {0.6666666666666666, 1.0 / 3}},
        {Field::Kind::numbers, Json::array({2})},
        {Field::Kind::matrix, {{-4, 0}, {4, 0}}},
        {Field::Kind::matrix, Json::array({{1, 2}})},
        {Field::Kind::rows, {0.25, 1}},
        {Field::Kind::rows, Json::array({1})},
        {Field::Kind::rows, {{1, 2}, {3, 4}}},
        {Field::Kind::rows, Json::array({{1, 2}})},
        {Field::Kind::matrices, Json::array({{{1, 0}, {0, 1}}})},
        {Field::Kind::matrices, {{{1, 0}, {0, 1}}, {{2, 0}, {0, 2}}}},
        {Field::Kind::json, {{"a", 1}}},
        {Field::Kind::json, Json::array({1, 2})},
        {Field::Kind::number, 1.5},
        {Field::Kind::number, "auto"},
        {Field::Kind::integer, 3},
        {Field::Kind::boolean, true},
        {Field::Kind::text, "a note with \"quotes\" inside"},
        {Field::Kind::text, "123"},
        {Field::Kind::file, "a b/c.npz"},
        {Field::Kind::choice, "full"},
        {Field::Kind::numbers, Json()},
    };
    for (const auto& [kind, value] : values) {
        EXPECT_EQ(read_value(value_text(value, field(kind)), field(kind)), value)
            << value.dump() << " is shown as " << value_text(value, field(kind));
    }
    EXPECT_EQ(value_text(Json{2.0 / 3, 1.0 / 3}, field(Field::Kind::numbers), 3), "0.667, 0.333");
}

TEST(ValueText, TextStaysText) {
    EXPECT_EQ(read_value("123", field(Field::Kind::text)), "123");
    EXPECT_EQ(read_value("true", field(Field::Kind::text)), "true");
    EXPECT_EQ(read_value("\"123\"", field(Field::Kind::text)), "123");
    EXPECT_EQ(read_value("1e5", field(Field::Kind::file)), "1e5");
    EXPECT_EQ(read_value("null", field(Field::Kind::file)), Json());
}

TEST(ValueText, WhatCannotBeReadStaysForTheCheckToName) {
    for (const char* text : {"0.25, x", "[0.25", "0.25]", "1 2)", "[1, [2]"}) {
        EXPECT_EQ(read_value(text, field(Field::Kind::numbers)), text);
    }
    EXPECT_EQ(read_value("many", field(Field::Kind::integer)), "many");
    EXPECT_EQ(read_value("", field(Field::Kind::numbers)), Json());
}

}  // namespace
}  // namespace tempera
