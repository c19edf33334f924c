// SPDX-License-Identifier: MIT
#include "core/number_table.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <fstream>

#include "core/errors.hpp"
#include "core/npy.hpp"
#include "support/files.hpp"

namespace tempera {
namespace {

class NumberTables : public ::testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(scratch.path); }
    std::filesystem::path write(const std::string& name, const std::string& text) const {
        std::ofstream(scratch.path / name, std::ios::binary) << text;
        return scratch.path / name;
    }
    std::string complaint(const std::string& name, const std::string& text) const {
        try {
            read_number_table(write(name, text));
        } catch (const ConfigError& error) {
            return error.what();
        }
        return "";
    }
    const test::ScratchFolder scratch{"number_tables"};
};

TEST_F(NumberTables, HaveAHeaderOrNone) {
    const auto named = read_number_table(write("named.csv", "a, b\n1,2\n\n3,\n"));
    EXPECT_EQ(named->n_rows, 2u);
    EXPECT_EQ(named->columns, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ((*named)(0, 1), 2);
    EXPECT_TRUE(std::isnan((*named)(1, 1)));
    EXPECT_EQ(named->place(1, 1), "row 3, column b") << "as the file counts";
    const auto plain = read_number_table(write("plain.csv", "\xEF\xBB\xBF"
                                                            "1,2\r\n3,4"));
    EXPECT_EQ(plain->n_rows, 2u);
    EXPECT_EQ(plain->place(1, 1), "row 2, column 2");
    EXPECT_EQ(read_number_table(write("empty.csv", ""))->n_rows, 0u);
}

TEST_F(NumberTables, WithoutColumnsOrFromAPipeAreRefused) {
    EXPECT_THROW(table_of(NpyArray::of(std::vector<double>{}, {5, 0}), "zero.npy"), ConfigError);
    const std::filesystem::path pipe = scratch.path / "pipe.csv";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_THROW(read_number_table(pipe), ConfigError);
}

TEST_F(NumberTables, TellWhereTheyAreNone) {
    EXPECT_NE(complaint("word.csv", "a,b\n1,2\n3,four\n").find("row 3, column b: \"four\" is no number"),
              std::string::npos);
    EXPECT_NE(complaint("ragged.csv", "1,2\n3\n").find("row 2 has 1 columns, the first has 2"),
              std::string::npos);
    EXPECT_NE(complaint("blanks.csv", "1 2\n3 4\n").find("columns are parted by commas"), std::string::npos);
    EXPECT_NE(complaint("bytes.csv", std::string("PK\3\4\0\0\x08", 7)).find("no text"), std::string::npos);
}

}  // namespace
}  // namespace tempera
