// SPDX-License-Identifier: MIT
// The window's own file dialog: no child processes, works without a desktop, testable.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace tempera::app {

class Theme;

class FileDialog {
public:
    enum class Mode { open, save, folder };
    /// Of files, those with one of the endings are shown.
    void show(Mode mode, const std::filesystem::path& start,
              std::function<void(const std::filesystem::path&)> chosen,
              std::vector<std::string> endings = {".json"});
    void draw(const Theme& theme);
    bool is_open() const { return open_; }

private:
    void draw_entries(const Theme& theme);
    void draw_name(const Theme& theme);
    void draw_folder_name(const Theme& theme);
    void finish(const std::filesystem::path& path);
    void read_folder();
    void choose(const std::filesystem::path& path);
    bool open_ = false, opening_ = false, confirm_ = false, focus_name_ = false;
    Mode mode_ = Mode::open;
    std::filesystem::path folder_;
    std::string name_, problem_;
    struct Entry {
        std::string name;
        bool folder = false;
        std::string size;
    };
    std::vector<Entry> entries_;
    std::vector<std::string> endings_;
    std::function<void(const std::filesystem::path&)> chosen_;
};

}  // namespace tempera::app
