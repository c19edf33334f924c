// SPDX-License-Identifier: MIT
#include "app/bring/points_page.hpp"

#include <imgui.h>

#include <algorithm>
#include <utility>

#include "app/render/plot_implot.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "app/workspace/file_kind.hpp"
#include "run/figures/first_look_figures.hpp"

namespace tempera::app {
namespace {

void dim_text(const Theme& theme, const std::string& text) {
    const Face small(theme.body, Theme::small_size);
    ImGui::PushTextWrapPos(0);
    ImGui::TextColored(theme.dim(), "%s", text.c_str());
    ImGui::PopTextWrapPos();
}

/// At the right edge of its cell, as its heading.
void right_cell(const std::string& text) {
    ImGui::TableNextColumn();
    const float room = ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(text.c_str()).x;
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0f, room));
    ImGui::TextUnformatted(text.c_str());
}

/// A list of the columns; true when another one was chosen.
bool choose_column(const char* id, const PointsLook& look, std::size_t& column) {
    bool changed = false;
    if (ImGui::BeginCombo(id, shown(look.columns[column].name).c_str(), ImGuiComboFlags_NoArrowButton)) {
        for (std::size_t j = 0; j < look.columns.size(); ++j) {
            ImGui::PushID(static_cast<int>(j));
            if (ImGui::Selectable(shown(look.columns[j].name).c_str(), j == column)) {
                changed = column != j;
                column = j;
            }
            ImGui::PopID();
        }
        ImGui::EndCombo();
    }
    return changed;
}

}  // namespace

void PointsPage::begin(const std::filesystem::path& file) {
    look_.begin(file);
    figure_ = {};
}

void PointsPage::update(const Json& present) {
    if (look_.update(present)) {
        across_ = 0, up_ = look_->columns.size() > 1 ? 1 : 0;
        figure_ = points_look_figure(*look(), across_, up_);
    }
}

void PointsPage::draw_columns(Workbench& bench) {
    const Theme& theme = bench.theme;
    constexpr const char* numbers[] = {"least", "greatest", "mean", "deviation"};
    const Face mono(theme.mono, Theme::small_size);
    const float row = ImGui::GetTextLineHeight() + 2 * theme.px(3),
                rows = static_cast<float>(std::min<std::size_t>(look_->columns.size(), 6) + 1);
    if (!ImGui::BeginTable("###columns", 5, ImGuiTableFlags_ScrollY | ImGuiTableFlags_BordersInnerH,
                           {0, rows * row + theme.px(2)})) {
        return;
    }
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("column", ImGuiTableColumnFlags_WidthStretch, 1.3f);
    for (const char* name : numbers) {
        ImGui::TableSetupColumn(name, ImGuiTableColumnFlags_WidthStretch, 1);
    }
    ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
    ImGui::TableNextColumn();
    ImGui::PushStyleColor(ImGuiCol_Text, theme.dim());
    ImGui::TextUnformatted("column");
    for (const char* name : numbers) {
        right_cell(name);
    }
    ImGui::PopStyleColor();
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(look_->columns.size()));
    while (clipper.Step()) {
        for (int j = clipper.DisplayStart; j < clipper.DisplayEnd; ++j) {
            const ColumnLook& c = look_->columns[static_cast<std::size_t>(j)];
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            ImGui::TextUnformatted(fitting(c.name, ImGui::GetContentRegionAvail().x).c_str());
            if (c.n_bad == look_->n_rows) {
                ImGui::TableNextColumn();
                ImGui::TextColored(Theme::vec(theme.colours().warning), "no number");
                continue;
            }
            for (const double value : {c.min, c.max, c.mean, c.deviation}) {
                right_cell(short_number(value, 4));
            }
        }
    }
    ImGui::EndTable();
}

void PointsPage::draw_facts(Workbench& bench) {
    const Theme& theme = bench.theme;
    if (look_.file().empty()) {
        dim_text(theme, "Drop a file of points on the window: rows of numbers as csv, npy or npz.");
        return;
    }
    {
        const Face mono(theme.mono, Theme::number_size);
        ImGui::TextUnformatted(
            fitting(look_.file().filename().string(), ImGui::GetContentRegionAvail().x).c_str());
    }
    ImGui::SetItemTooltip("%s", look_.file().c_str());
    if (!look()) {
        dim_text(theme, "Reading ...");
        return;
    }
    if (!look_->error.empty()) {
        const Face small(theme.body, Theme::small_size);
        ImGui::PushTextWrapPos(0);
        ImGui::TextColored(Theme::vec(theme.colours().bad), "%s", look_->error.c_str());
        ImGui::PopTextWrapPos();
        dim_text(theme, what_opens());
        return;
    }
    const std::size_t d = look_->columns.size();
    dim_text(theme, grouped(static_cast<long>(look_->n_rows)) +
                        (look_->n_rows == 1 ? " row of " : " rows of ") + std::to_string(d) +
                        (d == 1 ? " column" : " columns") + (look_->header ? ", with names" : "") +
                        (look_->weighted ? ", samples of a run with their weights" : ""));
    draw_columns(bench);
    if (look_->n_bad > 0) {
        const Face small(theme.body, Theme::small_size);
        ImGui::TextColored(Theme::vec(theme.colours().warning), "%s", icon::warning);
        ImGui::SameLine();
        ImGui::PushTextWrapPos(0);
        ImGui::TextUnformatted((grouped(static_cast<long>(look_->n_bad)) +
                                (look_->n_bad == 1 ? " field is" : " fields are") +
                                " no finite number; first: " + look_->first_bad)
                                   .c_str());
        ImGui::PopTextWrapPos();
    }
}

/// Which columns are drawn.
void PointsPage::draw_choices(Workbench& bench) {
    const Theme& theme = bench.theme;
    const Face mono(theme.mono, Theme::number_size);
    bool changed = false;
    ImGui::SetNextItemWidth(theme.px(110));
    changed |= choose_column("###across", *look(), across_);
    ImGui::SetItemTooltip("Across; twice the same column: its histogram");
    ImGui::SameLine();
    ImGui::SetNextItemWidth(theme.px(110));
    changed |= choose_column("###up", *look(), up_);
    ImGui::SetItemTooltip("Up; twice the same column: its histogram");
    if (changed) {
        figure_ = points_look_figure(*look(), across_, up_);
    }
}

void PointsPage::draw_look(Workbench& bench) {
    if (!look() || !look_->error.empty()) {
        empty_text(bench, look_.file().empty() || look() ? "Nothing to draw."
                                                         : "Reading " + look_.file().filename().string());
        return;
    }
    const Theme& theme = bench.theme;
    draw_choices(bench);
    {
        const Face small(theme.body, Theme::small_size);
        const float width = ImGui::CalcTextSize(figure_.state.c_str()).x, room = remaining().width;
        ImGui::SameLine(std::max(0.0f, room - width));
        ImGui::AlignTextToFramePadding();
        ImGui::TextColored(theme.dim(), "%s", figure_.state.c_str());
    }
    PlotOptions options;
    options.fit = true;
    options.sprites = !bench.software_gl && bench.sprites.available() ? &bench.sprites : nullptr;
    draw_plot(figure_, theme, bench.textures, {remaining().width, remaining().height}, options);
}

std::optional<Taken> PointsPage::draw_uses(Workbench& bench) {
    if (!look() || !look_->error.empty()) {
        return {};
    }
    const std::string name = look_.file().filename().string();
    const Offer offers[] = {
        {"Compare runs with these points###reference", name + " as reference",
         "run.reference: how far the samples of a run are from these points, in its summary and panels",
         &look_->reference, true},
        {"Train on these points###training", "training on " + name,
         "model.training.data: a network learns the noised densities of these points", &look_->training},
        {"Data of a logistic regression###labelled_rows", "regression on " + name,
         "target.data: the posterior and the evidence of these rows, whose last column holds labels 0 and 1",
         &look_->labelled_rows}};
    for (const Offer& offer : offers) {
        if (draw_offer(bench, offer)) {
            return Taken{*offer.proposal, offer.what};
        }
    }
    return {};
}

}  // namespace tempera::app
