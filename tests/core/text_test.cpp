// SPDX-License-Identifier: MIT
#include "core/text.hpp"

#include <gtest/gtest.h>

namespace tempera {
namespace {

TEST(Text, NamesOfAnyLanguageAreShown) {
    for (const char* name : {"", "two_lakes", "Größe σ = 2", "二つの湖", "😀 lakes"}) {
        EXPECT_TRUE(is_shown_text(name)) << name;
        EXPECT_EQ(printable(name), name);
    }
}

TEST(Text, WhatTerminalsObeyIsNot) {
    for (const std::string& text :
         {std::string("a\x1b[31mb"), std::string("a\nb"), std::string("a\tb"), std::string("a\0b", 3),
          std::string("a\x7f"),
          std::string("a\xc2\x9b"
                      "31m"),
          std::string("a\xe2\x80\xae"
                      "b"),
          std::string("a\xe2\x80\xa8"), std::string("\xff"), std::string("\xc0\xaf"),
          std::string("\xed\xa0\x80"), std::string("\xe2\x82")}) {
        EXPECT_FALSE(is_shown_text(text)) << printable(text);
        EXPECT_TRUE(is_shown_text(printable(text), "\n\t")) << printable(text);
    }
    EXPECT_TRUE(is_shown_text("two\nlines\tof text", "\n\t"));
    EXPECT_FALSE(is_shown_text("two\rlines", "\n\t"));
    EXPECT_EQ(printable("a\x1b[31mb\nc"), "a\\x1b[31mb\nc");
    EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");
}

}  // namespace
}  // namespace tempera
