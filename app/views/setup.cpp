// SPDX-License-Identifier: MIT
// Setup: widgets made from the settings' own descriptions. Nothing here knows a method by name.
#include <imgui.h>
#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>

#include "app/view.hpp"
#include "app/workbench.hpp"

namespace tempera::app {
namespace {

constexpr float label_column = 96, dot_column = 22;

const char* when_text(Change change) {
    switch (change) {
    case Change::hot:
        return "Takes effect at the next move.";
    case Change::warm:
        return "Takes effect at the next level or scan.";
    default:
        return "Takes effect with the next run (Apply and restart).";
    }
}

bool absent(const Json& v) { return v.is_null() || (v.is_array() && v.empty()); }

/// Numbers as people write them: "0.667, 0.333"; lists of lists keep their brackets.
std::string list_text(const Json& v) {
    if (v.is_string()) {
        return v.get<std::string>();
    }
    if (!v.is_array()) {
        return v.is_null() ? "" : v.dump();
    }
    std::string text;
    for (const Json& x : v) {
        std::string part;
        if (x.is_number_float()) {
            char buffer[40];
            std::snprintf(buffer, sizeof buffer, "%.6g", x.get<double>());
            part = buffer;
        } else {
            part = x.is_array() ? "[" + list_text(x) + "]" : x.dump();
        }
        text += (text.empty() ? "" : ", ") + part;
    }
    return text;
}

/// What was typed, as JSON: a list may be written without brackets, text without quotes.
Json parse_text(const std::string& text, Field::Kind kind) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string::npos || text == "auto" || text == "null") {
        return kind == Field::Kind::text ? Json(text) : text == "auto" ? Json("auto") : Json();
    }
    if (kind == Field::Kind::text) {
        return text;
    }
    std::string source = text;
    if ((kind == Field::Kind::numbers && text[first] != '[') ||
        (kind == Field::Kind::matrix && text.compare(first, 2, "[[") != 0)) {
        source = "[" + text + "]";
    }
    Json value = Json::parse(source, nullptr, false);
    return value.is_discarded() ? Json(text) : value;
}

/// The field that is being typed into keeps its text here until Enter or loss of focus.
struct Typing {
    ImGuiID id = 0;
    std::string text;
};
Typing typing;

bool typed_field(const char* id, std::string shown, Json& value, Field::Kind kind) {
    const ImGuiID me = ImGui::GetID(id);
    std::string text = typing.id == me ? typing.text : std::move(shown);
    ImGui::InputText(id, &text);
    if (ImGui::IsItemActive()) {
        typing = {me, text};
        return false;
    }
    if (typing.id == me) {
        typing.id = 0;
        value = parse_text(text, kind);
        return ImGui::IsItemDeactivatedAfterEdit();
    }
    return false;
}

bool combo(const char* id, const std::string& now,
           const std::vector<std::pair<std::string, std::string>>& choices, std::string& chosen) {
    bool changed = false;
    if (ImGui::BeginCombo(id, now.c_str(), ImGuiComboFlags_HeightLarge | ImGuiComboFlags_NoArrowButton)) {
        for (const auto& [name, summary] : choices) {
            if (ImGui::Selectable(name.c_str(), name == now) && name != now) {
                chosen = name;
                changed = true;
            }
            if (!summary.empty()) {
                ImGui::SetItemTooltip("%s", summary.c_str());
            }
        }
        ImGui::EndCombo();
    }
    return changed;
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

class Form {
public:
    explicit Form(Workbench& bench) : bench_(bench), w_(bench.workspace), theme_(bench.theme) {}

    void section(const std::string& section) {
        const auto types = section_types(section);
        const Json now = w_.value(section + ".type");
        const std::string type = now.is_string() ? now.get<std::string>() : "";
        if (section == "model" && (type.empty() || type == "none") && !bench_.view.show_absent) {
            return;
        }
        headed_ = false;
        heading_ = section;
        if (!types.empty()) {
            type_row(section, type, types);
        }
        for (const Field& field : section_fields(section, type)) {
            if (field.name == "schedule" && section == "path") {
                schedule();
                continue;
            }
            field_row(section + "." + field.name, field, field.name);
        }
        if (headed_) {
            ImGui::Dummy({0, theme_.px(3)});
        }
    }

private:
    bool matches(const std::string& dotted) const {
        const std::string& f = bench_.view.setup_filter;
        return f.empty() || dotted.find(f) != std::string::npos;
    }

    void heading() {
        if (headed_) {
            return;
        }
        headed_ = true;
        std::string upper = heading_;
        std::transform(upper.begin(), upper.end(), upper.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        const Face face(theme_.body, Theme::label_size);
        ImGui::TextColored(theme_.dim(), "%s", upper.c_str());
    }

    void schedule() {
        const Json now = w_.value("path.schedule.type");
        const std::string type = now.is_string() ? now.get<std::string>() : "";
        if (type.empty()) {
            return;
        }
        std::vector<std::pair<std::string, std::string>> types = section_types("path.schedule");
        type_row("path.schedule", type, types, "schedule");
        for (const Field& field : section_fields("path.schedule", type)) {
            field_row("path.schedule." + field.name, field, field.name);
        }
    }

    void label(const std::string& text, const std::string& help, const std::string& dotted, bool bad) {
        ImGui::AlignTextToFramePadding();
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const bool edited = w_.differs_from_file(dotted);
        ImGui::PushStyleColor(ImGuiCol_Text, bad      ? Theme::vec(theme_.colours().bad)
                                             : edited ? theme_.text()
                                                      : theme_.dim());
        const float room = theme_.px(label_column) - theme_.px(6);
        // A long name is set smaller; one that is still too long ends in an ellipsis, and the tooltip has all
        // of it.
        if (ImGui::CalcTextSize(text.c_str()).x <= room) {
            ImGui::TextUnformatted(text.c_str());
        } else {
            const float line = ImGui::GetTextLineHeight();
            const Face small(theme_.body, Theme::small_size);
            ImGui::SetCursorPosY(ImGui::GetCursorPosY() + (line - ImGui::GetTextLineHeight()) / 2);
            std::string shown = text;
            while (shown.size() > 4 &&
                   ImGui::CalcTextSize((shown + (shown.size() < text.size() ? "..." : "")).c_str()).x >
                       room) {
                shown.pop_back();
            }
            ImGui::TextUnformatted((shown + (shown.size() < text.size() ? "..." : "")).c_str());
        }
        ImGui::PopStyleColor();
        if (ImGui::IsMouseHoveringRect(at, {at.x + room, at.y + ImGui::GetFrameHeight()}) &&
            ImGui::IsWindowHovered()) {
            ImGui::BeginTooltip();
            ImGui::PushTextWrapPos(theme_.px(340));
            {
                const Face mono(theme_.mono, Theme::small_size);
                ImGui::TextUnformatted(dotted.c_str());
            }
            ImGui::PopTextWrapPos();
            if (!help.empty()) {
                const Face body(theme_.body, Theme::small_size);
                ImGui::PushTextWrapPos(theme_.px(340));
                ImGui::TextUnformatted(help.c_str());
                ImGui::PopTextWrapPos();
            }
            ImGui::EndTooltip();
        }
    }

    void dot(Change change, const std::string& dotted) {
        const Palette& p = theme_.colours();
        const auto& pending = w_.pending();
        const bool waits = std::find(pending.begin(), pending.end(), dotted) != pending.end();
        const unsigned ink = waits                    ? p.accent
                             : change == Change::hot  ? p.good
                             : change == Change::warm ? p.warning
                                                      : p.field_hovered;
        ImGui::SameLine(0, 0);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float height = ImGui::GetFrameHeight();
        ImGui::GetWindowDrawList()->AddCircleFilled({at.x + theme_.px(12), at.y + height / 2},
                                                    theme_.px(3.5f), Theme::packed(ink));
        ImGui::Dummy({theme_.px(dot_column) - theme_.px(2), height});
        ImGui::SetItemTooltip("%s", waits ? "Changed; waits for Apply and restart." : when_text(change));
    }

    void begin_row(const std::string& text, const std::string& help, const std::string& dotted, bool bad) {
        heading();
        ImGui::PushID(dotted.c_str());
        const float left = ImGui::GetCursorPosX();
        label(text, help, dotted, bad);
        ImGui::SameLine(left + theme_.px(label_column));
        ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x - theme_.px(dot_column));
        ImGui::PushFont(theme_.mono, 14.5f);
        if (bad) {
            ImGui::PushStyleColor(ImGuiCol_Text, Theme::vec(theme_.colours().bad));
        }
    }

    void end_row(const std::string& dotted, Change change, bool bad) {
        if (bad) {
            ImGui::PopStyleColor();
        }
        ImGui::PopFont();
        if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) &&
            w_.differs_from_file(dotted)) {
            ImGui::ClearActiveID();
            typing.id = 0;
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
                    ("--set '" + dotted + "=" + (v.is_string() ? v.get<std::string>() : v.dump()) + "'")
                        .c_str());
            }
            ImGui::EndPopup();
        }
        dot(change, dotted);
        if (const Problem* problem = bad ? w_.problem_at(dotted) : nullptr) {
            const Face small(theme_.body, Theme::small_size);
            ImGui::PushTextWrapPos(0);
            ImGui::TextColored(Theme::vec(theme_.colours().bad), "%s", problem->text.c_str());
            ImGui::PopTextWrapPos();
        }
        ImGui::PopID();
    }

    void type_row(const std::string& section, const std::string& type,
                  const std::vector<std::pair<std::string, std::string>>& types, const char* text = "type") {
        const std::string dotted = section + ".type";
        if (!matches(dotted)) {
            return;
        }
        const bool bad = w_.problem_at(dotted) != nullptr;
        std::string help;
        for (const auto& [name, summary] : types) {
            help = name == type ? summary : help;
        }
        begin_row(text, help, dotted, bad);
        std::string chosen;
        if (combo("###value", type, types, chosen)) {
            w_.set(dotted, chosen);
            w_.commit();
        }
        end_row(dotted, change_class(w_.resolved(), dotted), bad);
    }

    void field_row(const std::string& dotted, const Field& field, const std::string& text) {
        Json value = w_.value(dotted);
        if (value.is_null()) {
            value = field.default_value;
        }
        const bool bad = w_.problem_at(dotted) != nullptr;
        if ((absent(value) && !bench_.view.show_absent && !bad && bench_.view.setup_filter.empty()) ||
            !matches(dotted)) {
            return;
        }
        begin_row(text, field.help + (field.unit.empty() ? "" : " [" + field.unit + "]"), dotted, bad);
        if (edit(field, value)) {
            w_.set(dotted, value);
            if (commit_now_) {
                w_.commit();
            }
        }
        if (ImGui::IsItemDeactivated()) {
            w_.commit();
        }
        end_row(dotted, field.change, bad);
    }

    /// Draws the widget of a field; true when `value` was changed.
    bool edit(const Field& field, Json& value) {
        commit_now_ = true;
        switch (field.kind) {
        case Field::Kind::boolean: {
            bool on = value.is_boolean() && value.get<bool>();
            if (ImGui::Checkbox("###value", &on)) {
                value = on;
                return true;
            }
            // A checkbox is narrower than the column: the dot stays where the others are.
            ImGui::SameLine(0, 0);
            ImGui::Dummy({std::max(0.0f, ImGui::GetContentRegionAvail().x - theme_.px(dot_column)),
                          ImGui::GetFrameHeight()});
            return false;
        }
        case Field::Kind::choice: {
            std::vector<std::pair<std::string, std::string>> choices;
            for (const std::string& c : field.choices) {
                choices.emplace_back(c, "");
            }
            std::string chosen;
            if (combo("###value", value.is_string() ? value.get<std::string>() : value.dump(), choices,
                      chosen)) {
                value = chosen;
                return true;
            }
            return false;
        }
        case Field::Kind::integer:
            if (value.is_number()) {
                return drag_integer(field, value);
            }
            break;
        case Field::Kind::number:
            if (value.is_number()) {
                return drag_number(field, value);
            }
            break;
        default:
            break;
        }
        return typed_field("###value", list_text(value), value, field.kind);
    }

    bool drag_integer(const Field& field, Json& value) {
        long v = value.get<long>();
        const long low = std::isfinite(field.min) ? static_cast<long>(field.min) : -2000000000L;
        const long high =
            std::isfinite(field.max) ? static_cast<long>(std::min(field.max, 2e9)) : 2000000000L;
        const float speed = std::max(0.05f, static_cast<float>(std::abs(static_cast<double>(v))) * 0.01f);
        commit_now_ = false;
        const LeftAligned aligned(theme_, std::to_string(v));
        if (ImGui::DragScalar("###value", ImGuiDataType_S64, &v, speed, &low, &high)) {
            value = v;
            return true;
        }
        return false;
    }

    bool drag_number(const Field& field, Json& value) {
        double v = value.get<double>();
        const double low = std::isfinite(field.min) ? field.min : -1e30,
                     high = std::isfinite(field.max) ? field.max : 1e30;
        const double range = std::isfinite(field.min) && std::isfinite(field.max) ? field.max - field.min : 0;
        double speed = range > 0 && range <= 10 ? range * 0.004 : std::max(1e-3, std::abs(v)) * 0.01;
        if (field.log_scale) {
            speed = std::max(1e-6, std::abs(v)) * 0.01;
        }
        commit_now_ = false;
        char shown[40];
        std::snprintf(shown, sizeof shown, "%.6g", v);
        const LeftAligned aligned(theme_, shown);
        if (ImGui::DragScalar("###value", ImGuiDataType_Double, &v, static_cast<float>(speed), &low, &high,
                              "%.6g", ImGuiSliderFlags_NoRoundToFormat)) {
            // Drags end on readable values; typed ones are kept to the last digit.
            value = ImGui::IsMouseDragging(ImGuiMouseButton_Left) ? std::stod(fixed_digits(v)) : v;
            return true;
        }
        return false;
    }

    static std::string fixed_digits(double v) {
        char buffer[40];
        std::snprintf(buffer, sizeof buffer, "%.3g", v);
        return buffer;
    }

    Workbench& bench_;
    Workspace& w_;
    const Theme& theme_;
    std::string heading_;
    bool headed_ = false, commit_now_ = true;
};

void draw(Workbench& bench) {
    Workspace& w = bench.workspace;
    const Theme& theme = bench.theme;
    std::string state = w.modified() ? "edited" : "";
    if (!w.problems().empty()) {
        state = std::to_string(w.problems().size()) + (w.problems().size() == 1 ? " problem" : " problems");
    } else if (!w.pending().empty()) {
        state = std::to_string(w.pending().size()) + " pending";
    }
    panel_header(bench, *find_view("setup"), "Setup", state);
    const bool waiting = !w.pending().empty() || (w.modified() && !w.busy());
    const float footer = theme.px(42);
    if (ImGui::BeginChild("###fields", {0, -footer})) {
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {theme.px(8), theme.px(4)});
        Form form(bench);
        for (const std::string& section : preset_sections()) {
            if (section != "view") {
                form.section(section);
            }
        }
        ImGui::PopStyleVar();
    }
    ImGui::EndChild();
    ImGui::Dummy({0, 0});
    const bool good = w.problems().empty();
    ImGui::BeginDisabled(!good);
    const bool call = waiting && good;
    ImGui::PushStyleColor(ImGuiCol_Button,
                          Theme::vec(call ? theme.colours().primary : theme.colours().field));
    ImGui::PushStyleColor(ImGuiCol_ButtonHovered,
                          Theme::vec(call ? theme.colours().accent : theme.colours().field_hovered));
    ImGui::PushStyleColor(ImGuiCol_Text, call ? ImVec4(1, 1, 1, 1) : theme.dim());
    if (ImGui::Button(waiting ? "Apply and restart###apply" : "Restart###apply",
                      {ImGui::GetContentRegionAvail().x, theme.px(30)})) {
        w.start();
    }
    ImGui::PopStyleColor(3);
    ImGui::EndDisabled();
}

}  // namespace

View setup_view() { return {"setup", "Setup", draw, nullptr}; }

}  // namespace tempera::app
