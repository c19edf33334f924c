// SPDX-License-Identifier: MIT
#include "app/shell/export_dialog.hpp"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "app/kit/text.hpp"
#include "app/kit/words.hpp"
#include "app/shell/workbench.hpp"
#include "figures/figure_files.hpp"
#include "figures/palette_names.hpp"

namespace tempera::app {
namespace {

constexpr const char* popup = "Export figures###export";

/// Widths of a journal's columns and of a slide.
struct UsualSize {
    const char *name, *tip;
    FigureSize size;
};
constexpr UsualSize usual_sizes[] = {{"one column", "85 x 60 mm", {85, 60}},
                                     {"two columns", "174 x 100 mm", {174, 100}},
                                     {"slide", "254 x 143 mm", {254, 143}}};

void row(const Theme& theme, const char* name) {
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(theme.dim(), "%s", name);
    ImGui::SameLine(theme.px(100));
}

/// `label` of each name is what the button says.
template <class Label>
void choose_one(Workbench& bench, const std::vector<std::string>& names, Label label, std::string& value) {
    for (const std::string& name : names) {
        const std::string text = label(name);
        if (choice(bench, (text + "###" + name).c_str(), value == name, text.c_str())) {
            value = name;
        }
        ImGui::SameLine(0, bench.theme.px(2));
    }
    ImGui::NewLine();
}

void draw_size(Workbench& bench) {
    const Theme& theme = bench.theme;
    FigureSize& size = bench.figures.size;
    row(theme, "size");
    for (const UsualSize& usual : usual_sizes) {
        const bool now = usual.size.width_mm == size.width_mm && usual.size.height_mm == size.height_mm;
        if (choice(bench, usual.name, now, usual.tip)) {
            size = usual.size;
        }
        ImGui::SameLine(0, theme.px(2));
    }
    ImGui::NewLine();
    row(theme, "");
    const Face mono(theme.mono, Theme::number_size);
    double sides[2] = {size.width_mm, size.height_mm};
    ImGui::SetNextItemWidth(theme.px(150));
    if (ImGui::InputScalarN("mm###sides", ImGuiDataType_Double, sides, 2, nullptr, nullptr, "%.0f")) {
        size = {std::clamp(sides[0], 30.0, 1000.0), std::clamp(sides[1], 20.0, 1000.0)};
    }
}

}  // namespace

void ExportDialog::draw_choices(Workbench& bench) {
    const Theme& theme = bench.theme;
    FigureExport& how = bench.figures;
    row(theme, "what");
    const View* focused = find_view(bench.view.focused);
    const std::string panel = std::string("panel ") + (focused ? focused->title : "under the mouse");
    if (choice(bench, "all figures", all_, "Every plot of every panel")) {
        all_ = true;
    }
    ImGui::SameLine(0, theme.px(2));
    if (choice(bench, panel.c_str(), !all_, "The panel that the mouse was over last")) {
        all_ = false;
    }
    row(theme, "format");
    choose_one(bench, figure_formats(), in_capitals, how.format);
    ImGui::BeginDisabled(how.format == "csv" || how.format == "json");  // numbers have no looks
    row(theme, "colours");
    choose_one(bench, palette_names(), in_words, how.theme);
    draw_size(bench);
    ImGui::EndDisabled();
    row(theme, "dots per inch");
    {
        const Face mono(theme.mono, Theme::number_size);
        ImGui::SetNextItemWidth(theme.px(72));
        ImGui::BeginDisabled(how.format != "png");
        if (ImGui::InputScalar("###dpi", ImGuiDataType_Double, &how.dpi, nullptr, nullptr, "%.0f")) {
            how.dpi = std::clamp(how.dpi, 36.0, 1200.0);
        }
        ImGui::EndDisabled();
    }
    row(theme, "folder");
    ImGui::TextUnformatted(fitting(how.folder.string(), theme.px(250)).c_str());
    std::error_code ignored;
    ImGui::SetItemTooltip("%s", std::filesystem::absolute(how.folder, ignored).c_str());
    ImGui::SameLine();
    if (ImGui::SmallButton("Change ...###folder")) {
        come_back_ = true;
        ImGui::CloseCurrentPopup();
        bench.dialog.show(FileDialog::Mode::folder, how.folder,
                          [&bench](const std::filesystem::path& folder) { bench.figures.folder = folder; });
    }
}

void ExportDialog::draw_buttons(Workbench& bench) {
    const Theme& theme = bench.theme;
    ImGui::Dummy({0, theme.px(4)});
    bool go = false;
    {
        const PrimaryColours colours(theme);
        go = ImGui::Button("Export###go", {theme.px(110), 0});
    }
    ImGui::SameLine();
    if (go || ImGui::Button("Close###close", {theme.px(90), 0}) ||
        ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
        ImGui::CloseCurrentPopup();
    }
    if (go) {
        bench.export_plots(bench.figures.format, all_);
    }
}

void ExportDialog::draw(Workbench& bench) {
    const Theme& theme = bench.theme;
    if (wanted_ || (come_back_ && !bench.dialog.is_open() && !ImGui::IsPopupOpen(popup))) {
        ImGui::OpenPopup(popup);
        wanted_ = come_back_ = false;
    }
    ImGui::SetNextWindowPos(ImGui::GetMainViewport()->GetCenter(), ImGuiCond_Appearing, {0.5f, 0.5f});
    if (!ImGui::BeginPopupModal(popup, nullptr,
                                ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoSavedSettings)) {
        return;
    }
    ImGui::Dummy({theme.px(440), theme.px(1)});
    draw_choices(bench);
    draw_buttons(bench);
    ImGui::EndPopup();
}

}  // namespace tempera::app
