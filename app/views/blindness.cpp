// SPDX-License-Identifier: MIT
// What a score-matching loss cannot see: the weights of separated modes. Curves for an assumed weight,
// trained seeds, and what helps.
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "app/learning/blindness_board.hpp"
#include "app/render/plot_implot.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "run/figures/blindness_figures.hpp"
#include "run/figures/figure_parts.hpp"

namespace tempera::app {
namespace {

constexpr int n_seeds = 6;

/// Parts of the panel; those that fit are shown at once.
enum class Part { curves, seeds, remedies };

/// The assumed mass: a bar cut in two that is dragged, stepped by keys or typed into, with the truth marked.
void assumed_bar(Workbench& bench, const WrongWeightCurves& curves) {
    const Theme& theme = bench.theme;
    BlindnessBoard& board = *bench.blindness;
    const float label = theme.px(104), value = theme.px(50), height = theme.px(22);
    const float width = ImGui::GetContentRegionAvail().x;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float text_y = at.y + (height - ImGui::GetTextLineHeight()) / 2;
    list->AddText({at.x, text_y}, Theme::packed(theme.colours().dim),
                  ("assumed " + mode_name(curves.mode_names, 0)).c_str());
    const float left = at.x + label, right = at.x + width - value,
                span = std::max(theme.px(20), right - left);
    ImGui::SetCursorScreenPos({left, at.y});
    const ImVec4 clear(0, 0, 0, 0);
    for (ImGuiCol c : {ImGuiCol_FrameBg, ImGuiCol_FrameBgHovered, ImGuiCol_FrameBgActive, ImGuiCol_SliderGrab,
                       ImGuiCol_SliderGrabActive, ImGuiCol_Text}) {
        ImGui::PushStyleColor(c, clear);
    }
    ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {0, theme.px(2)});
    ImGui::PushStyleVar(ImGuiStyleVar_GrabMinSize, theme.px(2));
    ImGui::SetNextItemWidth(span);
    const double low = 0.01, high = 0.99;
    const bool typing = ImGui::TempInputIsActive(ImGui::GetID("###assumed"));
    if (typing) {
        ImGui::PushStyleColor(ImGuiCol_Text, theme.text());
        ImGui::PushStyleColor(ImGuiCol_FrameBg, Theme::vec(theme.colours().field));
    }
    ImGui::SliderScalar("###assumed", ImGuiDataType_Double, &board.assumed, &low, &high, "%.3f",
                        ImGuiSliderFlags_AlwaysClamp);
    if (typing) {
        ImGui::PopStyleColor(2);
    }
    ImGui::PopStyleVar(3);
    ImGui::PopStyleColor(6);
    const bool hot = ImGui::IsItemHovered() || ImGui::IsItemActive() || ImGui::IsItemFocused();
    ImGui::SetItemTooltip("Drag, or Ctrl+click to type. The mark is the truth.");
    if (!typing) {
        const float y = at.y + (height - theme.px(12)) / 2, bottom = y + theme.px(12);
        const auto x = [&](double v) { return left + span * static_cast<float>((v - low) / (high - low)); };
        list->AddRectFilled({left, y}, {left + span, bottom}, theme.role(Role::mode, 1, 0.55f), theme.px(3));
        list->AddRectFilled({left, y}, {x(board.assumed), bottom}, theme.role(Role::mode, 0, 0.75f),
                            theme.px(3));
        const float mark = x(curves.truth[0]);
        list->AddLine({mark, y - theme.px(4)}, {mark, bottom + theme.px(4)},
                      Theme::packed(theme.colours().text), theme.px(1.5f));
        list->AddCircleFilled({x(board.assumed), (y + bottom) / 2}, theme.px(hot ? 8.5f : 7.5f),
                              Theme::packed(theme.colours().panel));
        list->AddCircleFilled({x(board.assumed), (y + bottom) / 2}, theme.px(hot ? 6.5f : 5.5f),
                              Theme::packed(hot ? theme.colours().accent : theme.colours().text));
    }
    const Face mono(theme.mono, Theme::number_size);
    const std::string number = fixed(board.assumed, 3);
    list->AddText({at.x + width - ImGui::CalcTextSize(number.c_str()).x, text_y},
                  Theme::packed(theme.colours().text), number.c_str());
    ImGui::SetCursorScreenPos({at.x, at.y + height});
    ImGui::Dummy({1, 0});
}

void sentence(const Theme& theme, const std::string& text) {
    const Face face(theme.body, Theme::small_size);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(text.c_str());
    ImGui::PopTextWrapPos();
}

/// Height of a sentence of at most three lines at this width: kept, so that plots do not jump as it changes.
float sentence_height(const Theme& theme, float width) {
    return theme.px(Theme::small_size + 3.0f) * (width < theme.px(300) ? 4 : width < theme.px(460) ? 3 : 2);
}

void draw_curves(Workbench& bench, ImVec2 size) {
    const Theme& theme = bench.theme;
    const WrongWeightCurves* curves = bench.blindness->curves();
    const PlotSpec plot = blindness_figure(curves);
    if (plot.layers.empty()) {
        empty_text(bench, plot.empty);
        return;
    }
    assumed_bar(bench, *curves);
    const float text = sentence_height(theme, size.x), bar = theme.px(30), legend = theme.px(20);
    draw_legend(plot, theme);
    ImGui::Dummy({1, legend - ImGui::GetStyle().ItemSpacing.y});
    PlotOptions options;
    options.fit = bench.view.fit;
    options.x_name = "noise";
    if (const double sigma = noise_in_view(bench.workspace); sigma > 0) {
        options.cursor_x = sigma;
    }
    draw_plot(plot, theme, bench.textures, {size.x, std::max(theme.px(90), size.y - text - bar - legend)},
              options);
    sentence(theme, blindness_sentence(bench.blindness->curves()));
}

void seeds_controls(Workbench& bench) {
    const Theme& theme = bench.theme;
    BlindnessBoard& board = *bench.blindness;
    const SeedStudy::State& study = board.study();
    const Face face(theme.body, Theme::small_size);
    if (study.state == RunState::running) {
        if (ImGui::SmallButton("Stop###stop_seeds")) {
            board.stop_seeds();
        }
        ImGui::SameLine();
        ImGui::ProgressBar(static_cast<float>(study.fraction), {theme.px(110), theme.px(12)}, "");
        ImGui::SameLine();
        ImGui::TextColored(theme.dim(), "seed %d of %d, %s", std::min(study.done + 1, study.wanted),
                           study.wanted, eta_text(board.study_eta()).c_str());
        return;
    }
    const std::string obstacle = board.obstacle(bench.workspace);
    ImGui::BeginDisabled(!obstacle.empty());
    if (ImGui::SmallButton(("Train " + std::to_string(n_seeds) + " seeds###train_seeds").c_str())) {
        board.train_seeds(bench.workspace, n_seeds);
    }
    ImGui::EndDisabled();
    if (!obstacle.empty()) {
        ImGui::SetItemTooltip("%s", obstacle.c_str());
    }
    ImGui::SameLine();
    const std::string text = study.state == RunState::failed ? study.error
                             : board.stored_seeds() && !board.seeds().empty()
                                 ? "stored models of presets learned_two_lakes_*"
                                 : "";
    ImGui::TextColored(study.state == RunState::failed ? Theme::vec(theme.colours().bad) : theme.dim(), "%s",
                       text.c_str());
}

void draw_seeds(Workbench& bench, ImVec2 size) {
    const Theme& theme = bench.theme;
    const PlotSpec plot = seeds_figure(bench.blindness->curves(), bench.blindness->seeds(),
                                       bench.blindness->own(), bench.blindness->on_its_way());
    const float top = ImGui::GetCursorPosY();
    draw_legend(plot, theme);
    ImGui::SetCursorPosY(top + theme.px(20));
    draw_plot(plot, theme, bench.textures, {size.x, std::max(theme.px(80), size.y - theme.px(46))}, {});
    seeds_controls(bench);
}

void draw_remedies(Workbench& bench) {
    const Theme& theme = bench.theme;
    const std::vector<StudiedRemedy>& list = bench.blindness->remedies();
    if (list.empty()) {
        empty_text(bench, "The table of remedies is not in assets/studies.");
        return;
    }
    sentence(theme,
             "Error of the mode weights that SMC ends with on the two lakes (total variation, three seeds), "
             "and processor seconds of the training.");
    if (!ImGui::BeginTable("###remedies", 3, ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_ScrollY)) {
        return;
    }
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("remedy", ImGuiTableColumnFlags_WidthStretch);
    ImGui::TableSetupColumn("TV", ImGuiTableColumnFlags_WidthFixed, theme.px(54));
    ImGui::TableSetupColumn("cost", ImGuiTableColumnFlags_WidthFixed, theme.px(48));
    ImGui::TableHeadersRow();
    for (const StudiedRemedy& r : list) {
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        {  // its explanation belongs to the name above it, not to the row below
            ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, theme.px(1)});
            ImGui::TextUnformatted(r.name.c_str());
            ImGui::PopStyleVar();
            const Face face(theme.body, Theme::small_size);
            ImGui::PushTextWrapPos(0);
            ImGui::TextColored(theme.dim(), "%s", r.what.c_str());
            ImGui::PopTextWrapPos();
        }
        ImGui::TableNextColumn();
        const Face mono(theme.mono, Theme::number_size);
        const unsigned ink = r.tv < 0.05   ? theme.colours().good
                             : r.tv < 0.15 ? theme.colours().warning
                                           : theme.colours().bad;
        ImGui::TextColored(Theme::vec(ink), "%s", fixed(r.tv, 3).c_str());
        if (std::isfinite(r.tv_low)) {
            ImGui::SetItemTooltip("%.3f to %.3f over the seeds", r.tv_low, r.tv_high);
        }
        ImGui::TableNextColumn();
        ImGui::Text("%.0f s", r.seconds);
        if (!r.note.empty()) {
            ImGui::SetItemTooltip("%s", r.note.c_str());
        }
    }
    ImGui::EndTable();
}

/// Small tabs for the parts that do not fit beside each other.
void part_choice(Workbench& bench, Part& part) {
    struct Choice {
        Part part;
        const char *label, *tip;
    };
    for (const Choice& c :
         {Choice{Part::curves, "wrong weight###part_curves",
                 "What a wrong weight of the modes changes: the loss, the score and the density"},
          Choice{Part::seeds, "seeds###part_seeds", "Networks that differ by their seed alone"},
          Choice{Part::remedies, "remedies###part_remedies", "What brings the weights back, and its cost"}}) {
        if (choice(bench, c.label, part == c.part, c.tip)) {
            part = c.part;
        }
        ImGui::SameLine(0, bench.theme.px(2));
    }
    ImGui::NewLine();
}

void draw(Workbench& bench) {
    const Theme& theme = bench.theme;
    const WrongWeightCurves* curves = bench.blindness->curves();
    panel_header(bench, *find_view("blindness"), "Blindness", "");
    auto part = static_cast<Part>(bench.view.blindness_part);
    const ImVec2 start = ImGui::GetCursorPos();
    ImGui::SetCursorPos({start.x + (named_already() ? 0 : theme.px(84)), start.y - theme.px(24)});
    part_choice(bench, part);
    bench.view.blindness_part = static_cast<int>(part);
    ImGui::SetCursorPos(start);
    const Area area = remaining();
    const float gap = theme.px(10);
    if (part == Part::remedies) {
        draw_remedies(bench);
    } else if (curves && !curves->obstacle.empty()) {
        empty_text(bench, curves->obstacle);
    } else if (area.height > theme.px(480)) {  // both of what belongs together
        const float upper = 0.56f * area.height;
        draw_curves(bench, {area.width, upper});
        ImGui::SetCursorPos({start.x, start.y + upper + gap});
        draw_seeds(bench, {area.width, area.height - upper - gap});
    } else if (part == Part::curves) {
        draw_curves(bench, {area.width, area.height});
    } else {
        draw_seeds(bench, {area.width, area.height});
    }
}

std::vector<PlotSpec> plots(Workbench& bench) {
    return {blindness_figure(bench.blindness->curves()),
            seeds_figure(bench.blindness->curves(), bench.blindness->seeds(), bench.blindness->own(),
                         bench.blindness->on_its_way())};
}

}  // namespace

View blindness_view() { return {"blindness", "Blindness", draw, plots}; }

}  // namespace tempera::app
