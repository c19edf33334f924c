// SPDX-License-Identifier: MIT
// How much mass each mode holds: exact, as sampled, as weighted.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "app/plot_implot.hpp"
#include "app/plots/plots.hpp"
#include "app/view.hpp"
#include "app/workbench.hpp"
#include "diagnostics/mode_weights.hpp"

namespace tempera::app {
namespace {

const ModeRow* row_in_view(Workbench& bench, int& level, ModeRow& made) {
    Workspace& w = bench.workspace;
    const Snapshot& s = w.snapshot();
    level = w.level();
    const ModeRow* row = w.mode_row(level);
    if (!row && w.following() && s.modes && !s.modes->empty()) {
        row = &s.modes->back();
        level = row->level;
    }
    const PathMaps* maps = w.maps();
    if (!row && maps && static_cast<std::size_t>(level) < maps->mode_weights.size() &&
        !maps->mode_weights[static_cast<std::size_t>(level)].empty()) {
        made.level = level;
        made.exact = maps->mode_weights[static_cast<std::size_t>(level)];
        row = &made;
    }
    return row;
}

struct Bar {
    const char* name;
    Role role;
    const std::vector<double>* value;
    const std::vector<double>* interval;
};

/// One bar cut into modes (two modes: the first filled, as a level against its mark).
void two_mode_bar(const Theme& theme, const Bar& bar, double mark, float label, float numbers) {
    const float width = ImGui::GetContentRegionAvail().x, height = theme.px(14), line = theme.px(30);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float text_y = at.y + (line - ImGui::GetTextLineHeight()) / 2;
    list->AddText({at.x, text_y}, theme.role(bar.role), bar.name);
    const float left = at.x + label, right = at.x + width - numbers, y = at.y + (line - height) / 2;
    const float span = right - left;
    list->AddRectFilled({left, y}, {right, y + height}, theme.role(bar.role, 0, 0.22f), theme.px(3));
    if (!bar.value->empty()) {
        const auto v = static_cast<float>(std::clamp((*bar.value)[0], 0.0, 1.0));
        list->AddRectFilled({left, y}, {left + span * v, y + height}, theme.role(bar.role, 0, 0.92f),
                            theme.px(3));
        if (bar.interval && !bar.interval->empty() && std::isfinite((*bar.interval)[0])) {
            const auto h = static_cast<float>((*bar.interval)[0]);
            const float a = left + span * std::max(0.0f, v - h), b = left + span * std::min(1.0f, v + h),
                        c = y + height / 2;
            const ImU32 ink = Theme::packed(theme.colours().text, 0.9f);
            list->AddLine({a, c}, {b, c}, ink, theme.px(1.2f));
            list->AddLine({a, c - theme.px(3)}, {a, c + theme.px(3)}, ink, theme.px(1.2f));
            list->AddLine({b, c - theme.px(3)}, {b, c + theme.px(3)}, ink, theme.px(1.2f));
        }
        const Face mono(theme.mono, Theme::number_size);
        const std::string text = fixed((*bar.value)[0], 3);
        list->AddText({at.x + width - ImGui::CalcTextSize(text.c_str()).x, text_y},
                      Theme::packed(theme.colours().text), text.c_str());
    }
    if (std::isfinite(mark)) {
        const float x = left + span * static_cast<float>(mark);
        list->AddLine({x, y - theme.px(3)}, {x, y + height + theme.px(3)},
                      Theme::packed(theme.colours().text, 0.75f), theme.px(1));
    }
    ImGui::Dummy({width, line});
    if (ImGui::IsItemHovered() && !bar.value->empty()) {
        const double h = bar.interval && !bar.interval->empty() ? (*bar.interval)[0] : std::nan("");
        ImGui::SetTooltip(std::isfinite(h) ? "%s: %.4f \xc2\xb1 %.4f (95 %%)" : "%s: %.4f", bar.name,
                          (*bar.value)[0], h);
    }
}

void mode_table(const Theme& theme, const ModeRow& row, const std::vector<std::string>& names) {
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {theme.px(6), 0});
    const bool open = ImGui::BeginTable(
        "###modes", 4, ImGuiTableFlags_ScrollY | ImGuiTableFlags_SizingStretchProp,
        remaining().height > 40 ? ImVec2(0, remaining().height - theme.px(44)) : ImVec2(0, 0));
    ImGui::PopStyleVar();
    if (!open) {
        return;
    }
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthStretch, 1.5f);
    for (const char* c : {"exact", "sampled", "weighted"}) {
        ImGui::TableSetupColumn(c, ImGuiTableColumnFlags_WidthStretch, 1);
    }
    ImGui::TableNextRow();
    int column = 1;
    for (const auto& [name, role] : {std::pair{"exact", Role::exact}, std::pair{"sampled", Role::sampled},
                                     std::pair{"weighted", Role::weighted}}) {
        ImGui::TableSetColumnIndex(column++);
        const Face face(theme.body, Theme::small_size);
        ImGui::TextColored(Theme::vec(theme.colours().role(role)), "%s", name);
    }
    const std::size_t n = std::max(row.exact.size(), row.sampled.size());
    for (std::size_t m = 0; m < n; ++m) {
        ImGui::TableNextRow();
        ImGui::TableSetColumnIndex(0);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float h = ImGui::GetTextLineHeight();
        ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y + h * 0.25f},
                                                  {at.x + theme.px(8), at.y + h * 0.25f + theme.px(8)},
                                                  theme.role(Role::mode, static_cast<int>(m)), theme.px(2));
        ImGui::Dummy({theme.px(10), h});
        ImGui::SameLine(0, theme.px(4));
        {
            const std::string name = mode_name(names, static_cast<int>(m));
            // Signs such as +--+ run into each other in the text face.
            const bool signs =
                std::none_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c); });
            const Face face(signs ? theme.mono : theme.body, Theme::small_size);
            ImGui::TextUnformatted(name.c_str());
        }
        const Face mono(theme.mono, 14);
        int c = 1;
        for (const std::vector<double>* v : {&row.exact, &row.sampled, &row.weighted}) {
            ImGui::TableSetColumnIndex(c++);
            if (m < v->size()) {
                ImGui::TextUnformatted(fixed((*v)[m], 3).c_str());
            } else {
                ImGui::TextColored(theme.dim(), "-");
            }
        }
    }
    ImGui::EndTable();
}

std::string verdict(const ModeRow& row, bool exchange) {
    const std::vector<double>& got = row.weighted.empty() || exchange ? row.sampled : row.weighted;
    if (row.exact.empty() || got.size() != row.exact.size()) {
        return {};
    }
    const std::vector<double>& half =
        row.weighted.empty() || exchange ? row.sampled_interval : row.weighted_interval;
    char text[160];
    const double widest = half.empty() ? 0 : *std::max_element(half.begin(), half.end());
    const char* reading =
        !proportions_agree(got, row.exact, half) ? "The weights are off by more than chance explains."
        : widest > 0.2 ? "Too few effective particles to tell them apart from the exact ones."
                       : "The weights agree with the exact ones.";
    std::snprintf(text, sizeof text, "Total variation %.3f. %s", total_variation(got, row.exact), reading);
    return text;
}

void draw(Workbench& bench) {
    const Theme& theme = bench.theme;
    const Snapshot& s = bench.workspace.snapshot();
    ModeRow made;
    int level = 0;
    const ModeRow* row = row_in_view(bench, level, made);
    panel_header(bench, *find_view("mode_weights"), "Mode weights",
                 row ? (s.exchange ? "target" : "level " + std::to_string(level)) : "");
    const std::vector<std::string>& names =
        !s.mode_names.empty() || !bench.workspace.maps() ? s.mode_names : bench.workspace.maps()->mode_names;
    if (!row) {
        empty_text(bench, names.empty() ? "This target names no modes."
                                        : "The mass of each mode appears here when a run starts.");
        return;
    }
    const std::size_t n = std::max(row->exact.size(), row->sampled.size());
    if (n == 2) {
        const float label = theme.px(70), numbers = theme.px(50), width = ImGui::GetContentRegionAvail().x;
        const ImVec2 at = ImGui::GetCursorScreenPos();
        {
            const Face face(theme.body, Theme::label_size);
            std::string a = mode_name(names, 0), b = mode_name(names, 1);
            for (std::string* t : {&a, &b}) {
                std::transform(t->begin(), t->end(), t->begin(),
                               [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
            }
            ImDrawList* list = ImGui::GetWindowDrawList();
            list->AddText({at.x + label, at.y}, theme.role(Role::mode, 0), a.c_str());
            list->AddText({at.x + width - numbers - ImGui::CalcTextSize(b.c_str()).x, at.y},
                          theme.role(Role::mode, 1), b.c_str());
            ImGui::Dummy({width, theme.px(16)});
        }
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {theme.px(8), 0});
        const double mark = row->exact.empty() ? std::nan("") : row->exact[0];
        const std::vector<double> none;
        two_mode_bar(theme, {"exact", Role::exact, &row->exact, nullptr}, mark, label, numbers);
        two_mode_bar(theme, {"sampled", Role::sampled, &row->sampled, &row->sampled_interval}, mark, label,
                     numbers);
        if (!s.exchange) {
            two_mode_bar(theme, {"weighted", Role::weighted, &row->weighted, &row->weighted_interval}, mark,
                         label, numbers);
        }
        ImGui::PopStyleVar();
        ImGui::Dummy({0, theme.px(2)});
    } else if (n <= 16) {
        mode_table(theme, *row, names);
    } else {
        PlotSpec plot = mode_weights_plot(s, row, level);
        draw_plot(plot, theme, bench.textures,
                  {remaining().width, std::max(theme.px(60), remaining().height - theme.px(42))});
    }
    const std::string text = verdict(*row, s.exchange);
    if (!text.empty()) {
        const Face face(theme.body, Theme::small_size);
        ImGui::PushTextWrapPos(0);
        ImGui::TextColored(theme.dim(), "%s", text.c_str());
        ImGui::PopTextWrapPos();
    }
}

std::vector<PlotSpec> plots(Workbench& bench) {
    ModeRow made;
    int level = 0;
    const ModeRow* row = row_in_view(bench, level, made);
    return {mode_weights_plot(bench.workspace.snapshot(), row, level)};
}

}  // namespace

View mode_weights_view() { return {"mode_weights", "Mode weights", draw, plots}; }

}  // namespace tempera::app
