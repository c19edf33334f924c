// SPDX-License-Identifier: MIT
// Presets (design contract): JSON with comments and parents, dotted paths, every problem reported with place
// and fix.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/settings.hpp"

namespace tempera {

/// Reads a file (comments allowed), merges its parents (objects merge key by key; a section whose "type"
/// changes is replaced), returns the merged document, which knows its folder (preset_files.hpp). Throws
/// ConfigError ("two_lakes.json line 14 column 9: expected ...", a key that stands twice).
Json load_preset(const std::filesystem::path& file);
Json parse_preset(const std::string& text, const std::string& name);
/// `base` overlaid by `change` by the rule of parents.
Json merge_presets(Json base, const Json& change);

/// "a.b=v": v as it is typed for that setting (core/value_text.hpp). Unknown paths are found by check_preset
/// later. Setting the "type" of a section drops the keys that the new type does not know.
void set_value(Json& preset, const std::string& assignment);
void set_value(Json& preset, const std::string& dotted, const Json& value);
/// Takes a setting, a section or an entry of a list away; where there is none, nothing happens.
void erase_value(Json& preset, const std::string& dotted);
Json get_value(const Json& preset, const std::string& dotted);  ///< null when absent
/// Gives a section another type, everywhere by the same rule: settings that both types know are kept, a
/// schedule that does not fit is dropped, and "explicit" starts with the values of the schedule before.
void change_type(Json& preset, const std::string& section, const std::string& type);
/// { "type": type } with what `old` says of settings that this type of the family has, too.
Json entry_of_type(const Json& old, Family family, const std::string& type);

/// A document read once: with all defaults filled in (null where that cannot be), and every problem, at
/// places that find_field() knows: unknown keys with the nearest known one, types, ranges, combinations that
/// do not go together (kernel on a path without field, diffusion of a target without closed form, ...).
struct Resolved {
    Json preset;
    std::vector<Problem> problems;
};
Resolved read_preset(const Json& preset);
/// All defaults filled in; throws ConfigError with all problems. Files that a preset names need not be there
/// any more: a stored run is read without.
Json resolve_preset(const Json& preset);
/// Every problem of the document, missing files among them; none: a run or training of it can start.
std::vector<Problem> check_preset(const Json& preset);
/// Why a section cannot have a type beside the rest of the document (a kernel that the path has no field for,
/// a schedule of other paths); empty when it can.
std::string type_obstacle(const Json& preset, const std::string& section, const std::string& type);

/// Sections in the order of the flow: target, path, kernel, moves, sampler, model, run, view.
const std::vector<std::string>& preset_sections();
/// Fields of a section for a chosen type ("" for run and view); "path.schedule" and "run.record" are
/// sections, too.
std::vector<Field> section_fields(const std::string& section, const std::string& type);
/// Names of the types of a section with their summaries; empty for run and view.
std::vector<std::pair<std::string, std::string>> section_types(const std::string& section);
/// Fields in which two resolved presets differ, as dotted paths.
std::vector<std::string> preset_difference(const Json& a, const Json& b);
/// hot, warm or cold by dotted path.
Change change_class(const Json& preset, const std::string& dotted);
std::string format_preset(const Json& preset);  ///< readable JSON text, shortest round-trip numbers

}  // namespace tempera
