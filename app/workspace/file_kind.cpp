// SPDX-License-Identifier: MIT
#include "app/workspace/file_kind.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <utility>

#include "app/workspace/stored_run.hpp"

namespace tempera::app {

namespace fs = std::filesystem;

namespace {

const std::vector<std::pair<std::string, FileKind>>& endings() {
    static const std::vector<std::pair<std::string, FileKind>> list = {
        {".json", FileKind::preset}, {".csv", FileKind::points}, {".npy", FileKind::points},
        {".npz", FileKind::points},  {".pt", FileKind::module},  {".pth", FileKind::module}};
    return list;
}

/// Presets may have any name; they begin with a brace or a comment.
bool begins_like_a_preset(const fs::path& file) {
    std::ifstream in(file);
    char first = 0;
    return in >> first && (first == '{' || first == '/');
}

}  // namespace

FileKind file_kind(const fs::path& file) {
    std::error_code ignored;
    if (!run_folder_of(file).empty()) {
        return FileKind::preset;
    }
    if (fs::is_directory(file, ignored)) {
        return fs::exists(file / weights_of_training, ignored) ? FileKind::points
               : fs::exists(file / "preset.json", ignored)     ? FileKind::preset
                                                               : FileKind::unknown;
    }
    std::string ending = file.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const auto& [known, kind] : endings()) {
        if (ending == known) {
            return kind;
        }
    }
    return begins_like_a_preset(file) ? FileKind::preset : FileKind::unknown;
}

const std::vector<std::string>& opened_endings() {
    static const std::vector<std::string> list = [] {
        std::vector<std::string> out;
        for (const auto& [ending, kind] : endings()) {
            out.push_back(ending);
        }
        return out;
    }();
    return list;
}

std::string what_opens() {
    return "Tempera opens presets (.json), run folders, points or labelled rows (.csv, .npy, .npz), "
           "TorchScript "
           "densities and models (.pt) and networks (weights.npz or the folder of a training).";
}

}  // namespace tempera::app
