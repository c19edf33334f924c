// SPDX-License-Identifier: MIT
// How much mass each mode holds: exact, as sampled, as weighted, as the learned log density implies.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "app/render/plot_implot.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "diagnostics/mode_weights.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/learned_figures.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

/// What is known of the level in view; false where that is nothing.
bool row_in_view(Workbench& bench, ModeRow& row) {
    Workspace& w = bench.workspace;
    const Snapshot& s = w.snapshot();
    const PathMaps* maps = w.maps();
    row.level = w.level();
    if (const ModeRow* seen = w.mode_row(row.level)) {
        row = *seen;
    } else if (w.following() && s.modes && !s.modes->empty()) {
        row = s.modes->back();
    } else if (maps && static_cast<std::size_t>(row.level) < maps->mode_weights.size()) {
        row.exact = maps->mode_weights[static_cast<std::size_t>(row.level)];
    }
    const auto learned = learned_weights(s, bench.learning.maps());
    if (static_cast<std::size_t>(row.level) < learned.size()) {
        row.learned = learned[static_cast<std::size_t>(row.level)];
    }
    return !row.exact.empty() || !row.sampled.empty() || !row.learned.empty();
}

std::size_t n_modes(const ModeRow& row) {
    return std::max({row.exact.size(), row.sampled.size(), row.learned.size()});
}

struct Bar {
    const char* name;
    Role role;
    const std::vector<double>* value;
    const std::vector<double>* interval;
};

/// One bar cut into modes (two modes: the first filled, as a level against its mark).
void two_mode_bar(const Theme& theme, const Bar& bar, double mark, float label, float numbers, float line) {
    const float width = ImGui::GetContentRegionAvail().x, height = theme.px(line > 26 ? 14 : 11);
    line = theme.px(line);
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
            if (b - a > theme.px(2)) {  // no bracket around a point
                list->AddLine({a, c}, {b, c}, ink, theme.px(1.2f));
                list->AddLine({a, c - theme.px(3)}, {a, c + theme.px(3)}, ink, theme.px(1.2f));
                list->AddLine({b, c - theme.px(3)}, {b, c + theme.px(3)}, ink, theme.px(1.2f));
            }
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
    const bool learned = !row.learned.empty();
    const bool open = ImGui::BeginTable(
        "###modes", learned ? 5 : 4, ImGuiTableFlags_ScrollY | ImGuiTableFlags_SizingStretchProp,
        remaining().height > 40 ? ImVec2(0, remaining().height - theme.px(row.learned.empty() ? 44 : 54))
                                : ImVec2(0, 0));
    ImGui::PopStyleVar();
    if (!open) {
        return;
    }
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthStretch, 1.5f);
    struct Column {
        const char* name;
        Role role;
        const std::vector<double>* value;
    };
    std::vector<Column> columns{{"exact", Role::exact, &row.exact},
                                {"sampled", Role::sampled, &row.sampled},
                                {"weighted", Role::weighted, &row.weighted}};
    if (learned) {
        columns.push_back({"learned", Role::learned, &row.learned});
    }
    for (const Column& c : columns) {
        ImGui::TableSetupColumn(c.name, ImGuiTableColumnFlags_WidthStretch, 1);
    }
    ImGui::TableNextRow();
    int column = 1;
    for (const auto& [name, role, value] : columns) {
        ImGui::TableSetColumnIndex(column++);
        const Face face(theme.body, Theme::small_size);
        ImGui::TextColored(Theme::vec(theme.colours().role(role)), "%s", name);
    }
    const std::size_t n = n_modes(row);
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
        for (const Column& of : columns) {
            ImGui::TableSetColumnIndex(c++);
            if (m < of.value->size()) {
                ImGui::TextUnformatted(fixed((*of.value)[m], 3).c_str());
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
    const char* what = row.weighted.empty() || exchange ? "sampled" : "weighted";
    const std::string reading =
        !proportions_agree(got, row.exact, half)
            ? std::string("The ") + what + " masses are off by more than chance explains."
        : widest > 0.2 ? "Too few effective particles to tell them apart from the exact ones."
                       : std::string("The ") + what + " masses agree with the exact ones.";
    // Beside a learned density the words are for its masses.
    if (!row.learned.empty()) {
        std::snprintf(text, sizeof text, "Total variation %.3f %s, %.3f learned.",
                      total_variation(got, row.exact), what, total_variation(row.learned, row.exact));
        return text;
    }
    std::snprintf(text, sizeof text, "Total variation %.3f. %s", total_variation(got, row.exact),
                  reading.c_str());
    return text;
}

void two_modes(const Theme& theme, const ModeRow& row, const std::vector<std::string>& names, bool exchange) {
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
        const float half = (width - label - numbers) / 2 - theme.px(3);
        a = fitting(a, half), b = fitting(b, half);
        list->AddText({at.x + label, at.y}, theme.role(Role::mode, 0), a.c_str());
        list->AddText({at.x + width - numbers - ImGui::CalcTextSize(b.c_str()).x, at.y},
                      theme.role(Role::mode, 1), b.c_str());
        ImGui::Dummy({width, theme.px(16)});
    }
    std::vector<Bar> bars{{"exact", Role::exact, &row.exact, nullptr},
                          {"sampled", Role::sampled, &row.sampled, &row.sampled_interval}};
    if (!exchange) {
        bars.push_back({"weighted", Role::weighted, &row.weighted, &row.weighted_interval});
    }
    if (!row.learned.empty()) {
        bars.push_back({"learned", Role::learned, &row.learned, nullptr});
    }
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {theme.px(8), 0});
    for (const Bar& bar : bars) {
        two_mode_bar(theme, bar, row.exact.empty() ? std::nan("") : row.exact[0], label, numbers,
                     bars.size() > 3 ? 20.0f : 30.0f);
    }
    ImGui::PopStyleVar();
    ImGui::Dummy({0, theme.px(2)});
}

/// What the learned log density says of the modes, with the way to why.
void learned_verdict(Workbench& bench, const ModeRow& row, const std::vector<std::string>& names) {
    const LearnedMaps* maps = bench.learning.maps();
    const LearnedLevel* known = level_of(maps, row.level);
    const auto error = [](const LearnedLevel* l) {
        return l ? l->score_error / l->score_energy : std::numeric_limits<double>::quiet_NaN();
    };
    // Both ends are exact whatever was learned, so there the worst level between them counts.
    const bool end = row.level == 0 || row.level == bench.workspace.n_levels();
    const LearnedLevel* worst = end && maps ? worst_level(*maps) : nullptr;
    const bool at_worst = worst && worst->weights.size() == row.exact.size();
    const std::vector<double>& masses = at_worst ? worst->weights : row.learned;
    const std::string text = learned_sentence(masses, row.exact, names, error(at_worst ? worst : known),
                                              at_worst ? worst->level : -1);
    if (text.empty()) {
        return;
    }
    if (masses_off(masses, row.exact)) {
        const Face face(bench.theme.body, Theme::small_size);
        ImGui::TextColored(Theme::vec(bench.theme.colours().learned), "%s", icon::warning);
        ImGui::SameLine(0, bench.theme.px(8));
    }
    ImGui::BeginGroup();
    if (linked_sentence(bench, text, "Why?###why")) {
        bench.view.raise.emplace_back("blindness");
    }
    ImGui::EndGroup();
}

void draw(Workbench& bench) {
    const Theme& theme = bench.theme;
    const Snapshot& s = bench.workspace.snapshot();
    ModeRow row;
    const bool known = row_in_view(bench, row);
    const std::size_t n = n_modes(row);
    const bool bars = known && n > 16;
    const PlotSpec plot = bars ? mode_weights_figure(s, &row, row.level) : PlotSpec();
    panel_header(bench, *find_view("mode_weights"), "Mode weights",
                 !known       ? ""
                 : s.exchange ? "target"
                              : "level " + std::to_string(row.level),
                 bars ? &plot : nullptr);
    const std::vector<std::string>& names =
        !s.mode_names.empty() || !bench.workspace.maps() ? s.mode_names : bench.workspace.maps()->mode_names;
    if (!known) {
        empty_text(bench, names.empty() ? "This target names no modes."
                                        : "The mass of each mode appears here when a run starts.");
        return;
    }
    if (n == 2) {
        two_modes(theme, row, names, s.exchange);
    } else if (n <= 16) {
        mode_table(theme, row, names);
    } else {
        draw_plot(plot, theme, bench.textures,
                  {remaining().width, std::max(theme.px(60), remaining().height - theme.px(42))});
    }
    const std::string text = verdict(row, s.exchange);
    if (!text.empty()) {
        const Face face(theme.body, Theme::small_size);
        ImGui::PushTextWrapPos(0);
        ImGui::TextColored(theme.dim(), "%s", text.c_str());
        ImGui::PopTextWrapPos();
    }
    learned_verdict(bench, row, names);
}

std::vector<PlotSpec> plots(Workbench& bench) {
    ModeRow row;
    const bool known = row_in_view(bench, row);
    return {mode_weights_figure(bench.workspace.snapshot(), known ? &row : nullptr, row.level)};
}

}  // namespace

View mode_weights_view() { return {"mode_weights", "Mode weights", draw, plots}; }

}  // namespace tempera::app
