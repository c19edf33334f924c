// SPDX-License-Identifier: MIT
#include "app/render/thumbnail.hpp"

#include <algorithm>

namespace tempera::app {
namespace {

/// Where a grid lies within a thumbnail that shows `box` without distortion, cut to the thumbnail.
struct Placed {
    ImVec2 from, to, uv0, uv1;
    bool visible;
};

Placed place(const Grid& g, const Box& box, ImVec2 at, ImVec2 size) {
    const double aspect = size.x / size.y, cx = box.centre_x(), cy = box.centre_y();
    const double half_y = 0.5 * std::max(box.height(), box.width() / aspect), half_x = half_y * aspect;
    const double x0 = std::max(g.box.x_min, cx - half_x), x1 = std::min(g.box.x_max, cx + half_x);
    const double y0 = std::max(g.box.y_min, cy - half_y), y1 = std::min(g.box.y_max, cy + half_y);
    const auto px = [&](double x) {
        return at.x + size.x * static_cast<float>((x - cx + half_x) / (2 * half_x));
    };
    const auto py = [&](double y) {
        return at.y + size.y * static_cast<float>((cy + half_y - y) / (2 * half_y));
    };
    const auto u = [&](double x) { return static_cast<float>((x - g.box.x_min) / g.box.width()); };
    const auto v = [&](double y) { return static_cast<float>((y - g.box.y_min) / g.box.height()); };
    return {{px(x0), py(y1)}, {px(x1), py(y0)}, {u(x0), v(y1)}, {u(x1), v(y0)}, x1 > x0 && y1 > y0};
}

}  // namespace

void draw_thumbnail(const Theme& theme, DensityTextures& textures, const Thumbnail& t, ImVec2 at, ImVec2 size,
                    bool selected, const Box& box) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImVec2 end(at.x + size.x, at.y + size.y);
    if (t.grid) {
        const ImTextureRef picture = textures.picture(t.slot, t.grid, 2, t.transfer);
        if (textures.available() && picture.GetTexID() != 0) {
            const Placed p = place(*t.grid, box, at, size);
            if (p.visible) {
                list->AddImage(picture, p.from, p.to, p.uv0, p.uv1);
            }
        }
    } else if (t.ghost) {
        list->AddRectFilled(at, end, Theme::packed(theme.colours().field, 0.35f), theme.px(4));
    }
    if (selected) {
        list->AddRect({at.x - theme.px(2), at.y - theme.px(2)}, {end.x + theme.px(2), end.y + theme.px(2)},
                      Theme::packed(theme.colours().accent), theme.px(5), theme.px(1.5f));
    }
}

}  // namespace tempera::app
