// SPDX-License-Identifier: MIT
// Files that tests write.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

namespace tempera::test {

/// A folder of a test's own, removed before and after.
class ScratchFolder {
public:
    explicit ScratchFolder(const std::string& name)
        : path(std::filesystem::temp_directory_path() /
               ("tempera_" + name + "_" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(path);
    }
    ~ScratchFolder() { std::filesystem::remove_all(path); }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    std::filesystem::path path;
};

}  // namespace tempera::test
