// SPDX-License-Identifier: MIT
// Widgets of one setting, made from its description.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "app/kit/theme.hpp"
#include "core/settings.hpp"

namespace tempera::app {

struct FieldEdit {
    bool changed = false;
    bool complete = true;  ///< false: a drag goes on; it ends when the item is deactivated
};

/// The widget of a setting, with the id ###value and the width of the next item. `right_margin` is what other
/// things in the row need at its right end.
FieldEdit edit_field(const Theme& theme, const Field& field, Json& value, float right_margin);
/// Why a name cannot be chosen; empty when it can.
using Obstacle = std::function<std::string(const std::string& name)>;
/// A list of names with a summary each, shown as a tooltip; true when another one was chosen. Names with an
/// obstacle (asked when the list opens) are greyed, and their tooltip says why.
bool choose(const Theme& theme, const char* id, const std::string& now,
            const std::vector<std::pair<std::string, std::string>>& choices, std::string& chosen,
            const Obstacle& obstacle = {});
/// Drops the text that is being typed into a field.
void forget_typing();

}  // namespace tempera::app
