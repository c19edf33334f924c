// SPDX-License-Identifier: MIT
#include "core/text_position.hpp"

#include <gtest/gtest.h>

namespace tempera {
namespace {

TEST(TextPosition, IsReadBackFromTheMessageThatTellsIt) {
    const auto found = column_message(at_column(12, "\"y\" is not known: write x2"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->column, 12);
    EXPECT_EQ(found->text, "\"y\" is not known: write x2");
    for (const char* other :
         {"", "column", "column 7", "column 7 is no label: 3", "column : x", "row 3: x"}) {
        EXPECT_FALSE(column_message(other)) << other;
    }
}

TEST(TextPosition, CountsCharactersNotBytes) {
    const std::string text = "x1 \xc3\x97 \xe2\x88\x9a x2";  // times and root, of two and three bytes
    EXPECT_EQ(byte_of_column(text, 1), 0u);
    EXPECT_EQ(byte_of_column(text, 5), 5u);
    EXPECT_EQ(byte_of_column(text, 8), text.find("x2"));
    EXPECT_EQ(byte_of_column(text, 99), text.size());
    for (int column = 1; column <= 9; ++column) {
        EXPECT_EQ(column_of_byte(text, byte_of_column(text, column)), column);
    }
}

}  // namespace
}  // namespace tempera
