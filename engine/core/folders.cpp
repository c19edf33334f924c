// SPDX-License-Identifier: MIT
#include "core/folders.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace tempera {

namespace fs = std::filesystem;

namespace {

constexpr unsigned no_replace = 1, exchange = 2;  // RENAME_NOREPLACE, RENAME_EXCHANGE of Linux

/// 0 or the error.
int rename_with(const fs::path& from, const fs::path& to, unsigned flags) {
    return syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0 ? 0 : errno;
}

bool unsupported(int error) { return error == EINVAL || error == ENOSYS; }
bool taken(int error) { return error == EEXIST || error == ENOTEMPTY || error == ENOTDIR; }

[[noreturn]] void fail(const fs::path& folder, int error) {
    throw std::runtime_error(folder.string() + ": cannot be written (" + std::strerror(error) + ")");
}

/// A new folder called `stem` and the first number that is free.
fs::path make_folder(const std::string& stem) {
    for (int i = 0;; ++i) {
        const fs::path folder = stem + std::to_string(i);
        std::error_code error;
        if (fs::create_directory(folder, error)) {
            return folder;
        }
        if (error && error != std::errc::file_exists) {
            throw std::runtime_error(folder.string() + ": cannot be made (" + error.message() + ")");
        }
    }
}

}  // namespace

bool is_taken(const fs::path& name) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(name, ignored));
}

std::filesystem::path free_folder(const std::filesystem::path& folder) {
    std::filesystem::path out = folder;
    for (int i = 2; is_taken(out); ++i) {
        out = folder.string() + "-" + std::to_string(i);
    }
    return out;
}

PendingFolder::PendingFolder(const fs::path& destination) {
    std::error_code error;
    fs::create_directories(destination.parent_path(), error);
    temporary_ = make_folder(destination.string() + ".tmp-" + std::to_string(getpid()) + "-");
}

PendingFolder::~PendingFolder() {
    if (!done_) {
        std::error_code ignored;
        fs::remove_all(temporary_, ignored);
    }
}

bool PendingFolder::commit_as(const fs::path& name) {
    int error = rename_with(temporary_, name, no_replace);
    if (unsupported(error)) {
        // A plain rename takes the place of an empty folder at most.
        error = std::rename(temporary_.c_str(), name.c_str()) == 0 ? 0 : errno;
    }
    if (error && !taken(error)) {
        fail(name, error);
    }
    done_ = error == 0;
    return done_;
}

void PendingFolder::replace(const fs::path& name) {
    std::vector<fs::path> old;  // moved aside where folders cannot be exchanged
    while (!commit_as(name)) {
        const int error = rename_with(temporary_, name, exchange);
        if (error == 0) {
            return;  // what is left under the temporary name is the old folder, which goes with this object
        }
        if (unsupported(error)) {
            old.push_back(make_folder(name.string() + ".old-" + std::to_string(getpid()) + "-"));
            if (std::rename(name.c_str(), old.back().c_str()) != 0 && errno != ENOENT) {
                fail(name, errno);
            }
        } else if (error != ENOENT) {  // gone meanwhile: once more
            fail(name, error);
        }
    }
    for (const fs::path& folder : old) {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
}

}  // namespace tempera
