// SPDX-License-Identifier: MIT
#include "core/machine.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <fstream>

namespace tempera {
namespace {

namespace fs = std::filesystem;

class Groups : public testing::Test {
protected:
    void SetUp() override { fs::create_directories(root_); }
    void TearDown() override { fs::remove_all(root_); }
    void write(const std::string& file, const std::string& text) {
        fs::create_directories((root_ / file).parent_path());
        std::ofstream(root_ / file) << text << "\n";
    }
    fs::path root_ = fs::path(testing::TempDir()) / ("tempera_groups_" + std::to_string(getpid()));
};

TEST_F(Groups, NothingLimitsWhereNothingIsSaid) {
    EXPECT_FALSE(group_limits("", root_).cores || group_limits("0::/a\n", root_).bytes);
    write("a/cpu.max", "max 100000");
    write("a/memory.max", "max");
    const GroupLimits limits = group_limits("0::/a\n", root_);
    EXPECT_FALSE(limits.cores || limits.bytes);
}

TEST_F(Groups, TheTightestGroupAroundCounts) {
    write("a/cpu.max", "150000 100000");
    write("a/b/cpu.max", "400000 100000");
    write("a/b/memory.max", "1048576");
    write("memory.max", "524288");
    const GroupLimits limits = group_limits("0::/a/b\n", root_);
    EXPECT_DOUBLE_EQ(limits.cores.value(), 1.5);
    EXPECT_DOUBLE_EQ(limits.bytes.value(), 524288);
}

TEST_F(Groups, TheRootIsTheGroupOfAContainer) {
    write("cpu.max", "50000 100000");
    EXPECT_DOUBLE_EQ(group_limits("0::/not/seen/from/inside\n", root_).cores.value(), 0.5);
}

TEST_F(Groups, TheOldVersionIsReadByController) {
    write("cpu,cpuacct/job/cpu.cfs_quota_us", "300000");
    write("cpu,cpuacct/job/cpu.cfs_period_us", "100000");
    write("memory/job/memory.limit_in_bytes", "2048");
    const GroupLimits limits = group_limits("4:cpu,cpuacct:/job\n9:memory:/job\n", root_);
    EXPECT_DOUBLE_EQ(limits.cores.value(), 3);
    EXPECT_DOUBLE_EQ(limits.bytes.value(), 2048);
    write("cpu,cpuacct/job/cpu.cfs_quota_us", "-1");
    EXPECT_FALSE(group_limits("4:cpu,cpuacct:/job\n", root_).cores);
}

TEST(Machine, CoresThatTheProcessMayNotUseAreNotCounted) {
    cpu_set_t before;
    ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
    int first = 0;
    while (!CPU_ISSET(first, &before)) {
        ++first;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(usable_cores(), 1);
    ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
    EXPECT_GE(usable_cores(), 1);
    EXPECT_LE(usable_cores(), CPU_COUNT(&before));
    EXPECT_GT(memory_limit(), 1e6);
}

}  // namespace
}  // namespace tempera
