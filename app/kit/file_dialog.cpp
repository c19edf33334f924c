// SPDX-License-Identifier: MIT
#include "app/kit/file_dialog.hpp"

#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <system_error>

#include "app/kit/text.hpp"
#include "app/kit/theme.hpp"

namespace tempera::app {

void FileDialog::show(Mode mode, const std::filesystem::path& start,
                      std::function<void(const std::filesystem::path&)> chosen,
                      std::vector<std::string> endings) {
    std::error_code ignored;
    mode_ = mode;
    chosen_ = std::move(chosen);
    endings_ = std::move(endings);
    const std::filesystem::path absolute = std::filesystem::absolute(start.empty() ? "." : start, ignored);
    const bool folder = std::filesystem::is_directory(absolute, ignored);
    folder_ = folder ? absolute : absolute.parent_path();
    name_ = folder ? "" : absolute.filename().string();
    // What is saved may make its folder; anything else begins where there is one.
    while (mode != Mode::save && !std::filesystem::is_directory(folder_, ignored) &&
           folder_.has_relative_path()) {
        folder_ = folder_.parent_path();
    }
    open_ = opening_ = true;
    focus_name_ = mode == Mode::save;
    confirm_ = false;
    read_folder();
}

void FileDialog::read_folder() {
    entries_.clear();
    problem_.clear();
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder_, error), end; !error && it != end;
         it.increment(error)) {
        std::error_code ignored;
        Entry e;
        e.name = it->path().filename().string();
        if (e.name.empty() || e.name[0] == '.') {
            continue;
        }
        e.folder = it->is_directory(ignored);
        if (!e.folder) {
            const bool shown = std::find(endings_.begin(), endings_.end(), it->path().extension().string()) !=
                               endings_.end();
            if (!shown || mode_ == Mode::folder) {
                continue;
            }
            const auto bytes = it->file_size(ignored);
            e.size = bytes < 10000 ? grouped(static_cast<long>(bytes)) + " B"
                                   : grouped(static_cast<long>(bytes / 1024)) + " kB";
        }
        entries_.push_back(std::move(e));
    }
    if (error && (mode_ != Mode::save || error != std::errc::no_such_file_or_directory)) {
        problem_ = folder_.string() + ": " + error.message();
    }
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return a.folder != b.folder ? a.folder : a.name < b.name;
    });
}

void FileDialog::choose(const std::filesystem::path& path) {
    std::error_code ignored;
    const bool exists = std::filesystem::exists(path, ignored);
    const bool run = std::filesystem::exists(path / "summary.json", ignored);
    if (std::filesystem::is_directory(path, ignored) && (!run || mode_ == Mode::folder)) {
        folder_ = path;
        read_folder();
        return;
    }
    if (mode_ == Mode::open && !exists) {
        problem_ = path.filename().string() + " does not exist";
        return;
    }
    if (mode_ == Mode::save && exists && !confirm_) {
        confirm_ = true;
        problem_ = path.filename().string() + " exists: press Save again to replace it";
        return;
    }
    finish(path);
}

void FileDialog::finish(const std::filesystem::path& path) {
    open_ = false;
    if (chosen_) {
        chosen_(path);
    }
}

void FileDialog::draw_entries(const Theme& theme) {
    std::filesystem::path clicked;
    for (const Entry& e : entries_) {
        const std::string label = std::string(e.folder ? icon::folder : icon::file) + "  " + shown(e.name);
        if (ImGui::Selectable(label.c_str(), e.name == name_,
                              ImGuiSelectableFlags_AllowDoubleClick |
                                  ImGuiSelectableFlags_NoAutoClosePopups)) {
            name_ = e.name;
            confirm_ = false;
            if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
                clicked = folder_ / e.name;
            }
        }
        if (!e.size.empty()) {
            const Face mono(theme.mono, Theme::small_size);
            ImGui::SameLine(ImGui::GetContentRegionAvail().x - theme.px(80));
            ImGui::TextColored(theme.dim(), "%s", e.size.c_str());
        }
    }
    if (entries_.empty()) {
        std::string kinds;
        for (const std::string& ending : endings_) {
            kinds += (kinds.empty() ? "" : ", ") + ending;
        }
        ImGui::TextColored(theme.dim(), "%s",
                           mode_ == Mode::folder ? "No folders here."
                                                 : ("No files (" + kinds + ") or folders here.").c_str());
    }
    if (!clicked.empty()) {
        choose(clicked);
    }
}

/// Name, and the buttons that end it.
void FileDialog::draw_name(const Theme& theme) {
    ImGui::SetNextItemWidth(-theme.px(180));
    if (focus_name_) {
        ImGui::SetKeyboardFocusHere();
        focus_name_ = false;
    }
    const bool enter =
        ImGui::InputTextWithHint("###name", "file name", &name_,
                                 ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
    ImGui::SameLine();
    const bool go =
        ImGui::Button(mode_ == Mode::open ? "Open###choose" : "Save###choose", {theme.px(80), 0}) || enter;
    if (go && !name_.empty()) {
        std::filesystem::path path = name_[0] == '/' ? std::filesystem::path(name_) : folder_ / name_;
        std::error_code ignored;
        if (mode_ == Mode::save && path.extension() != ".json" &&
            !std::filesystem::is_directory(path, ignored)) {
            path += ".json";
        }
        choose(path);
    }
}

void FileDialog::draw_folder_name(const Theme& theme) {
    if (ImGui::Button("Use this folder###choose", {theme.px(150), 0})) {
        finish(folder_);
    }
}

void FileDialog::draw(const Theme& theme) {
    if (!open_) {
        return;
    }
    const char* title = mode_ == Mode::open   ? "Open###file_dialog"
                        : mode_ == Mode::save ? "Save preset as###file_dialog"
                                              : "Choose a folder###file_dialog";
    if (opening_) {
        ImGui::OpenPopup(title);
        opening_ = false;
    }
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    ImGui::SetNextWindowPos(screen->GetCenter(), ImGuiCond_Appearing, {0.5f, 0.5f});
    ImGui::SetNextWindowSize(
        {std::min(theme.px(620), screen->Size.x * 0.9f), std::min(theme.px(460), screen->Size.y * 0.9f)},
        ImGuiCond_Appearing);
    if (!ImGui::BeginPopupModal(title, &open_, ImGuiWindowFlags_NoSavedSettings)) {
        open_ = ImGui::IsPopupOpen(title);  // something else took its place
        return;
    }
    if (ImGui::Button((std::string(icon::up) + "###up").c_str())) {
        folder_ = folder_.parent_path();
        read_folder();
    }
    ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(theme.dim(), "%s", folder_.c_str());
    const float footer = ImGui::GetFrameHeightWithSpacing() * (problem_.empty() ? 1 : 2) + theme.px(4);
    ImGui::PushStyleColor(ImGuiCol_ChildBg, Theme::vec(theme.colours().panel));
    if (ImGui::BeginChild("###entries", {0, -footer})) {
        draw_entries(theme);
    }
    ImGui::EndChild();
    ImGui::PopStyleColor();
    if (!problem_.empty()) {
        ImGui::TextColored(Theme::vec(theme.colours().warning), "%s", problem_.c_str());
    }
    mode_ == Mode::folder ? draw_folder_name(theme) : draw_name(theme);
    ImGui::SameLine();
    if (ImGui::Button("Cancel###cancel", {theme.px(80), 0}) || ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
        open_ = false;
    }
    if (!open_) {
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
}

}  // namespace tempera::app
