// SPDX-License-Identifier: MIT
// Setup's rows of a network: its losses, its training, and the button that trains it.
#include <imgui.h>

#include "app/setup/setup_form.hpp"
#include "models/model.hpp"
#include "training/objective.hpp"

namespace tempera::app {
namespace {

const training::ObjectiveEntry* find_loss(const std::string& name) {
    for (const training::ObjectiveEntry& entry : training::objective_catalogue()) {
        if (entry.info.name == name) {
            return &entry;
        }
    }
    return nullptr;
}

std::vector<std::pair<std::string, std::string>> loss_types() {
    std::vector<std::pair<std::string, std::string>> out;
    for (const training::ObjectiveEntry& entry : training::objective_catalogue()) {
        out.emplace_back(entry.info.name, entry.info.summary);
    }
    return out;
}

}  // namespace

void SetupForm::model() {
    losses(w_.value("model.losses"));
    training();
    train_button();
}

void SetupForm::losses(const Json& list) {
    if (!matches("model.losses")) {
        return;
    }
    if (!list.is_array() || list.empty()) {  // typed in by hand and broken: shown as it is
        Field field;
        field.kind = Field::Kind::json;
        value_row({"model.losses", "model.losses", "losses", "list of { type, weight, ... }", Change::cold},
                  field, list, [&](const Json& v) { w_.set("model.losses", v); });
        return;
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
        loss_rows(list, i);
    }
    add_loss(list);
}

/// Its type, which can also be taken out, and the settings of that type.
void SetupForm::loss_rows(const Json& list, std::size_t index) {
    const std::string id = "model.losses." + std::to_string(index);
    const Json& loss = list[index];
    const std::string name = loss.is_object() ? loss.value("type", "") : "";
    const training::ObjectiveEntry* entry = find_loss(name);
    const Row row{id + ".type", "model.losses", "loss " + std::to_string(index + 1),
                  entry ? entry->info.summary : "", Change::cold};
    const bool bad = begin_row(row);
    auto types = loss_types();
    if (list.size() > 1) {
        types.emplace_back("remove", "Takes this loss out of the list");
    }
    std::string chosen;
    if (choose("###value", name, types, chosen)) {
        Json edited = list;
        if (chosen == "remove") {
            edited.erase(index);
        } else {
            edited[index] = Json{{"type", chosen}, {"weight", loss.value("weight", 1.0)}};
        }
        w_.set("model.losses", edited);
        w_.commit();
    }
    end_row(row, bad);
    for (const Field& field : entry ? entry->info.fields : std::vector<Field>{}) {
        const Json value = loss.contains(field.name) ? loss[field.name] : field.default_value;
        if (value.is_null() && !bench_.view.show_absent) {
            continue;
        }
        value_row({id + "." + field.name, "model.losses", "  " + field.name, field.help, Change::cold}, field,
                  value, [&](const Json& v) {
                      Json edited = list;
                      edited[index][field.name] = v;
                      w_.set("model.losses", edited);
                  });
    }
}

void SetupForm::add_loss(const Json& list) {
    const Row row{"model.losses.add", "model.losses", "add a loss",
                  "Adds a loss to the list; the total is their weighted sum", Change::cold};
    const bool bad = begin_row(row);
    std::string chosen;
    if (choose("###value", "...", loss_types(), chosen)) {
        Json edited = list;
        edited.push_back(Json{{"type", chosen}, {"weight", 1}});
        w_.set("model.losses", edited);
        w_.commit();
    }
    end_row(row, bad);
}

void SetupForm::training() {
    for (const Field& field : fields_of<TrainingSettings>()) {
        if (field.name != "noise") {
            field_row("model.training." + field.name, field, field.name);
            continue;
        }
        for (const Field& part : fields_of<NoiseSettings>()) {
            field_row("model.training.noise." + part.name, part, "noise " + part.name);
        }
    }
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
                           learning.active()                                      ? "in training"
                           : needs_training(w_.resolved().value("model", Json())) ? "not trained"
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
