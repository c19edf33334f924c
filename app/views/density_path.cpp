// SPDX-License-Identifier: MIT
// The path from the reference to the target in thumbnails: exact densities above, what the particles did below.
#include <algorithm>
#include <cmath>

#include "app/plots/plots.hpp"
#include "app/view.hpp"
#include "app/workbench.hpp"

namespace tempera::app {
namespace {

constexpr int n_thumbnails = 8;

/// The middle of a map that a thumbnail shows: maps hold more room than the target needs.
struct Crop {
    ImVec2 uv0, uv1;
};

Crop crop_to(const Grid& g, const std::array<double, 4>& box, float aspect) {
    const double cx = 0.5 * (box[0] + box[1]), cy = 0.5 * (box[2] + box[3]);
    double half_y = 0.5 * std::max(box[3] - box[2], (box[1] - box[0]) / aspect), half_x = half_y * aspect;
    const double shrink = std::min(1.0, std::min((g.x_max - g.x_min) / (2 * half_x), (g.y_max - g.y_min) / (2 * half_y)));
    half_x *= shrink, half_y *= shrink;
    const auto u = [&](double x) { return static_cast<float>((x - g.x_min) / (g.x_max - g.x_min)); };
    const auto v = [&](double y) { return static_cast<float>((y - g.y_min) / (g.y_max - g.y_min)); };
    return {{u(cx - half_x), v(cy + half_y)}, {u(cx + half_x), v(cy - half_y)}};
}

void thumbnail(Workbench& bench, const std::string& slot, const std::shared_ptr<const Grid>& grid, ImVec2 at, ImVec2 size, bool selected,
               const std::array<double, 4>& box, int magnify) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const Theme& theme = bench.theme;
    const ImVec2 end(at.x + size.x, at.y + size.y);
    if (grid) {
        const ImTextureRef picture = bench.textures.picture(slot, grid, magnify);
        if (bench.textures.available() && picture.GetTexID() != 0) {
            const Crop crop = crop_to(*grid, box, size.x / size.y);
            list->AddImageRounded(picture, at, end, crop.uv0, crop.uv1, IM_COL32_WHITE, theme.px(4));
        }
    } else {
        list->AddRectFilled(at, end, Theme::packed(theme.colours().field, 0.35f), theme.px(4));
    }
    if (selected) {
        list->AddRect({at.x - theme.px(2), at.y - theme.px(2)}, {end.x + theme.px(2), end.y + theme.px(2)},
                      Theme::packed(theme.colours().accent), theme.px(5), theme.px(1.5f));
    }
}

void scrub_bar(Workbench& bench, float left, float right) {
    Workspace& w = bench.workspace;
    const Theme& theme = bench.theme;
    const int n = std::max(1, w.n_levels());
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {theme.px(5), theme.px(1)});
    if (ImGui::Button((std::string(w.playing() ? icon::pause : icon::play) + "###play").c_str(), {theme.px(24), theme.px(18)})) {
        w.play();
    }
    ImGui::PopStyleVar();
    ImGui::SetItemTooltip("Play the path (P)");
    ImGui::SameLine(0, 0);
    const ImVec2 here = ImGui::GetCursorScreenPos();
    const float width = right - left, height = theme.px(18);
    ImGui::SetCursorScreenPos({left, here.y});
    ImGui::InvisibleButton("###scrub", {std::max(10.0f, width), height});
    if (ImGui::IsItemActive()) {
        const float t = std::clamp((ImGui::GetMousePos().x - left) / width, 0.0f, 1.0f);
        w.look_at(static_cast<int>(std::lround(static_cast<float>(n) * (1 - t))));
    }
    const bool hot = ImGui::IsItemHovered() || ImGui::IsItemActive();
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float y = here.y + height / 2, t = 1 - static_cast<float>(w.level()) / static_cast<float>(n);
    list->AddRectFilled({left, y - theme.px(2)}, {right, y + theme.px(2)}, Theme::packed(theme.colours().field), theme.px(2));
    list->AddRectFilled({left, y - theme.px(2)}, {left + width * t, y + theme.px(2)}, Theme::packed(theme.colours().accent, 0.55f), theme.px(2));
    list->AddCircleFilled({left + width * t, y}, theme.px(hot ? 7 : 6), Theme::packed(theme.colours().accent));
}

void draw(Workbench& bench) {
    Workspace& w = bench.workspace;
    const Theme& theme = bench.theme;
    const PathMaps* maps = w.maps();
    const int n = w.n_levels();
    std::string state = "level " + std::to_string(w.level()) + " of " + std::to_string(n);
    if (!w.following() && !w.playing()) {
        state += w.busy() ? "   held" : "";
    }
    panel_header(bench, *find_view("density_path"), "Density path", n > 0 ? state + "      noise  \xe2\x86\x92  target" : "");
    if (maps && !maps->error.empty()) {
        empty_text(bench, maps->error);
        return;
    }
    if (!maps || maps->density.empty()) {
        empty_text(bench, "Drawing the densities of this path ...");
        return;
    }
    const Area area = remaining();
    const float label = theme.px(64), gap = theme.px(6), bar = theme.px(24), number = theme.px(17);
    const std::vector<int> levels = thumbnail_levels(maps->n_levels, n_thumbnails);
    const auto count = static_cast<float>(levels.size());
    const float row = std::max(theme.px(20), (area.height - bar - number - theme.px(10)) / 2);
    const float width = (area.width - label - gap * (count - 1)) / count;
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const float exact_y = origin.y + theme.px(2), seen_y = exact_y + row + theme.px(8);
    ImDrawList* list = ImGui::GetWindowDrawList();
    const auto row_label = [&](const char* text, Role role, float y) {
        const Face face(theme.body, Theme::small_size);
        list->AddText({origin.x, y + (row - ImGui::GetTextLineHeight()) / 2}, theme.role(role), text);
    };
    row_label("exact", Role::exact, exact_y);
    row_label(w.snapshot().exchange ? "sampled" : "particles", Role::sampled, seen_y);
    const int spacing = std::max(1, maps->n_levels / (2 * n_thumbnails));
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const int level = levels[i];
        const float x = origin.x + label + static_cast<float>(i) * (width + gap);
        const int nearest = levels[static_cast<std::size_t>(
            std::min_element(levels.begin(), levels.end(), [&](int a, int b) { return std::abs(a - w.level()) < std::abs(b - w.level()); }) -
            levels.begin())];
        const bool selected = nearest == level;
        std::array<double, 4> box = maps->plane.box;
        const double grow = 1.15, cx = 0.5 * (box[0] + box[1]), cy = 0.5 * (box[2] + box[3]);
        box = {cx + (box[0] - cx) * grow, cx + (box[1] - cx) * grow, cy + (box[2] - cy) * grow, cy + (box[3] - cy) * grow};
        thumbnail(bench, "path " + std::to_string(i), maps->density[static_cast<std::size_t>(level)], {x, exact_y}, {width, row}, selected, box, 2);
        const LevelPicture* seen = w.nearest_picture(level, spacing);
        thumbnail(bench, "seen " + std::to_string(i), seen ? seen->density : nullptr, {x, seen_y}, {width, row}, selected, box, 2);
        {
            const Face face(theme.mono, Theme::small_size);
            const std::string text = std::to_string(level);
            list->AddText({x + (width - ImGui::CalcTextSize(text.c_str()).x) / 2, seen_y + row + theme.px(3)},
                          Theme::packed(selected ? theme.colours().accent : theme.colours().dim), text.c_str());
        }
        ImGui::SetCursorScreenPos({x, exact_y});
        ImGui::PushID(static_cast<int>(i));
        if (ImGui::InvisibleButton("###level", {std::max(4.0f, width), seen_y + row - exact_y})) {
            w.look_at(level);
        }
        ImGui::PopID();
    }
    ImGui::SetCursorScreenPos({origin.x, seen_y + row + number + theme.px(2)});
    scrub_bar(bench, origin.x + label + width / 2, origin.x + label + (width + gap) * (count - 1) + width / 2);
}

std::vector<PlotSpec> plots(Workbench& bench) {
    const PathMaps* maps = bench.workspace.maps();
    std::vector<PlotSpec> list;
    if (maps) {
        for (int level : thumbnail_levels(maps->n_levels, n_thumbnails)) {
            list.push_back(density_plot(*maps, level));
        }
    }
    return list;
}

}  // namespace

View density_path_view() { return {"density_path", "Density path", draw, plots}; }

}  // namespace tempera::app
