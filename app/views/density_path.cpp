// SPDX-License-Identifier: MIT
// The path from the reference to the target in thumbnails: exact densities above, what the particles did
// below.
#include <algorithm>
#include <cmath>

#include "app/plots/plots.hpp"
#include "app/view.hpp"
#include "app/workbench.hpp"

namespace tempera::app {
namespace {

constexpr int n_thumbnails = 8;

/// Where a grid lies within a thumbnail that shows `box` without distortion, cut to the thumbnail.
struct Placed {
    ImVec2 from, to, uv0, uv1;
    bool visible;
};

Placed place(const Grid& g, const std::array<double, 4>& box, ImVec2 at, ImVec2 size) {
    const double aspect = size.x / size.y, cx = 0.5 * (box[0] + box[1]), cy = 0.5 * (box[2] + box[3]);
    const double half_y = 0.5 * std::max(box[3] - box[2], (box[1] - box[0]) / aspect),
                 half_x = half_y * aspect;
    const double x0 = std::max(g.x_min, cx - half_x), x1 = std::min(g.x_max, cx + half_x);
    const double y0 = std::max(g.y_min, cy - half_y), y1 = std::min(g.y_max, cy + half_y);
    const auto px = [&](double x) {
        return at.x + size.x * static_cast<float>((x - cx + half_x) / (2 * half_x));
    };
    const auto py = [&](double y) {
        return at.y + size.y * static_cast<float>((cy + half_y - y) / (2 * half_y));
    };
    const auto u = [&](double x) { return static_cast<float>((x - g.x_min) / (g.x_max - g.x_min)); };
    const auto v = [&](double y) { return static_cast<float>((y - g.y_min) / (g.y_max - g.y_min)); };
    return {{px(x0), py(y1)}, {px(x1), py(y0)}, {u(x0), v(y1)}, {u(x1), v(y0)}, x1 > x0 && y1 > y0};
}

void thumbnail(Workbench& bench, const std::string& slot, const std::shared_ptr<const Grid>& grid, ImVec2 at,
               ImVec2 size, bool selected, const std::array<double, 4>& box, int magnify, bool ghost = true) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const Theme& theme = bench.theme;
    const ImVec2 end(at.x + size.x, at.y + size.y);
    if (grid) {
        const ImTextureRef picture = bench.textures.picture(slot, grid, magnify);
        if (bench.textures.available() && picture.GetTexID() != 0) {
            const Placed p = place(*grid, box, at, size);
            if (p.visible) {
                list->AddImage(picture, p.from, p.to, p.uv0, p.uv1);
            }
        }
    } else if (ghost) {
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
    if (ImGui::Button((std::string(w.playing() ? icon::pause : icon::play) + "###play").c_str(),
                      {theme.px(24), theme.px(18)})) {
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
    list->AddRectFilled({left, y - theme.px(2)}, {right, y + theme.px(2)},
                        Theme::packed(theme.colours().field), theme.px(2));
    list->AddRectFilled({left, y - theme.px(2)}, {left + width * t, y + theme.px(2)},
                        Theme::packed(theme.colours().accent, 0.55f), theme.px(2));
    list->AddCircleFilled({left + width * t, y}, theme.px(hot ? 7 : 6),
                          Theme::packed(theme.colours().accent));
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
    panel_header(bench, *find_view("density_path"), "Density path",
                 n > 0 ? state + "      noise  " + icon::arrow + "  target" : "");
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
    if (w.snapshot().exchange) {
        const Face face(theme.body, Theme::small_size);
        const char* text = "Replica exchange keeps the samples of the target, level 0.";
        const float room = (width + gap) * (count - 1) - gap;
        if (ImGui::CalcTextSize(text).x > room) {
            text = "Samples at level 0 only.";
        }
        const ImVec2 extent = ImGui::CalcTextSize(text);
        list->AddText(
            {origin.x + label + std::max(0.0f, (room - extent.x) / 2), seen_y + (row - extent.y) / 2},
            Theme::packed(theme.colours().dim), text);
    }
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const int level = levels[i];
        const float x = origin.x + label + static_cast<float>(i) * (width + gap);
        const int nearest =
            levels[static_cast<std::size_t>(std::min_element(levels.begin(), levels.end(),
                                                             [&](int a, int b) {
                                                                 return std::abs(a - w.level()) <
                                                                        std::abs(b - w.level());
                                                             }) -
                                            levels.begin())];
        const bool selected = nearest == level;
        const std::array<double, 4>& box = maps->frame;
        thumbnail(bench, "path " + std::to_string(i), maps->density[static_cast<std::size_t>(level)],
                  {x, exact_y}, {width, row}, selected, box, 2);
        const LevelPicture* seen = w.nearest_picture(level, spacing);
        thumbnail(bench, "seen " + std::to_string(i), seen ? seen->smooth : nullptr, {x, seen_y},
                  {width, row}, selected, box, 2, !w.snapshot().exchange);
        {
            const Face face(theme.mono, Theme::small_size);
            const std::string text = std::to_string(level);
            list->AddText({x + (width - ImGui::CalcTextSize(text.c_str()).x) / 2, seen_y + row + theme.px(3)},
                          Theme::packed(selected ? theme.colours().accent : theme.colours().dim),
                          text.c_str());
        }
        ImGui::SetCursorScreenPos({x, exact_y});
        ImGui::PushID(static_cast<int>(i));
        if (ImGui::InvisibleButton("###level", {std::max(4.0f, width), seen_y + row - exact_y})) {
            w.look_at(level);
        }
        ImGui::PopID();
    }
    ImGui::SetCursorScreenPos({origin.x, seen_y + row + number + theme.px(2)});
    scrub_bar(bench, origin.x + label + width / 2,
              origin.x + label + (width + gap) * (count - 1) + width / 2);
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
