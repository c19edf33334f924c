// SPDX-License-Identifier: MIT
// The text of a preset: JSON as people write it, with comments and an order and spacing of their own, which
// edits leave as they are.
#pragma once

#include <string>

#include "core/settings.hpp"

namespace tempera {

/// JSON text of a value that begins at a column of a line indented by `indent`: on one line when that is
/// short, otherwise one entry a line; numbers in their shortest form that reads back the same.
std::string format_json(const Json& value, std::size_t indent = 0, std::size_t column = 0);

/// Keys that stand twice in one object of a text (which must be JSON, comments allowed): the place with the
/// dotted key, the text with line and column of both.
void check_duplicate_keys(const std::string& text, const std::string& name, Problems& problems);

/// `text` (JSON, comments allowed) changed so that it holds `wanted`. What is equal keeps its spelling;
/// changed values are replaced, new keys are added at the end of their object, others are taken out with
/// their line.
std::string edit_json_text(const std::string& text, const Json& wanted);

}  // namespace tempera
