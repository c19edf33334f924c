// SPDX-License-Identifier: MIT
// Setup: widgets made from the settings' own descriptions. Nothing here knows a method by name.
#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "app/field_widgets.hpp"
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
        if (choose("###value", type, types, chosen)) {
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
        const FieldEdit edit = edit_field(theme_, field, value, theme_.px(dot_column));
        if (edit.changed) {
            w_.set(dotted, value);
            if (edit.complete) {
                w_.commit();
            }
        }
        if (ImGui::IsItemDeactivated()) {
            w_.commit();
        }
        end_row(dotted, field.change, bad);
    }

    Workbench& bench_;
    Workspace& w_;
    const Theme& theme_;
    std::string heading_;
    bool headed_ = false;
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
