// SPDX-License-Identifier: MIT
#include "app/workspace/recents.hpp"

#include <algorithm>
#include <fstream>

#include "core/npy.hpp"
#include "core/settings.hpp"

namespace tempera::app {

namespace fs = std::filesystem;

void Recents::keep_in(const fs::path& file) {
    store_ = file;
    std::ifstream in(file);
    const Json list = Json::parse(in, nullptr, false);
    if (!list.is_array()) {
        return;
    }
    for (const Json& entry : list) {
        const fs::path path = entry.is_string() ? fs::path(entry.get<std::string>()) : fs::path();
        if (path.is_absolute() && std::find(files_.begin(), files_.end(), path) == files_.end() &&
            files_.size() < most) {
            files_.push_back(path);
        }
    }
}

void Recents::add(const fs::path& file) {
    const fs::path absolute = fs::absolute(file).lexically_normal();
    if (!files_.empty() && files_.front() == absolute) {
        return;
    }
    std::erase(files_, absolute);
    files_.insert(files_.begin(), absolute);
    files_.resize(std::min(files_.size(), most));
    write();
}

void Recents::remove(const fs::path& file) {
    if (std::erase(files_, file) > 0) {
        write();
    }
}

void Recents::write() const {
    if (store_.empty()) {
        return;
    }
    Json list = Json::array();
    for (const fs::path& file : files_) {
        list.push_back(file.string());
    }
    try {
        fs::create_directories(store_.parent_path());
        write_file_atomically(store_, list.dump(1) + "\n");
    } catch (const std::exception&) {  // a list of files is not worth a message
    }
}

}  // namespace tempera::app
