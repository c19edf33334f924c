// SPDX-License-Identifier: MIT
#include "run/preset/preset_files.hpp"

#include <algorithm>

#include "core/files.hpp"
#include "core/npy.hpp"
#include "core/number_table.hpp"
#include "models/model.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_schema.hpp"
#include "run/preset/preset_text.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

using VisitFile = std::function<void(const std::string& place, const Field& field, Json& name)>;

/// Absolute, and without a slash at the end.
fs::path whole_path(const fs::path& path) {
    const fs::path out = fs::absolute(path).lexically_normal();
    return out.has_filename() ? out : out.parent_path();
}

fs::path folder_of(const Json& preset) {
    return preset.is_object() && preset.contains(place_key) ? fs::path(preset[place_key].get<std::string>())
                                                            : fs::current_path();
}

Json place_of(const Json& preset) {
    return preset.is_object() && preset.contains(place_key) ? Json{{place_key, preset[place_key]}}
                                                            : Json::object();
}

/// Where files are looked up, in this order: beside the preset, in the working folder, among the data sets.
std::vector<fs::path> search_folders(const Json& preset) {
    std::vector<fs::path> out{folder_of(preset), fs::current_path()};
    if (!data_folder().empty()) {
        out.push_back(data_folder());
    }
    return out;
}

/// Empty where there is none. A data set also goes by its name without ending.
fs::path found_file(const Json& preset, const std::string& name) {
    std::vector<std::string> names{name};
    for (const char* ending : data_set_endings) {
        if (!fs::path(name).has_extension()) {
            names.push_back(name + ending);
        }
    }
    std::error_code error;
    for (const fs::path& folder : search_folders(preset)) {
        for (const std::string& n : names) {
            if (fs::exists(folder / n, error)) {
                return whole_path(folder / n);
            }
        }
    }
    return {};
}

std::string where_looked(const Json& preset, const std::string& name) {
    std::string names = "\"" + name + "\"", folders;
    for (const char* ending : data_set_endings) {
        names += fs::path(name).has_extension() ? "" : " or \"" + name + ending + "\"";
    }
    for (const fs::path& folder : search_folders(preset)) {
        folders += (folders.empty() ? "" : " and ") + whole_path(folder).string();
    }
    return "looked for " + names + " in " + folders +
           (data_folder().empty() ? "; TEMPERA_DATA names no further folder" : "");
}

/// A word in angle brackets ("<column>") among a field's words stands for any text: such a setting names a
/// file only where there is one.
bool may_be_any_text(const Field& field) {
    return std::any_of(field.choices.begin(), field.choices.end(),
                       [](const std::string& word) { return word.starts_with("<"); });
}

bool names_file(const Json& preset, const Field& field, const Json& value) {
    if (field.kind != Field::Kind::file || !value.is_string() || value.get<std::string>().empty()) {
        return false;
    }
    const std::string name = value.get<std::string>();
    if (may_be_any_text(field)) {
        const auto folders = search_folders(preset);
        return std::any_of(folders.begin(), folders.end(),
                           [&](const fs::path& folder) { return fs::is_regular_file(folder / name); });
    }
    return std::find(field.choices.begin(), field.choices.end(), name) == field.choices.end();
}

/// Files among the changes that a sweep makes, wherever they stand in it: { "model.file": ... }, in a grid a
/// list of them.
void visit_changes(const Json& preset, Json& changes, const VisitFile& visit) {
    for (auto& [key, value] : changes.items()) {
        const auto field = changes.is_object() ? find_field(preset, key) : std::nullopt;
        if (!field || field->kind != Field::Kind::file) {
            if (value.is_structured()) {
                visit_changes(preset, value, visit);
            }
            continue;
        }
        Json names = value.is_array() ? value : Json::array({value});
        for (Json& name : names) {
            if (names_file(preset, *field, name)) {
                visit("sweep", *field, name);
            }
        }
        value = value.is_array() ? names : names[0];
    }
}

void for_each_file(Json& preset, const VisitFile& visit) {
    const Json at = place_of(preset);
    for_each_setting(preset, [&](const std::string& place, const Field& field, Json& value) {
        if (names_file(at, field, value)) {
            visit(place, field, value);
        }
    });
    if (preset.is_object() && preset.contains("sweep") && preset["sweep"].is_structured()) {
        visit_changes(preset, preset["sweep"], visit);
    }
}

Json without_nulls(const Json& in) {
    Json out = in;
    if (in.is_object()) {
        out = Json::object();
        for (const auto& [key, value] : in.items()) {
            if (!value.is_null()) {
                out[key] = without_nulls(value);
            }
        }
    }
    return out;
}

bool says(const Json& object, const std::string& key) {
    return object.is_object() && object.contains(key) && !object[key].is_null();
}

/// What a file's own object must say so that, merged onto `base`, it gives `wanted`.
Json own_part(const Json& own, const Json& base, const Json& wanted);

Json own_value(const Json& own, const Json& base, const Json& wanted) {
    if (!wanted.is_object()) {
        return wanted;
    }
    const bool replaced = says(wanted, "type") && says(base, "type") && wanted["type"] != base["type"];
    return own_part(own.is_object() ? own : Json::object(),
                    base.is_object() && !replaced ? base : Json::object(), wanted);
}

Json own_part(const Json& own, const Json& base, const Json& wanted) {
    const auto of_base = [&](const std::string& key) { return says(base, key) ? base[key] : Json(); };
    Json out = Json::object();
    for (const auto& [key, value] : own.items()) {
        if (key == "parent") {
            out[key] = value;
        } else if (says(wanted, key)) {
            out[key] = own_value(value, of_base(key), wanted[key]);
        } else if (says(base, key)) {
            out[key] = nullptr;
        }
    }
    for (const auto& [key, value] : wanted.items()) {
        if (own.contains(key) || value.is_null() || value == of_base(key)) {
            continue;
        }
        const Json part = own_value(Json(), of_base(key), value);
        if (!part.is_object() || !part.empty() || !says(base, key)) {
            out[key] = part;
        }
    }
    for (const auto& [key, value] : base.items()) {
        if (!own.contains(key) && says(base, key) && !says(wanted, key)) {
            out[key] = nullptr;
        }
    }
    return out;
}

/// The text of `source` with the edits that make it `wanted` in the folder of `target`.
std::string edited_text(const Json& wanted, const fs::path& source, const fs::path& target) {
    const std::string text = read_file_text(source);
    Json own = parse_preset(text, source.filename().string()), base = Json::object();
    if (own.contains("parent") && own["parent"].is_string() &&
        whole_path(source).parent_path() == whole_path(target).parent_path()) {
        base = load_preset(source.parent_path() / own["parent"].get<std::string>());
        base.erase(place_key);
    } else {
        own.erase("parent");
    }
    const std::string out = edit_json_text(text, own_part(own, base, wanted));
    Json back = parse_preset(out, target.filename().string());
    back.erase("parent");
    if (!preset_difference(without_nulls(merge_presets(base, back)), without_nulls(wanted)).empty()) {
        throw ConfigError(source.string(), "cannot be edited in place");
    }
    return out;
}

}  // namespace

fs::path find_file(const Json& preset, const std::string& name) {
    const fs::path found = found_file(preset, name);
    return found.empty() ? whole_path(folder_of(preset) / name) : found;
}

std::string named_file(const Json& preset, const fs::path& file) {
    const fs::path whole = whole_path(file);
    return (says(preset, place_key) ? whole.lexically_relative(folder_of(preset)) : whole).string();
}

Json with_found_files(Json preset) {
    const Json at = place_of(preset);
    for_each_file(preset, [&](const std::string&, const Field&, Json& name) {
        name = find_file(at, name.get<std::string>()).string();
    });
    return preset;
}

Json moved_preset(Json preset, const fs::path& folder) {
    const fs::path to = whole_path(folder);
    const Json at = place_of(preset);
    if (to == folder_of(at)) {
        return preset;
    }
    for_each_file(preset, [&](const std::string&, const Field&, Json& name) {
        if (fs::path(name.get<std::string>()).is_relative()) {
            name = find_file(at, name.get<std::string>()).lexically_relative(to).string();
        }
    });
    preset[place_key] = to.string();
    return preset;
}

Json stored_preset(Json preset, const fs::path& folder) {
    const fs::path to = whole_path(folder);
    const Json at = place_of(preset);
    for_each_file(preset, [&](const std::string&, const Field&, Json& name) {
        name = find_file(at, name.get<std::string>()).lexically_relative(to).string();
    });
    preset.erase(place_key);
    return preset;
}

bool lacks_files(const Json& preset, const std::string& section) {
    Json copy = preset;
    bool lacks = false;
    for_each_file(copy, [&](const std::string& place, const Field&, Json& name) {
        std::error_code error;
        lacks = lacks || (place.starts_with(section + ".") &&
                          !fs::exists(find_file(preset, name.get<std::string>()), error));
    });
    return lacks;
}

void check_files(const Json& preset, Problems& problems) {
    Json copy = preset;
    const bool trained = copy.is_object() && copy.contains("model") && copy["model"].is_object() &&
                         !text_of(copy["model"], "file").empty();
    for_each_file(copy, [&](const std::string& place, const Field& field, Json& name) {
        // what a network was made from is not needed once it is there
        const bool of_training = place.starts_with("model.losses") || place.starts_with("model.training");
        const fs::path file = find_file(preset, name.get<std::string>());
        const auto known = [&](const Problem& p) { return p.place == place && place != "sweep"; };
        std::error_code error;
        if ((trained && of_training) || fs::exists(file, error) ||
            std::any_of(problems.list().begin(), problems.list().end(), known)) {
            return;
        }
        problems.add(place, "\"" + name.get<std::string>() + "\" does not exist (" +
                                where_looked(preset, name.get<std::string>()) + "); give " + field.help);
    });
}

void save_preset(const Json& preset, const fs::path& source, const fs::path& target) {
    const fs::path folder = whole_path(target).parent_path();
    Json wanted = moved_preset(preset, folder);
    wanted.erase(place_key);
    std::string text;
    std::error_code error;
    try {
        text =
            fs::is_regular_file(source, error) ? edited_text(wanted, source, target) : format_preset(wanted);
    } catch (const ConfigError&) {  // the file is no preset any more, or is put together in a way of its own
        text = format_preset(wanted);
    }
    text.resize(text.find_last_not_of(" \t\r\n") + 1);
    write_file_atomically(target, text + "\n");
}

}  // namespace tempera
