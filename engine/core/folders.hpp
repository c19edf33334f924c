// SPDX-License-Identifier: MIT
// Whole folders that appear under their name in one step.
#pragma once

#include <filesystem>

namespace tempera {

/// Something stands under this name: a link that leads nowhere, too.
bool is_taken(const std::filesystem::path& name);

/// First free of folder, folder-2, folder-3, ...
std::filesystem::path free_folder(const std::filesystem::path& folder);

/// A folder under a temporary name beside its destination, to be filled in peace; removed again unless it is
/// committed. Every step that decides who owns a name is one call of the system, so that programs at work on
/// the same name never lose each other's folders. Throws std::runtime_error with the reason (no permission,
/// disk full).
class PendingFolder {
public:
    explicit PendingFolder(const std::filesystem::path& destination);
    ~PendingFolder();
    PendingFolder(const PendingFolder&) = delete;
    PendingFolder& operator=(const PendingFolder&) = delete;

    const std::filesystem::path& path() const { return temporary_; }  ///< where it is filled
    /// Gives it the name unless something else has it; false then, and nothing has changed.
    bool commit_as(const std::filesystem::path& name);
    /// Gives it the name; what stood there before is removed afterwards.
    void replace(const std::filesystem::path& name);

private:
    std::filesystem::path temporary_;
    bool done_ = false;
};

}  // namespace tempera
