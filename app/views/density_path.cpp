// SPDX-License-Identifier: MIT
// The path from the reference to the target in thumbnails: exact and learned densities, their difference, and
// what the particles did.
#include <algorithm>
#include <cmath>
#include <functional>

#include "app/render/thumbnail.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "app/views/scrub_bar.hpp"
#include "paths/density_path.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/learned_figures.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

/// One strip of thumbnails: what stands on its left, what each level shows, or why there is nothing.
struct Row {
    const char* label;
    Role role;
    std::function<Thumbnail(std::size_t i, int level)> at;
    std::string instead;      ///< shown over the empty places
    bool colour_bar = false;  ///< of differences
};

void difference_bar(const Theme& theme, ImVec2 at, float width) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float height = theme.px(5);
    constexpr int steps = 24;
    for (int i = 0; i < steps; ++i) {
        const std::array<double, 3> c = difference_colour(theme.colours(), 2 * (i + 0.5) / steps - 1);
        const ImU32 ink = ImGui::ColorConvertFloat4ToU32(
            {static_cast<float>(c[0]), static_cast<float>(c[1]), static_cast<float>(c[2]), 1});
        list->AddRectFilled({at.x + width * static_cast<float>(i) / steps, at.y},
                            {at.x + width * static_cast<float>(i + 1) / steps, at.y + height}, ink);
    }
}

/// Why the learned row is empty; nothing when it is not.
std::string learned_gap(const Workbench& bench) {
    const LearnedMaps* learned = bench.learning.maps();
    if (learned && !learned->error.empty()) {
        return learned->error;
    }
    if (!learned) {
        return bench.learning.active() ? "The network in training shows here once it was evaluated first."
               : bench.learning.would_train()
                   ? "Not trained yet: Ctrl+T trains the model, Space trains and runs."
                   : "Reading the model ...";
    }
    const auto inner = [](const auto& grids) {
        return std::any_of(grids.begin() + (grids.empty() ? 0 : 1), grids.end() - (grids.empty() ? 0 : 1),
                           [](const auto& g) { return g != nullptr; });
    };
    if (inner(learned->density)) {
        return {};
    }
    return learned->complete ? "This model has scores alone, no densities: see the panel Score field."
                             : "Drawing the learned densities ...";
}

/// Why the particles' row has nothing between its ends; nothing when it has.
std::string particles_gap(const Workbench& bench, const PathMaps& maps, int spacing) {
    const Workspace& w = bench.workspace;
    const Snapshot& s = w.snapshot();
    if (s.exchange) {
        return "Replica exchange keeps the samples of the target, level 0.";
    }
    const std::vector<int> levels = thumbnail_levels(maps.n_levels, n_thumbnails);
    const bool seen =
        levels.size() < 3 || std::any_of(
                                 levels.begin() + 1, levels.end() - 1,
                                 [&](int level) { return w.nearest_picture(level, spacing) != nullptr; });
    if (seen) {
        return {};
    }
    if (w.stored()) {
        return "A stored run holds the particles of the target alone. Space runs it again.";
    }
    if (bench.learning.active()) {
        return bench.learning.before_run() ? "The particles follow when the network is trained."
                                           : "A network is in training. Space samples when it is done.";
    }
    return s.state == RunState::idle ? "Space starts the run: its particles show here." : "";
}

std::vector<Row> rows_of(Workbench& bench) {
    Workspace& w = bench.workspace;
    const LearnedLook& look = bench.view.learned;
    const PathMaps* maps = w.maps();
    const bool learned_path = bench.learning.learned_path();
    const LearnedMaps* learned = learned_path ? bench.learning.maps() : nullptr;
    if (learned && learned->density.size() != maps->density.size()) {
        learned = nullptr;
    }
    const auto limit = [=](int level) {
        return learned ? shared_limit(*maps, *learned, level, look.match_limits && look.learned) : 0.0;
    };
    const auto at = [](const auto& grids, int level) { return grids[static_cast<std::size_t>(level)]; };
    std::vector<Row> rows;
    if (!learned_path || look.exact) {
        rows.push_back({"exact",
                        Role::exact,
                        [=](std::size_t i, int level) {
                            return Thumbnail{
                                "path " + std::to_string(i), at(maps->density, level), {limit(level), false}};
                        },
                        {}});
    }
    if (learned_path && look.learned) {
        rows.push_back({"learned", Role::learned,
                        [=](std::size_t i, int level) {
                            return Thumbnail{"learned " + std::to_string(i),
                                             learned ? at(learned->density, level) : nullptr,
                                             {limit(level), false}};
                        },
                        learned_gap(bench)});
    }
    if (learned_path && look.difference) {
        rows.push_back({"difference", Role::learned,
                        [=](std::size_t i, int level) {
                            return Thumbnail{"difference " + std::to_string(i),
                                             learned ? at(learned->difference, level) : nullptr,
                                             {difference_limit, true}};
                        },
                        look.learned ? std::string() : learned_gap(bench), true});
    }
    const int spacing = std::max(1, maps->n_levels / (2 * n_thumbnails));
    const bool exchange = w.snapshot().exchange;
    rows.push_back({exchange ? "sampled" : "particles", Role::sampled,
                    [=, &w](std::size_t i, int level) {
                        const LevelPicture* seen = w.nearest_picture(level, spacing);
                        return Thumbnail{
                            "seen " + std::to_string(i), seen ? seen->smooth : nullptr, {}, !exchange};
                    },
                    particles_gap(bench, *maps, spacing)});
    return rows;
}

void row_label(const Theme& theme, const Row& row, ImVec2 at, float width, float height) {
    const Face face(theme.body, Theme::small_size);
    const float line = ImGui::GetTextLineHeight();
    const bool bar = row.colour_bar && height > line + theme.px(10);
    const float y = at.y + (height - line - (bar ? theme.px(8) : 0)) / 2;
    ImGui::GetWindowDrawList()->AddText({at.x, y}, theme.role(row.role), row.label);
    if (bar) {
        difference_bar(theme, {at.x, y + line + theme.px(3)}, width - theme.px(10));
    }
    if (row.colour_bar && ImGui::IsMouseHoveringRect(at, {at.x + width, at.y + height}) &&
        ImGui::IsWindowHovered()) {
        ImGui::SetTooltip("log learned - log exact density: blue -1 or less, orange +1 or more.\n"
                          "Blank where both are below 1e-8 of their maxima.");
    }
}

/// A sentence over the row's empty places, cut to them.
void row_sentence(const Theme& theme, const std::string& text, ImVec2 at, ImVec2 size) {
    const Face face(theme.body, Theme::small_size);
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float wrap = size.x - theme.px(16);
    const ImVec2 extent = ImGui::CalcTextSize(text.c_str(), nullptr, false, wrap);
    list->PushClipRect(at, {at.x + size.x, at.y + size.y}, true);
    list->AddText(nullptr, 0,
                  {at.x + std::max(theme.px(8), (size.x - extent.x) / 2),
                   at.y + std::max(0.0f, (size.y - extent.y) / 2)},
                  Theme::packed(theme.colours().dim), text.c_str(), nullptr, wrap);
    list->PopClipRect();
}

void row_choices(Workbench& bench) {
    LearnedLook& look = bench.view.learned;
    const auto toggle = [&](const char* label, bool on, const char* command, const char* tip) {
        if (choice(bench, label, on, tip)) {
            bench.commands.run(command, bench);
        }
        ImGui::SameLine(0, bench.theme.px(2));
    };
    toggle("exact###exact", look.exact, "view.exact", "Row of exact densities (E)");
    toggle("learned###learned", look.learned, "view.learned", "Row of learned densities (L)");
    toggle("difference###difference", look.difference, "view.difference",
           "Row of differences: log learned - log exact (D)");
    ImGui::SameLine(0, bench.theme.px(10));
    toggle("match limits###match", look.match_limits, "view.match_limits",
           "Exact and learned densities of a level share their colour limits (M)");
}

/// What is known of a level, over its thumbnails.
void level_card(Workbench& bench, const PathMaps& maps, int level) {
    const Theme& theme = bench.theme;
    const auto line = [&](const char* name, const std::string& value, Role role = Role::dim) {
        ImGui::TextColored(Theme::vec(theme.colours().role(role)), "%s", name);
        ImGui::SameLine(theme.px(80));
        const Face mono(theme.mono, Theme::number_size);
        ImGui::TextUnformatted(value.c_str());
    };
    ImGui::BeginTooltip();
    line("level", std::to_string(level));
    const auto l = static_cast<std::size_t>(level);
    if (l < maps.positions.size()) {
        const LevelPosition& p = maps.positions[l];
        std::isfinite(p.beta) ? line("beta", fixed(p.beta, 3)) : line("sigma", fixed(p.sigma, 3));
    }
    const std::string mode = mode_name(maps.mode_names, 0);
    if (l < maps.mode_weights.size() && !maps.mode_weights[l].empty()) {
        ImGui::TextColored(theme.dim(), "mass of %s", mode.c_str());
        line("exact", fixed(maps.mode_weights[l][0], 3), Role::exact);
    }
    const LearnedMaps* learned = bench.learning.learned_path() ? bench.learning.maps() : nullptr;
    if (const LearnedLevel* known = level_of(learned, level)) {
        if (!known->weights.empty()) {
            line("learned", fixed(known->weights[0], 3), Role::learned);
        }
        if (known->score_energy > 0) {
            line("score error", fixed(100 * known->score_error / known->score_energy, 2) + " %");
        }
    }
    ImGui::EndTooltip();
}

void header(Workbench& bench) {
    const Workspace& w = bench.workspace;
    const Theme& theme = bench.theme;
    const int n = w.n_levels();
    std::string state = "level " + std::to_string(w.level()) + " of " + std::to_string(n);
    if (!w.following() && !w.playing()) {
        state += w.busy() ? "   held" : "";
    }
    const ImVec2 start = ImGui::GetCursorPos();
    const bool learned_path = bench.learning.learned_path();
    const bool narrow = learned_path && remaining().width < theme.px(620);
    const char* from = path_info(w.value("path")).uses_rho ? "noise" : "reference";
    panel_header(
        bench, *find_view("density_path"), "Density path",
        n > 0 ? state + (narrow ? "" : std::string("      ") + from + "  " + icon::arrow + "  target") : "");
    if (learned_path) {
        const ImVec2 body = ImGui::GetCursorPos();
        ImGui::SetCursorPos({start.x + (named_already() ? 0 : theme.px(94)), start.y});
        row_choices(bench);
        ImGui::SetCursorPos(body);
    }
}

/// Where the thumbnails stand: one column for each of `levels`, one row for each kind of density.
struct Raster {
    ImVec2 origin;  ///< of the panel's body
    float label, width, height, gap, between, number;
    std::vector<int> levels;
    std::size_t n_rows;

    float x(std::size_t column) const {
        return origin.x + label + static_cast<float>(column) * (width + gap);
    }
    float y(std::size_t row) const { return top() + static_cast<float>(row) * (height + between); }
    float top() const { return origin.y; }
    float bottom() const { return y(n_rows) - between; }
};

Raster raster_of(const Theme& theme, const PathMaps& maps, std::size_t n_rows) {
    Raster r;
    r.levels = thumbnail_levels(maps.n_levels, n_thumbnails);
    r.n_rows = n_rows;
    r.label = theme.px(64), r.gap = theme.px(6), r.number = theme.px(17);
    r.between = theme.px(n_rows > 2 ? 5 : 8);
    const float space = theme.px(2), bar = theme.px(24), rows = static_cast<float>(n_rows),
                columns = static_cast<float>(r.levels.size());
    const Area area = remaining();
    r.height = std::max(theme.px(18), (area.height - bar - r.number - space - r.between * (rows - 1)) / rows);
    r.width = (area.width - r.label - r.gap * (columns - 1)) / columns;
    r.origin = ImGui::GetCursorScreenPos();
    r.origin.y += space;
    return r;
}

void thumbnails(Workbench& bench, const std::vector<Row>& rows, const Raster& at, int chosen, Box frame) {
    for (std::size_t r = 0; r < rows.size(); ++r) {
        row_label(bench.theme, rows[r], {at.origin.x, at.y(r)}, at.label, at.height);
        for (std::size_t i = 0; i < at.levels.size(); ++i) {
            draw_thumbnail(bench.theme, bench.textures, rows[r].at(i, at.levels[i]), {at.x(i), at.y(r)},
                           {at.width, at.height}, at.levels[i] == chosen, frame);
        }
        if (!rows[r].instead.empty()) {  // the ends are known
            row_sentence(bench.theme, rows[r].instead, {at.x(1), at.y(r)},
                         {at.x(at.levels.size() - 1) - at.x(1) - at.gap, at.height});
        }
    }
}

/// Numbers below the columns, each of which can be clicked.
void columns(Workbench& bench, const PathMaps& maps, const Raster& at, int chosen) {
    const Theme& theme = bench.theme;
    for (std::size_t i = 0; i < at.levels.size(); ++i) {
        {
            const Face face(theme.mono, Theme::small_size);
            const std::string text = std::to_string(at.levels[i]);
            ImGui::GetWindowDrawList()->AddText(
                {at.x(i) + (at.width - ImGui::CalcTextSize(text.c_str()).x) / 2, at.bottom() + theme.px(3)},
                Theme::packed(at.levels[i] == chosen ? theme.colours().accent : theme.colours().dim),
                text.c_str());
        }
        ImGui::SetCursorScreenPos({at.x(i), at.top()});
        ImGui::PushID(static_cast<int>(i));
        if (ImGui::InvisibleButton("###level", {std::max(4.0f, at.width), at.bottom() - at.top()})) {
            bench.workspace.look_at(at.levels[i]);
        }
        if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayNormal)) {
            level_card(bench, maps, at.levels[i]);
        }
        ImGui::PopID();
    }
}

void draw(Workbench& bench) {
    Workspace& w = bench.workspace;
    const PathMaps* maps = w.maps();
    header(bench);
    if (maps && !maps->error.empty()) {
        empty_text(bench, maps->error);
        return;
    }
    if (!maps || maps->density.empty()) {
        empty_text(bench, w.resolved().empty()    ? "No preset is open: Ctrl+O opens one."
                          : !w.problems().empty() ? "This preset has problems; Setup shows them."
                                                  : "Drawing the densities of this path ...");
        return;
    }
    const std::vector<Row> rows = rows_of(bench);
    const Raster raster = raster_of(bench.theme, *maps, rows.size());
    const int chosen = *std::min_element(raster.levels.begin(), raster.levels.end(), [&](int a, int b) {
        return std::abs(a - w.level()) < std::abs(b - w.level());
    });
    thumbnails(bench, rows, raster, chosen, maps->frame);
    columns(bench, *maps, raster, chosen);
    ImGui::SetCursorScreenPos({raster.origin.x, raster.bottom() + raster.number + bench.theme.px(2)});
    scrub_bar(bench, raster.x(0) + raster.width / 2, raster.x(raster.levels.size() - 1) + raster.width / 2);
}

std::vector<PlotSpec> plots(Workbench& bench) {
    const PathMaps* maps = bench.workspace.maps();
    const LearnedMaps* learned = bench.learning.learned_path() ? bench.learning.maps() : nullptr;
    const LearnedLook& look = bench.view.learned;
    std::vector<PlotSpec> list;
    if (!maps) {
        return list;
    }
    for (int level : thumbnail_levels(maps->n_levels, n_thumbnails)) {
        if (!learned || look.exact) {
            list.push_back(density_figure(*maps, level));
        }
        if (learned && look.learned) {
            list.push_back(learned_density_figure(*maps, *learned, level, look.match_limits));
        }
        if (learned && look.difference) {
            list.push_back(difference_figure(*maps, *learned, level));
        }
    }
    return list;
}

}  // namespace

View density_path_view() { return {"density_path", "Density path", draw, plots}; }

}  // namespace tempera::app
