// SPDX-License-Identifier: MIT
#include "core/record.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/csv.hpp"
#include "core/errors.hpp"

namespace tempera {
namespace {

TEST(Record, KeepsWhatIsKnownUnderItsName) {
    Record record;
    record.add({"nothing", "level", "", {1, 2}, {std::nan(""), std::nan("")}, {}, {}});
    EXPECT_EQ(record.find("nothing"), nullptr);
    record.series_of("energy", "level").add(2, 1.5);
    record.series_of("energy", "level").add(1, 1.25, 0.1);
    record.series_of("energy", "level").add(0, 1);
    ASSERT_NE(record.find("energy"), nullptr);
    const Series& energy = *record.find("energy");
    EXPECT_EQ(energy.x, (std::vector<double>{2, 1, 0}));
    ASSERT_EQ(energy.error.size(), 3u);  // one known error: the others are known not to be
    EXPECT_TRUE(std::isnan(energy.error[0]) && std::isnan(energy.error[2]));
    EXPECT_EQ(energy.error[1], 0.1);
    record.set({"log_z", "", 1, {0.1, ""}, {}});
    record.set({"log_z", "", 2, {0.2, ""}, {}});
    ASSERT_EQ(record.estimates.size(), 1u);
    EXPECT_EQ(record.estimate("log_z")->value, 2);
    EXPECT_EQ(record.estimate("log_y"), nullptr);
}

TEST(Record, NamesThatStandAgainHaveANumber) {
    EXPECT_EQ(unique_names({"dsm", "dsm_2", "dsm", "rne", "dsm"}),
              (std::vector<std::string>{"dsm", "dsm_2", "dsm_3", "rne", "dsm_4"}));
}

TEST(CsvTable, IsReadByTheNamesOfItsColumns) {
    const CsvTable table("b,a,\"with, comma\"\n2,1,x\n,3,y\n", "t.csv", {"a"});
    EXPECT_EQ(table.size(), 2u);
    EXPECT_EQ(table.number(0, "a"), 1);
    EXPECT_TRUE(std::isnan(table.number(1, "b")));
    EXPECT_TRUE(std::isnan(table.number(1, "c")));
    EXPECT_EQ(table.text(1, "with, comma"), "y");
    EXPECT_EQ(table.text(1, "c"), "");
    const auto message = [](auto&& f) {
        try {
            f();
        } catch (const ConfigError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_NE(message([&] { table.number(0, "with, comma"); }).find("row 2, column with, comma: \"x\""),
              std::string::npos);
    EXPECT_NE(message([] { CsvTable("levl\n1\n", "t.csv", {"level"}); }).find("is \"levl\" meant?"),
              std::string::npos);
    EXPECT_NE(message([] { CsvTable("a,b\n1\n", "t.csv", {}); }).find("row 2 has 1 columns, expected 2"),
              std::string::npos);
    EXPECT_NE(message([] { CsvTable("", "t.csv", {}); }).find("no header"), std::string::npos);
}

}  // namespace
}  // namespace tempera
