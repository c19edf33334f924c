// SPDX-License-Identifier: MIT
#include "run/preset/preset_schema.hpp"

#include <algorithm>
#include <map>

#include "paths/schedule.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"
#include "samplers/annealed_sampler.hpp"
#include "training/objective.hpp"

namespace tempera {

namespace {

/// A network's section also says how it is made: its losses and its training.
SettingsType with_training(const SettingsType& network) {
    SettingsType out = network;
    const std::vector<Field> own = network.fields, made = fields_of<TrainedSettings>();
    out.fields.insert(out.fields.end(), made.begin(), made.end());
    out.check = [own, made, all = out.fields, check = network.check](const Json& in, const std::string& place,
                                                                     Problems& problems) {
        check_unknown_keys(in, all, {"type"}, place, problems);
        check(known_settings(in, own), place, problems);
        read_settings<TrainedSettings>(known_settings(in, made), place, problems);
    };
    out.resolve = [own, made, resolve = network.resolve](const Json& in) {
        Problems problems;
        const auto settings = read_settings<TrainedSettings>(known_settings(in, made), "model", problems);
        problems.throw_if_any();
        Json resolved = resolve(known_settings(in, own));
        resolved.update(write_settings(settings));
        return resolved;
    };
    return out;
}

std::vector<SettingsType> model_types() {
    std::vector<SettingsType> out = settings_types(model_catalogue());
    for (SettingsType& type : out) {
        type = model_info({{"type", type.name}}).trainable ? with_training(type) : type;
    }
    return out;
}

const std::map<std::string, std::vector<SettingsType>>& all_types() {
    static const std::map<std::string, std::vector<SettingsType>> types{
        {"target", settings_types(target_catalogue())},
        {"path", settings_types(path_catalogue())},
        {"kernel", settings_types(kernel_catalogue())},
        {"moves", settings_types(move_catalogue())},
        {"sampler", settings_types(sampler_catalogue())},
        {"path.schedule", schedule_types()},
        {"model", model_types()},
        {"model.losses", training::loss_types()},
        {"run.record.diagnostics", diagnostic_types()}};
    return types;
}

Field type_field(const std::vector<SettingsType>& types) {
    Field f;
    f.name = "type";
    f.kind = Field::Kind::choice;
    for (const SettingsType& type : types) {
        f.choices.push_back(type.name);
    }
    return f;
}

const SettingsType* named(const std::vector<SettingsType>& types, const std::string& name) {
    const auto at =
        std::find_if(types.begin(), types.end(), [&](const SettingsType& type) { return type.name == name; });
    return at == types.end() ? nullptr : &*at;
}

using Parts = std::vector<std::string>;

/// The field of what stands `depth` deep in the lists of a field.
Field inner_field(Field field, std::size_t depth) {
    for (; depth > 0; --depth) {
        field.kind = field.kind == Field::Kind::matrices  ? Field::Kind::matrix
                     : field.kind == Field::Kind::matrix  ? Field::Kind::numbers
                     : field.kind == Field::Kind::numbers ? Field::Kind::number
                                                          : Field::Kind::json;
    }
    return field;
}

/// The field at parts[at...] among `fields`, whose values stand in `value`.
std::optional<Field> field_below(const std::vector<Field>& fields, const Json& value, const Parts& parts,
                                 std::size_t at);

std::optional<Field> field_of_entry(const std::vector<SettingsType>& types, const Json& value,
                                    const Parts& parts, std::size_t at) {
    if (at < parts.size() && parts[at] == "type") {
        return at + 1 == parts.size() ? std::optional(type_field(types)) : std::nullopt;
    }
    const SettingsType* type = named(types, text_of(value, "type"));
    return type ? field_below(type->fields, value, parts, at) : std::nullopt;
}

std::optional<Field> field_below(const std::vector<Field>& fields, const Json& value, const Parts& parts,
                                 std::size_t at) {
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == parts[at]; });
    if (found == fields.end()) {
        return std::nullopt;
    }
    const Field& field = *found;
    if (at + 1 == parts.size()) {
        return field;
    }
    const Json below = value.is_object() && value.contains(field.name) ? value[field.name] : Json();
    switch (field.kind) {
    case Field::Kind::group:
        return field_below(field.fields, below, parts, at + 1);
    case Field::Kind::entry:
        return field_of_entry(field.family(), below.is_null() ? field.default_value : below, parts, at + 1);
    case Field::Kind::list: {
        const Json& list = below.is_null() ? field.default_value : below;
        const std::size_t i = is_index(parts[at + 1]) ? std::stoul(parts[at + 1]) : list.size();
        if (!list.is_array() || i >= list.size()) {
            return std::nullopt;
        }
        return at + 2 == parts.size() ? std::optional(field)
                                      : field_of_entry(field.family(), list[i], parts, at + 2);
    }
    case Field::Kind::numbers:
    case Field::Kind::matrix:
    case Field::Kind::rows:
    case Field::Kind::matrices:
    case Field::Kind::json:
        return inner_field(field, parts.size() - at - 1);
    default:
        return std::nullopt;
    }
}

using Visit = std::function<void(const std::string& place, const Field& field, Json& value)>;

void visit_fields(const std::vector<Field>& fields, const std::string& place, Json& values,
                  const Visit& visit) {
    const auto visit_entry = [&](const Field& field, const std::string& at, Json& value) {
        if (const SettingsType* type = named(field.family(), text_of(value, "type"))) {
            visit_fields(type->fields, at, value, visit);
        }
    };
    for (const Field& field : fields) {
        if (!values.is_object() || !values.contains(field.name)) {
            continue;
        }
        const std::string at = place + "." + field.name;
        Json& value = values[field.name];
        visit(at, field, value);
        if (field.kind == Field::Kind::group) {
            visit_fields(field.fields, at, value, visit);
        } else if (field.kind == Field::Kind::entry) {
            visit_entry(field, at, value);
        } else if (field.kind == Field::Kind::list && value.is_array()) {
            for (std::size_t i = 0; i < value.size(); ++i) {
                visit_entry(field, at + "[" + std::to_string(i) + "]", value[i]);
            }
        }
    }
}

}  // namespace

const std::vector<std::string>& typed_sections() {
    static const std::vector<std::string> names = {"target", "path",         "kernel",
                                                   "moves",  "sampler",      "path.schedule",
                                                   "model",  "model.losses", "run.record.diagnostics"};
    return names;
}

bool has_field(const std::vector<Field>& fields, const std::string& name) {
    return std::any_of(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
}

const std::vector<SettingsType>& types_of(const std::string& section) {
    static const std::vector<SettingsType> none;
    const auto family = all_types().find(section);
    return family == all_types().end() ? none : family->second;
}

const SettingsType* find_type(const std::string& section, const std::string& type) {
    return named(types_of(section), type);
}

std::vector<std::string> split_dotted(const std::string& dotted) {
    std::vector<std::string> parts;
    std::string part;
    for (char c : dotted) {
        if (c == '.' || c == '[') {
            if (!part.empty()) {
                parts.push_back(std::exchange(part, {}));
            }
        } else if (c != ']') {
            part += c;
        }
    }
    if (!part.empty()) {
        parts.push_back(part);
    }
    return parts;
}

bool is_index(const std::string& part) {
    return !part.empty() && part.size() < 9 && part.find_first_not_of("0123456789") == std::string::npos;
}

std::optional<Field> find_field(const std::vector<Field>& fields, const Json& values,
                                const std::string& dotted) {
    const Parts parts = split_dotted(dotted);
    return parts.empty() ? std::nullopt : field_below(fields, values, parts, 0);
}

std::optional<Field> find_field(const Json& preset, const std::string& dotted) {
    const Parts parts = split_dotted(dotted);
    if (parts.empty()) {
        return std::nullopt;
    }
    if (parts.size() == 1) {
        for (const Field& f : top_fields()) {
            if (f.name == parts[0]) {
                return f;
            }
        }
        return std::nullopt;
    }
    const Json section = get_value(preset, parts[0]);
    const auto& types = types_of(parts[0]);
    return types.empty() ? field_below(section_fields(parts[0], ""), section, parts, 1)
                         : field_of_entry(types, section, parts, 1);
}

void for_each_setting(Json& preset, const Visit& visit) {
    for (const std::string& section : preset_sections()) {
        if (preset.is_object() && preset.contains(section)) {
            visit_fields(section_fields(section, text_of(preset[section], "type")), section, preset[section],
                         visit);
        }
    }
}

Json known_settings(const Json& settings, const std::vector<Field>& fields) {
    Json out = Json::object();
    for (const auto& [key, value] : settings.items()) {
        if (key == "type" || has_field(fields, key)) {
            out[key] = value;
        }
    }
    return out;
}

Json model_in_use(const Json& resolved) {
    const Json found = with_found_files(resolved);
    const Json model = found.value("model", Json{{"type", "none"}});
    return known_settings(
        model, find_entry(model_catalogue(), "model", model.at("type").get<std::string>()).info.fields);
}

const std::vector<std::string>& preset_sections() {
    static const std::vector<std::string> names = {"target",  "path",  "kernel", "moves",
                                                   "sampler", "model", "run",    "view"};
    return names;
}

namespace {

Field top_field(const char* name, Field::Kind kind, const char* help) {
    Field f;
    f.name = name, f.kind = kind, f.help = help;
    return f;
}

}  // namespace

const std::vector<Field>& top_fields() {
    static const std::vector<Field> fields = [] {
        std::vector<Field> out{top_field("schema", Field::Kind::text, "always tempera-preset"),
                               top_field("version", Field::Kind::integer, "of the form of presets: 1"),
                               top_field("name", Field::Kind::text, "also names the folder of its runs"),
                               top_field("note", Field::Kind::text, "what the preset is for"),
                               top_field("parent", Field::Kind::text, "a preset that this one changes")};
        for (const std::string& s : preset_sections()) {
            out.push_back(top_field(s.c_str(), Field::Kind::json, "a section"));
        }
        out.push_back(top_field("sweep", Field::Kind::json, "the runs of a sweep"));
        out.push_back(top_field("made_by", Field::Kind::json, "the program that stored it"));
        out.push_back(top_field("edits", Field::Kind::json, "changes during the run"));
        return out;
    }();
    return fields;
}

std::vector<Field> section_fields(const std::string& section, const std::string& type) {
    if (section == "run") {
        return fields_of<RunSettings>();
    }
    if (section == "run.record") {
        return fields_of<RecordSettings>();
    }
    if (section == "view") {
        return fields_of<ViewSettings>();
    }
    const SettingsType* found = find_type(section, type);
    return found ? found->fields : std::vector<Field>{};
}

std::vector<std::pair<std::string, std::string>> section_types(const std::string& section) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const SettingsType& type : types_of(section)) {
        out.emplace_back(type.name, type.summary);
    }
    return out;
}

}  // namespace tempera
