// SPDX-License-Identifier: MIT
#include "app/kit/field_widgets.hpp"

#include <imgui.h>
#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/kit/text.hpp"
#include "core/number_text.hpp"
#include "core/value_text.hpp"

namespace tempera::app {
namespace {

/// The field that is being typed into keeps its text here until Enter or loss of focus.
struct Typing {
    ImGuiID id = 0;
    std::string text;
};
Typing typing;

bool typed_field(const char* id, Json& value, const Field& field) {
    const ImGuiID me = ImGui::GetID(id);
    const std::string shown = value_text(value, field, 4);
    std::string text = typing.id == me ? typing.text : shown;
    ImGui::InputText(id, &text);
    if (ImGui::IsItemActivated()) {  // what is looked at is rounded, what is edited is not
        const std::string whole = value_text(value, field);
        if (ImGuiInputTextState* state = ImGui::GetInputTextState(me); state && whole != text) {
            state->ReloadUserBufAndSelectAll();
            text = whole;
        }
    }
    if (ImGui::IsItemActive()) {
        typing = {me, text};
        return false;
    }
    if (typing.id == me) {
        typing.id = 0;
        const bool edited = ImGui::IsItemDeactivatedAfterEdit() && text != shown;
        value = edited ? read_value(text, field) : value;
        return edited;
    }
    return false;
}

/// Draws the text of a drag widget at its left edge like that of every other field; the widget's own, centred
/// text is made invisible meanwhile.
class LeftAligned {
public:
    LeftAligned(const Theme& theme, std::string text)
        : text_(std::move(text)), at_(ImGui::GetCursorScreenPos()) {
        hidden_ = !ImGui::TempInputIsActive(ImGui::GetID("###value"));
        ink_ = ImGui::GetColorU32(ImGuiCol_Text);
        if (hidden_) {
            ImGui::PushStyleColor(ImGuiCol_Text, Theme::vec(theme.colours().text, 0));
        }
    }
    ~LeftAligned() {
        if (hidden_) {
            ImGui::PopStyleColor();
            const ImVec2 padding = ImGui::GetStyle().FramePadding;
            ImGui::PushClipRect(ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), true);
            ImGui::GetWindowDrawList()->AddText({at_.x + padding.x, at_.y + padding.y}, ink_, text_.c_str());
            ImGui::PopClipRect();
        }
    }
    LeftAligned(const LeftAligned&) = delete;
    LeftAligned& operator=(const LeftAligned&) = delete;

private:
    std::string text_;
    ImVec2 at_;
    bool hidden_ = false;
    ImU32 ink_ = 0;
};

bool drag_integer(const Theme& theme, const Field& field, Json& value) {
    long v = value.get<long>();
    const long low = std::isfinite(field.min) ? static_cast<long>(field.min) : -2000000000L;
    const long high = std::isfinite(field.max) ? static_cast<long>(std::min(field.max, 2e9)) : 2000000000L;
    const float speed = std::max(0.05f, static_cast<float>(std::abs(static_cast<double>(v))) * 0.01f);
    const LeftAligned aligned(theme, std::to_string(v));
    if (ImGui::DragScalar("###value", ImGuiDataType_S64, &v, speed, &low, &high)) {
        value = v;
        return true;
    }
    return false;
}

bool drag_number(const Theme& theme, const Field& field, Json& value) {
    double v = value.get<double>();
    const double low = std::isfinite(field.min) ? field.min : -1e30,
                 high = std::isfinite(field.max) ? field.max : 1e30;
    const double range = std::isfinite(field.min) && std::isfinite(field.max) ? field.max - field.min : 0;
    double speed = range > 0 && range <= 10 ? range * 0.004 : std::max(1e-3, std::abs(v)) * 0.01;
    if (field.log_scale) {
        speed = std::max(1e-6, std::abs(v)) * 0.01;
    }
    char shown[40];
    std::snprintf(shown, sizeof shown, "%.6g", v);
    const LeftAligned aligned(theme, shown);
    if (ImGui::DragScalar("###value", ImGuiDataType_Double, &v, static_cast<float>(speed), &low, &high,
                          "%.6g", ImGuiSliderFlags_NoRoundToFormat)) {
        // Drags end on readable values; typed ones are kept to the last digit.
        value = ImGui::IsMouseDragging(ImGuiMouseButton_Left) ? std::stod(short_number(v)) : v;
        return true;
    }
    return false;
}

}  // namespace

void forget_typing() { typing.id = 0; }

bool choose(const Theme& theme, const char* id, const std::string& now,
            const std::vector<std::pair<std::string, std::string>>& choices, std::string& chosen,
            const Obstacle& obstacle) {
    static std::vector<std::string> obstacles;  // of the one list that is open
    bool changed = false;
    if (ImGui::BeginCombo(id, shown(now).c_str(),
                          ImGuiComboFlags_HeightLarge | ImGuiComboFlags_NoArrowButton)) {
        ImGui::PushStyleColor(ImGuiCol_Text, theme.text());  // the field may be marked, its choices are not
        if (ImGui::IsWindowAppearing()) {
            obstacles.assign(choices.size(), "");
            for (std::size_t i = 0; obstacle && i < choices.size(); ++i) {
                obstacles[i] = choices[i].first == now ? "" : obstacle(choices[i].first);
            }
        }
        for (std::size_t i = 0; i < choices.size(); ++i) {
            const auto& [name, summary] = choices[i];
            const std::string why = i < obstacles.size() ? obstacles[i] : "";
            ImGui::BeginDisabled(!why.empty());
            if (ImGui::Selectable(shown(name).c_str(), name == now) && name != now) {
                chosen = name;
                changed = true;
            }
            ImGui::EndDisabled();
            if (const std::string& help = why.empty() ? summary : why; !help.empty()) {
                ImGui::SetItemTooltip("%s", help.c_str());
            }
        }
        ImGui::PopStyleColor();
        ImGui::EndCombo();
    }
    return changed;
}

FieldEdit edit_field(const Theme& theme, const Field& field, Json& value, float right_margin) {
    const auto whole = [](bool changed) { return FieldEdit{changed, true}; };
    const bool takes_word = field.optional || !field.word.empty();  // a drag could not say it
    switch (field.kind) {
    case Field::Kind::boolean: {
        bool on = value.is_boolean() && value.get<bool>();
        if (ImGui::Checkbox("###value", &on)) {
            value = on;
            return whole(true);
        }
        // A checkbox is narrower than the column: what follows stays where it is in other rows.
        ImGui::SameLine(0, 0);
        ImGui::Dummy(
            {std::max(0.0f, ImGui::GetContentRegionAvail().x - right_margin), ImGui::GetFrameHeight()});
        return {};
    }
    case Field::Kind::choice: {
        std::vector<std::pair<std::string, std::string>> choices;
        for (const std::string& c : field.choices) {
            choices.emplace_back(c, "");
        }
        std::string chosen;
        if (choose(theme, "###value", value.is_string() ? value.get<std::string>() : value.dump(), choices,
                   chosen)) {
            value = chosen;
            return whole(true);
        }
        return {};
    }
    case Field::Kind::integer:
        if (value.is_number() && !takes_word) {
            return {drag_integer(theme, field, value), false};
        }
        break;
    case Field::Kind::number:
        if (value.is_number() && !takes_word) {
            return {drag_number(theme, field, value), false};
        }
        break;
    default:
        break;
    }
    return whole(typed_field("###value", value, field));
}

}  // namespace tempera::app
