// SPDX-License-Identifier: MIT
#include "core/files.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <thread>

namespace tempera {
namespace {

namespace fs = std::filesystem;

struct Files : testing::Test {
    Files() { fs::create_directories(folder); }
    static void write(const fs::path& file, const std::string& text) {
        write_bytes_atomically(file, text.data(), text.size());
    }
    test::ScratchFolder scratch{"files"};
    const fs::path& folder = scratch.path;
};

TEST_F(Files, DevicesAndPipesAreWrittenNotReplaced) {
    if (!fs::is_character_file("/dev/full")) {
        GTEST_SKIP() << "there is no /dev/full";
    }
    // A link of its own: were the device replaced, only the link would be lost.
    fs::create_symlink("/dev/full", folder / "full");
    try {
        write(folder / "full", "text");
        ADD_FAILURE() << "a full device took a file";
    } catch (const std::runtime_error& e) {
        EXPECT_NE(std::string(e.what()).find("No space left"), std::string::npos) << e.what();
    }
    EXPECT_TRUE(fs::is_character_file(folder / "full"));
    const fs::path pipe = folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    std::string seen;
    std::thread reader([&] { seen = read_file_text(pipe); });
    write(pipe, "through");
    reader.join();
    EXPECT_EQ(seen, "through");
    EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(Files, ALinkStaysALink) {
    write(folder / "file", "old");
    fs::create_symlink("file", folder / "link");
    write(folder / "link", "new");
    EXPECT_TRUE(fs::is_symlink(folder / "link"));
    EXPECT_EQ(read_file_text(folder / "file"), "new");
    fs::create_symlink("nowhere", folder / "broken");
    write(folder / "broken", "here");
    EXPECT_EQ(read_file_text(folder / "broken"), "here");
}

}  // namespace
}  // namespace tempera
