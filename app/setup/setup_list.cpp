// SPDX-License-Identifier: MIT
// Setup's rows of a list of types with their settings (the losses of a network), and the button that trains
// it.
#include <imgui.h>

#include "app/setup/setup_form.hpp"
#include "models/model.hpp"
#include "run/preset/preset_schema.hpp"

namespace tempera::app {
namespace {

constexpr const char* take_out = "remove";

std::vector<std::pair<std::string, std::string>> named_types(const Field& list) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const SettingsType& type : list.family()) {
        out.emplace_back(type.name, type.summary);
    }
    return out;
}

/// "losses" -> "loss", "sources" -> "source".
std::string one_of(const std::string& names) {
    return names.substr(0, names.size() - (names.ends_with("sses") ? 2 : 1));
}

}  // namespace

void SetupForm::list(const Field& field, const std::string& dotted) {
    const Json items = w_.value(dotted);
    if (!matches(dotted)) {
        return;
    }
    if (!items.is_array() || items.empty()) {  // typed in by hand and broken: shown as it is
        Field raw = field;
        raw.kind = Field::Kind::json;
        value_row({dotted, dotted, field.name, field.help, field.change}, raw, items,
                  [&](const Json& v) { w_.set(dotted, v); });
        return;
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        item(field, dotted, items, i);
    }
    add_item(field, dotted, items);
}

/// Its type, which can also be taken out, and the settings of that type.
void SetupForm::item(const Field& field, const std::string& dotted, const Json& list, std::size_t index) {
    const std::string place = dotted + "[" + std::to_string(index) + "]";
    const Json& now = list[index];
    const std::string name = now.is_object() ? now.value("type", "") : "";
    const SettingsType* type = nullptr;
    for (const SettingsType& t : field.family()) {
        type = t.name == name ? &t : type;
    }
    const auto put = [&](const Json& edited) {
        w_.set(dotted, edited);
        w_.commit();
    };
    const Row row{place + ".type", dotted, one_of(field.name) + " " + std::to_string(index + 1),
                  type ? type->summary : "", field.change};
    const bool bad = begin_row(row);
    auto types = named_types(field);
    if (list.size() > 1) {
        types.emplace_back(take_out, "Takes this one out of the list");
    }
    std::string chosen;
    if (choose(theme_, "###value", name, types, chosen)) {
        Json edited = list;
        if (chosen == take_out) {
            edited.erase(index);
        } else {
            edited[index] = entry_of_type(now, field.family, chosen);
        }
        put(edited);
    }
    end_row(row, bad);
    for (const Field& f : type ? type->fields : std::vector<Field>{}) {
        const Json value = now.contains(f.name) ? now[f.name] : f.default_value;
        if (value.is_null() && !bench_.view.show_absent) {
            continue;
        }
        value_row({place + "." + f.name, dotted, "  " + f.name, f.help, field.change}, f, value,
                  [&](const Json& v) {
                      Json edited = list;
                      edited[index][f.name] = v;
                      w_.set(dotted, edited);
                  });
    }
}

void SetupForm::add_item(const Field& field, const std::string& dotted, const Json& list) {
    const Row row{dotted + ".add", dotted, "add a " + one_of(field.name), field.help, field.change};
    const bool bad = begin_row(row);
    std::string chosen;
    if (choose(theme_, "###value", "...", named_types(field), chosen)) {
        Json edited = list;
        edited.push_back(entry_of_type(Json(), field.family, chosen));
        w_.set(dotted, edited);
        w_.commit();
    }
    end_row(row, bad);
}

void SetupForm::train_button() {
    if (!bench_.view.setup_filter.empty()) {
        return;
    }
    heading();
    const Learning& learning = bench_.learning;
    const RunState s = learning.training().state;
    const char* text = s == RunState::paused ? "Go on training###train"
                       : learning.active()   ? "Pause training###train"
                                             : "Train###train";
    const std::string obstacle = learning.obstacle();
    ImGui::Dummy({0, theme_.px(1)});
    const float left = ImGui::GetCursorPosX();
    ImGui::AlignTextToFramePadding();
    {
        const Face small(theme_.body, Theme::small_size);
        ImGui::TextColored(theme_.dim(), "%s",
                           learning.active()                                   ? "in training"
                           : needs_training(get_value(w_.resolved(), "model")) ? "not trained"
                                                                               : "trained");
    }
    ImGui::SameLine(left + theme_.px(label_column));
    ImGui::BeginDisabled(!learning.active() && !obstacle.empty());
    if (ImGui::Button(text, {ImGui::GetContentRegionAvail().x - theme_.px(dot_column), 0})) {
        bench_.commands.run("train.toggle", bench_);
    }
    ImGui::EndDisabled();
    ImGui::SetItemTooltip(
        "%s", obstacle.empty()
                  ? "Trains this network with these settings; the result becomes model.file (Ctrl+T)"
                  : obstacle.c_str());
}

}  // namespace tempera::app
