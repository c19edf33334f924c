// SPDX-License-Identifier: MIT
#include "app/bring/target_page.hpp"

#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <utility>

#include "app/kit/field_widgets.hpp"
#include "app/kit/text_marks.hpp"
#include "app/render/plot_implot.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "core/text_position.hpp"
#include "run/figures/first_look_figures.hpp"
#include "run/preset/preset.hpp"

namespace tempera::app {
namespace {

constexpr double typing_pause = 0.15;  ///< seconds without a key before what is typed is looked at
constexpr float label_column = 110;

}  // namespace

TargetPage::TargetPage(const std::string& type)
    : name_("own_density"), fields_(section_fields("target", type)), target_{{"type", type}},
      job_(look_job<TargetLook>(look_at_target)) {
    for (const Field& field : fields_) {
        target_[field.name] = field.default_value;
    }
}

void TargetPage::begin(Field::Kind kind, const std::string& value, std::string name, std::vector<int> dims) {
    for (const Field& field : fields_) {
        target_[field.name] = field.default_value;
    }
    const auto named =
        std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.kind == kind; });
    if (named != fields_.end()) {
        target_[named->name] = value;
    }
    name_ = std::move(name);
    dims_ = dims.empty() ? dims_from(target_) : std::move(dims);
    asked_ = nullptr;
    look_ = good_ = nullptr;
}

bool TargetPage::settled() const { return look_ && look_->id == asked_id_ && asked_ == target_; }

void TargetPage::update(const Json& present) {
    if (asked_ != target_ || present_ != present) {
        const bool typed = !asked_.is_null() && asked_ != target_;
        asked_ = target_;
        present_ = present;
        ++asked_id_;
        job_->request(std::to_string(asked_id_), {.id = asked_id_,
                                                  .present = present,
                                                  .target = target_,
                                                  .name = name_,
                                                  .dims = std::exchange(dims_, {}),
                                                  .wait = typed ? typing_pause : 0});
    }
    const auto latest = job_->latest();
    if (!latest || latest->id != asked_id_ || latest == look_) {
        return;
    }
    look_ = latest;
    target_ = asked_ = look_->target;
    if (look_->problems.empty()) {
        good_ = look_;
    }
}

const Problem* TargetPage::problem_at(const std::string& setting) const {
    const std::string place = "target." + setting;
    if (!look_) {
        return nullptr;
    }
    const auto at = std::find_if(look_->problems.begin(), look_->problems.end(),
                                 [&](const Problem& p) { return p.place == place; });
    return at == look_->problems.end() ? nullptr : &*at;
}

void TargetPage::message(Workbench& bench, const std::string& setting) {
    if (const Problem* problem = problem_at(setting)) {
        const Face small(bench.theme.body, Theme::small_size);
        ImGui::PushTextWrapPos(0);
        ImGui::TextColored(Theme::vec(bench.theme.colours().bad), "%s", problem->text.c_str());
        ImGui::PopTextWrapPos();
    }
}

/// The dimension follows what is typed: it stays where it is as long as that can be.
std::vector<int> TargetPage::dims_from(const Json& target) const {
    constexpr int most_tried = 64;
    std::vector<int> out;
    for (const Field& field : fields_) {
        if (field.name != "dim" || !target["dim"].is_number_integer()) {
            continue;
        }
        out.push_back(target["dim"].get<int>());
        for (int dim = static_cast<int>(field.min); dim <= std::min<double>(field.max, most_tried); ++dim) {
            out.push_back(dim);
        }
    }
    return out;
}

/// A text has all of the column, and room for its message, so that nothing jumps while it is written.
void TargetPage::text_setting(Workbench& bench, const Field& field) {
    const Theme& theme = bench.theme;
    constexpr int lines = 5;
    constexpr float room_of_message = 50;
    ImGui::TextColored(theme.dim(), "%s", field.name.c_str());
    ImGui::SetItemTooltip("%s", field.help.c_str());
    std::string text = target_[field.name].is_string() ? target_[field.name].get<std::string>() : "";
    const std::string before = text;
    {
        const Face mono(theme.mono, Theme::number_size);
        if (ImGui::IsWindowAppearing()) {
            ImGui::SetKeyboardFocusHere();
        }
        ImGui::InputTextMultiline("###value", &text,
                                  {ImGui::GetContentRegionAvail().x,
                                   lines * ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().FramePadding.y},
                                  ImGuiInputTextFlags_WordWrap);
        if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {  // which would take back all that was typed
            text = before;
        }
        const Problem* problem = problem_at(field.name);
        const auto place = problem && settled() ? column_message(problem->text) : std::nullopt;
        if (place) {
            underline_in_field(theme, before, place->column);
        }
    }
    if (text != before) {
        target_[field.name] = text;
        dims_ = dims_from(target_);
    }
    const float y = ImGui::GetCursorPosY();
    if (problem_at(field.name)) {
        message(bench, field.name);
    } else {
        const Face small(theme.body, Theme::small_size);
        ImGui::PushTextWrapPos(0);
        ImGui::TextColored(theme.dim(), "%s", field.help.c_str());
        ImGui::PopTextWrapPos();
    }
    ImGui::SetCursorPosY(std::max(ImGui::GetCursorPosY(), y + theme.px(room_of_message)));
    ImGui::Dummy({0, 0});
}

void TargetPage::plain_setting(Workbench& bench, const Field& field) {
    const Theme& theme = bench.theme;
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(theme.dim(), "%s", field.name.c_str());
    ImGui::SetItemTooltip("%s", field.help.c_str());
    ImGui::SameLine(theme.px(label_column));
    {
        const Face mono(theme.mono, Theme::number_size);
        ImGui::SetNextItemWidth(theme.px(120));
        Json value = target_[field.name];
        if (edit_field(theme, field, value, 0).changed) {
            target_[field.name] = value;
            dims_.clear();  // as somebody wishes
        }
    }
    message(bench, field.name);
}

/// Why it cannot be used: a problem that stands at no setting here (a program without LibTorch, a module that
/// is no density), or that one of them has.
std::string TargetPage::refused() const {
    for (const Problem& p : look_ ? look_->problems : std::vector<Problem>{}) {
        const bool shown = std::any_of(fields_.begin(), fields_.end(), [&](const Field& field) {
            return field.kind != Field::Kind::file && p.place == "target." + field.name;
        });
        if (!shown) {
            return p.text;
        }
    }
    return "mend what is wrong first";
}

void TargetPage::draw_settings(Workbench& bench) {
    for (const Field& field : fields_) {
        if (field.kind == Field::Kind::file) {  // the card's own business
            continue;
        }
        ImGui::PushID(field.name.c_str());
        field.kind == Field::Kind::text ? text_setting(bench, field) : plain_setting(bench, field);
        ImGui::PopID();
    }
}

void TargetPage::draw_look(Workbench& bench) {
    const Theme& theme = bench.theme;
    const TargetLook nothing;
    PlotSpec plot = target_look_figure(good_ ? *good_ : nothing);
    const bool old = good_ && good_ != look_ && look_ && !look_->problems.empty();
    if (old) {
        plot.state = "as it was before the error";
    }
    const Area area = remaining();
    ImGui::TextUnformatted(plot.title.c_str());
    {
        const Face small(theme.body, Theme::small_size);
        const float width = ImGui::CalcTextSize(plot.state.c_str()).x;
        ImGui::SameLine(std::max(0.0f, area.width - width));
        ImGui::TextColored(theme.dim(), "%s", plot.state.c_str());
    }
    const float below = plot.note.empty() ? 0 : ImGui::GetTextLineHeightWithSpacing();
    PlotOptions options;
    options.fit = true;
    draw_plot(plot, theme, bench.textures, {area.width, remaining().height - below}, options);
    if (!plot.note.empty()) {
        const Face small(theme.body, Theme::small_size);
        ImGui::TextColored(theme.dim(), "%s", fitting(plot.note, area.width).c_str());
    }
}

std::optional<Taken> TargetPage::draw_use(Workbench& bench, const std::string& what) {
    const bool known = settled() && look_->problems.empty();
    const Proposal wrong{{}, {}, refused()};
    const Proposal* proposal = known ? &look_->use : look_ && !look_->problems.empty() ? &wrong : nullptr;
    const bool chord =
        known && look_->use.refused.empty() && ImGui::IsKeyChordPressed(ImGuiMod_Ctrl | ImGuiKey_Enter);
    if (draw_offer(bench, {"Use as target###use", what,
                           "Makes a preset with this target, and runs it (Ctrl+Enter)", proposal, true}) ||
        chord) {
        return Taken{look_->use, what};
    }
    return {};
}

}  // namespace tempera::app
