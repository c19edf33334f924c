// SPDX-License-Identifier: MIT
#include "app/setup/setup_form.hpp"
#include "app/kit/text.hpp"
#include "app/kit/words.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "app/kit/text_marks.hpp"
#include "app/shell/panel.hpp"
#include "core/text_position.hpp"
#include "models/model.hpp"

namespace tempera::app {
namespace {

const char* when_text(Change change, bool waits, bool trained) {
    if (trained) {
        return "Takes effect when the model is trained again.";
    }
    if (waits) {
        return "Changed; waits for Apply and restart.";
    }
    switch (change) {
    case Change::hot:
        return "Takes effect at the next move.";
    case Change::warm:
        return "Takes effect at the next level or scan.";
    default:
        return "Takes effect with the next run (Apply and restart).";
    }
}

void problem_text(const Theme& theme, const std::string& text) {
    const Face small(theme.body, Theme::small_size);
    ImGui::PushTextWrapPos(0);
    ImGui::TextColored(Theme::vec(theme.colours().bad), "%s", text.c_str());
    ImGui::PopTextWrapPos();
}

bool absent(const Json& v) { return v.is_null() || (v.is_array() && v.empty()); }

}  // namespace

void SetupForm::section(const std::string& section) {
    const auto types = section_types(section);
    const Json now = w_.value(section + ".type");
    const std::string type = now.is_string() ? now.get<std::string>() : "";
    if (section == "model" && (type.empty() || type == "none") && !bench_.view.show_absent) {
        return;
    }
    headed_ = false;
    heading_ = section;
    trained_ = model_info({{"type", type}}).trainable;
    if (!types.empty()) {
        type_row(section, type, types);
    }
    rows(section_fields(section, type), section);
    if (trained_) {
        train_button();
    }
    other_problems(section);
    if (headed_) {
        ImGui::Dummy({0, theme_.px(3)});
    }
}

/// A row for each field; what is nested in a group follows it, and has the name of an inner group before its
/// own.
void SetupForm::rows(const std::vector<Field>& fields, const std::string& place, const std::string& prefix) {
    for (const Field& field : fields) {
        const std::string dotted = place + "." + field.name;
        const bool outer = std::count(place.begin(), place.end(), '.') == 0;
        switch (field.kind) {
        case Field::Kind::group:
            rows(field.fields, dotted, outer ? "" : field.name + " ");
            break;
        case Field::Kind::entry:
            entry(field, dotted);
            break;
        case Field::Kind::list:
            list(field, dotted);
            break;
        default:
            field_row(dotted, field, prefix + field.name);
        }
    }
}

/// One type with its settings, in place of a section of its own.
void SetupForm::entry(const Field& field, const std::string& place) {
    const Json now = w_.value(place + ".type");
    const std::string type = now.is_string() ? now.get<std::string>() : "";
    Types types;
    for (const SettingsType& t : field.family()) {
        types.emplace_back(t.name, t.summary);
    }
    type_row(place, type, types, field.name);
    for (const SettingsType& t : field.family()) {
        if (t.name == type) {
            rows(t.fields, place);
        }
    }
}

/// Problems that no row stands for are told under the section's rows.
void SetupForm::other_problems(const std::string& section) {
    for (const Problem& p : w_.problems()) {
        const bool here =
            p.place == section || p.place.starts_with(section + ".") || p.place.starts_with(section + "[");
        if (here && !shown_.contains(p.place)) {
            heading();
            problem_text(theme_, p.place + ": " + p.text);
        }
    }
}

void SetupForm::problems_of_head() {
    for (const Problem& p : w_.problems()) {
        const std::string first = p.place.substr(0, p.place.find_first_of(".["));
        const auto& sections = preset_sections();
        if (std::find(sections.begin(), sections.end(), first) == sections.end() || first == "view") {
            problem_text(theme_, p.place + ": " + p.text);
        }
    }
}

bool SetupForm::matches(const std::string& dotted) const {
    const std::string& f = bench_.view.setup_filter;
    return f.empty() || dotted.find(f) != std::string::npos;
}

void SetupForm::heading() {
    if (headed_) {
        return;
    }
    headed_ = true;
    const Face face(theme_.body, Theme::label_size);
    ImGui::TextColored(theme_.dim(), "%s", in_capitals(heading_).c_str());
}

/// Returns where the field begins, from the row's left end.
float SetupForm::label(const Row& row, bool bad) {
    const std::string& text = row.text;
    ImGui::AlignTextToFramePadding();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const bool edited = w_.differs_from_file(row.dotted);
    ImGui::PushStyleColor(ImGuiCol_Text, bad      ? Theme::vec(theme_.colours().bad)
                                         : edited ? theme_.text()
                                                  : theme_.dim());
    // A long name is set smaller and takes room from its field; what is still too long ends in an ellipsis,
    // and the tooltip has all of it.
    float width = ImGui::CalcTextSize(text.c_str()).x;
    const float usual = theme_.px(label_column - 6), most = 0.6f * ImGui::GetContentRegionAvail().x;
    if (width <= usual) {
        ImGui::TextUnformatted(text.c_str());
    } else {
        const float line = ImGui::GetTextLineHeight();
        const Face small(theme_.body, Theme::small_size);
        ImGui::SetCursorPosY(ImGui::GetCursorPosY() + (line - ImGui::GetTextLineHeight()) / 2);
        const std::string shown = fitting(text, most);
        width = ImGui::CalcTextSize(shown.c_str()).x;
        ImGui::TextUnformatted(shown.c_str());
    }
    const float room = std::max(usual, width);
    ImGui::PopStyleColor();
    if (ImGui::IsMouseHoveringRect(at, {at.x + room, at.y + ImGui::GetFrameHeight()}) &&
        ImGui::IsWindowHovered()) {
        ImGui::BeginTooltip();
        ImGui::PushTextWrapPos(theme_.px(340));
        {
            const Face mono(theme_.mono, Theme::small_size);
            ImGui::TextUnformatted(row.dotted.c_str());
        }
        ImGui::PopTextWrapPos();
        if (!row.help.empty()) {
            const Face body(theme_.body, Theme::small_size);
            ImGui::PushTextWrapPos(theme_.px(340));
            ImGui::TextUnformatted(row.help.c_str());
            ImGui::PopTextWrapPos();
        }
        ImGui::EndTooltip();
    }
    return room + theme_.px(6);
}

void SetupForm::dot(const Row& row) {
    const Change change = row.change;
    const Palette& p = theme_.colours();
    const auto& pending = w_.pending();
    const bool waits = std::find_if(pending.begin(), pending.end(), [&](const std::string& field) {
                           return field == row.dotted || field.rfind(row.dotted + ".", 0) == 0;
                       }) != pending.end();
    const unsigned ink = waits                    ? p.accent
                         : change == Change::hot  ? p.good
                         : change == Change::warm ? p.warning
                                                  : p.field_hovered;
    ImGui::SameLine(0, 0);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = ImGui::GetFrameHeight();
    ImGui::GetWindowDrawList()->AddCircleFilled({at.x + theme_.px(12), at.y + height / 2}, theme_.px(3.5f),
                                                Theme::packed(ink));
    ImGui::Dummy({theme_.px(dot_column) - theme_.px(2), height});
    ImGui::SetItemTooltip(
        "%s", when_text(change, waits, trained_ && row.dotted != "model.file" && row.dotted != "model.type"));
}

bool SetupForm::begin_row(const Row& row) {
    const Problem* problem = w_.problem_at(row.place);
    const bool bad = problem != nullptr;
    if (bad) {
        shown_.insert(problem->place);
    }
    heading();
    ImGui::PushID(row.place.c_str());
    const float left = ImGui::GetCursorPosX();
    const float field = label(row, bad);
    ImGui::SameLine(left + field);
    ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x - theme_.px(dot_column));
    ImGui::PushFont(theme_.mono, 14.5f);
    if (bad) {
        ImGui::PushStyleColor(ImGuiCol_Text, Theme::vec(theme_.colours().bad));
    }
    return bad;
}

void SetupForm::end_row(const Row& row, bool bad) {
    const std::string& dotted = row.dotted;
    if (bad) {
        ImGui::PopStyleColor();
    }
    ImGui::PopFont();
    if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) &&
        w_.differs_from_file(dotted)) {
        ImGui::ClearActiveID();
        forget_typing();
        w_.reset(dotted);
    }
    if (ImGui::BeginPopupContextItem("###context")) {
        const Face body(theme_.body, Theme::body_size);
        if (ImGui::MenuItem("Reset to the file's value###reset", nullptr, false,
                            w_.differs_from_file(dotted))) {
            w_.reset(dotted);
        }
        if (ImGui::MenuItem("Copy as --set###copy")) {
            const Json v = w_.value(dotted);
            ImGui::SetClipboardText(
                ("--set '" + dotted + "=" + (v.is_string() ? v.get<std::string>() : v.dump()) + "'").c_str());
        }
        ImGui::EndPopup();
    }
    dot(row);
    if (const Problem* problem = bad ? w_.problem_at(row.place) : nullptr) {
        if (const auto place = column_message(problem->text)) {
            const Json typed = w_.value(row.place);
            marked_excerpt(theme_, typed.is_string() ? typed.get<std::string>() : typed.dump(),
                           place->column);
        }
        problem_text(theme_, problem->text);
    }
    ImGui::PopID();
}

void SetupForm::type_row(const std::string& section, const std::string& type, const Types& types,
                         const std::string& text) {
    const std::string dotted = section + ".type";
    if (!matches(dotted)) {
        return;
    }
    std::string help;
    for (const auto& [name, summary] : types) {
        help = name == type ? summary : help;
    }
    const Row row{dotted, dotted, text, help, change_class(w_.resolved(), dotted)};
    const bool bad = begin_row(row);
    std::string chosen;
    const auto obstacle = [&](const std::string& name) {
        return type_obstacle(w_.document(), section, name);
    };
    if (choose(theme_, "###value", type, types, chosen, obstacle)) {
        w_.set(dotted, chosen);
        w_.commit();
    }
    end_row(row, bad);
}

void SetupForm::field_row(const std::string& dotted, const Field& field, const std::string& text) {
    Json value = w_.value(dotted);
    if (value.is_null()) {
        value = field.default_value;
    }
    const bool bad = w_.problem_at(dotted) != nullptr;
    if ((absent(value) && !bench_.view.show_absent && !bad && bench_.view.setup_filter.empty()) ||
        !matches(dotted)) {
        return;
    }
    value_row({dotted, dotted, text, field.help + (field.unit.empty() ? "" : " [" + field.unit + "]"),
               field.change},
              field, std::move(value), [&](const Json& v) { w_.set(dotted, v); });
}

void SetupForm::value_row(const Row& row, const Field& field, Json value, const Set& set) {
    const bool bad = begin_row(row);
    const FieldEdit edit = edit_field(theme_, field, value, theme_.px(dot_column));
    if (edit.changed) {
        set(value);
        if (edit.complete) {
            w_.commit();
        }
    }
    if (ImGui::IsItemDeactivated()) {
        w_.commit();
    }
    end_row(row, bad);
}

}  // namespace tempera::app
