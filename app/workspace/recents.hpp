// SPDX-License-Identifier: MIT
// The files that were opened last, also in earlier sessions.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tempera::app {

class Recents {
public:
    static constexpr std::size_t most = 12;

    /// Remembers them in a file from now on, after those that stand in it. A file that cannot be read or
    /// written is no reason to stop: the list then lasts as long as the session.
    void keep_in(const std::filesystem::path& file);
    void add(const std::filesystem::path& file);
    void remove(const std::filesystem::path& file);
    const std::vector<std::filesystem::path>& files() const { return files_; }  ///< newest first

private:
    void write() const;

    std::filesystem::path store_;
    std::vector<std::filesystem::path> files_;
};

}  // namespace tempera::app
