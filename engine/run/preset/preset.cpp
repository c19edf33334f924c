// SPDX-License-Identifier: MIT
// What a preset may hold: checks, defaults, differences.
#include "run/preset/preset.hpp"

#include <map>

#include "core/text.hpp"
#include "paths/density_path.hpp"
#include "paths/schedule.hpp"
#include "run/preset/preset_files.hpp"
#include "run/preset/preset_reference.hpp"
#include "run/preset/preset_schema.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

namespace {

constexpr int preset_version = 1;

/// null means absent.
Json without_nulls(const Json& in) {
    if (!in.is_object()) {
        return in;
    }
    Json out = Json::object();
    for (const auto& [key, value] : in.items()) {
        if (!value.is_null()) {
            out[key] = without_nulls(value);
        }
    }
    return out;
}

void check_head(const Json& in, Json& out, Problems& problems) {
    if (!in.contains("schema") || in["schema"] != "tempera-preset") {
        problems.add("schema", (in.contains("schema") ? in["schema"].dump() + " must be"
                                                      : std::string("is missing; write")) +
                                   " \"schema\": \"tempera-preset\"");
    }
    if (!in.contains("version")) {
        problems.add("version", "is missing; write \"version\": 1");
    } else if (!in["version"].is_number_integer() || in["version"].get<long>() < 1) {
        problems.add("version",
                     in["version"].dump() + " must be a whole number from 1; this program writes version 1");
    } else if (in["version"].get<long>() > preset_version) {
        problems.add("version", in["version"].dump() +
                                    " is newer than this program, which knows versions up to 1; "
                                    "use a newer program or save the preset as version 1");
    }
    out["schema"] = "tempera-preset";
    out["version"] = preset_version;
    for (const char* key : {"name", "note"}) {
        out[key] = std::string(key) == "name" ? "untitled" : "";
        if (in.contains(key)) {
            if (in[key].is_string()) {
                out[key] = in[key];
            } else {
                problems.add(key, in[key].dump() + " must be a text");
            }
        }
    }
    const std::string name = out["name"].get<std::string>();
    for (const auto& [key, allowed] : {std::pair{"name", ""}, std::pair{"note", "\n\t"}}) {
        if (!is_shown_text(out[key].get<std::string>(), allowed)) {
            problems.add(key,
                         "holds control characters (or is no UTF-8), which terminals and pages would obey; "
                         "leave them out");
        }
    }
    if (name.size() > 200) {
        problems.add("name", "has " + std::to_string(name.size()) +
                                 " bytes; it becomes a folder's name and may have at most 200");
    } else if (name.empty() || name.find("\0", 0, 1) != std::string::npos ||
               name.find_first_of("/\\\n") != std::string::npos || name[0] == '.') {
        problems.add(
            "name", "\"" + name +
                        "\" becomes a folder's name: it must not be empty, begin with a dot or hold slashes");
    }
}

/// A section with a type: checked by its catalogue entry; null when it cannot be resolved.
Json typed_section(const std::string& section, const Json& settings, Problems& problems) {
    const SettingsType* type = find_type(types_of(section), settings, section, problems);
    if (!type) {
        return nullptr;
    }
    const std::size_t before = problems.list().size();
    type->check(settings, section, problems);
    return problems.list().size() == before ? type->resolve(settings) : Json(nullptr);
}

/// The values of an explicit schedule, and the number of levels that they mean.
void resolve_explicit(Json& path, bool rho, bool has_levels, Problems& problems) {
    const std::string key = rho ? "rho" : "beta", place = "path.schedule." + key;
    const Json values = path["schedule"].value(key, Json());
    if (!values.is_array() || values.empty()) {
        problems.add(place, std::string("is missing; this path needs the values of ") +
                                (rho ? "levels 1..n_levels" : "levels 0..n_levels"));
        return;
    }
    if (!has_levels) {
        path["n_levels"] = static_cast<long>(values.size()) - (rho ? 0 : 1);
    }
    check_schedule(values.get<std::vector<double>>(), path["n_levels"].get<int>(), rho, place, problems);
}

/// The path with what only the schedule decides: does it fit, how many levels has it?
Json path_section(Json in, Problems& problems) {
    in.erase("schedule_in_use");
    Json out = typed_section("path", in, problems);
    if (out.is_null()) {
        return Json{{"type", in.value("type", Json(nullptr))}};
    }
    const bool rho = path_uses_rho(out["type"].get<std::string>()), has_levels = in.contains("n_levels");
    const ScheduleEntry& entry = find_schedule(out["schedule"]["type"].get<std::string>());
    if (!(rho ? entry.for_rho : entry.for_beta)) {
        std::string fitting;
        for (const ScheduleEntry& e : schedule_catalogue()) {
            fitting += (rho ? e.for_rho : e.for_beta) ? (fitting.empty() ? "" : ", ") + e.name : "";
        }
        problems.add("path.schedule.type", "\"" + entry.name + "\" does not fit a " +
                                               out["type"].get<std::string>() +
                                               " path; choose one of: " + fitting);
    } else if (entry.name == "explicit") {
        resolve_explicit(out, rho, has_levels, problems);
    } else if (!has_levels && entry.name == "equal_cess" && !out["schedule"]["cess"].is_null()) {
        out.erase("n_levels");  // the pilot finds it
    }
    return out;
}

/// One section; null where it cannot be resolved.
Json resolve_section(const std::string& section, const Json& in, Problems& problems) {
    const bool may_be_none = section == "moves" || section == "model";
    const bool typed = !types_of(section).empty();
    if (!in.contains(section) && typed && !may_be_none) {
        problems.add(section + ".type", "is missing; add \"" + section +
                                            "\": { \"type\": ... } (see tempera list " + section + ")");
        return nullptr;
    }
    Json settings = in.contains(section) ? in[section] : Json::object();
    if (!settings.is_object()) {
        problems.add(section, settings.dump() + " must be an object { ... }");
        return nullptr;
    }
    if (may_be_none && !settings.contains("type")) {
        settings["type"] = "none";
    }
    if (section == "path") {
        return path_section(settings, problems);
    }
    if (section == "run") {
        return write_settings(read_settings<RunSettings>(settings, "run", problems, {}));
    }
    if (section == "view") {
        return write_settings(read_settings<ViewSettings>(settings, "view", problems, {}));
    }
    return typed_section(section, settings, problems);
}

/// The files as the document names them, after they were looked up for the checks.
void restore_files(Json& resolved, const Json& given) {
    std::map<std::string, Json> names;
    Json document = given;
    for_each_setting(document, [&](const std::string& place, const Field& field, Json& value) {
        if (field.kind == Field::Kind::file) {
            names[place] = value;
        }
    });
    for_each_setting(resolved, [&](const std::string& place, const Field&, Json& value) {
        const auto at = names.find(place);
        value = at == names.end() ? value : at->second;
    });
}

Json resolve_collecting(const Json& given, Problems& problems) {
    if (!given.is_object()) {
        problems.add("preset",
                     std::string("is a JSON ") + given.type_name() + "; it must be an object { ... }");
        return nullptr;
    }
    const Json document = without_nulls(given), in = with_found_files(document);
    Json out = Json::object();
    check_head(in, out, problems);
    Json keys = in;
    keys.erase(place_key);
    check_unknown_keys(keys, top_fields(), {}, "", problems);
    for (const std::string& section : preset_sections()) {
        out[section] = resolve_section(section, in, problems);
    }
    for (const char* key : {"sweep", "made_by", "edits", place_key}) {
        if (document.contains(key)) {
            out[key] = document[key];
        }
    }
    check_combinations(out, problems);
    restore_files(out, document);
    return out;
}

void collect_difference(const Json& a, const Json& b, const std::string& place,
                        std::vector<std::string>& out) {
    if (a == b) {
        return;
    }
    if (!a.is_object() || !b.is_object()) {
        out.push_back(place);
        return;
    }
    const auto at = [&](const std::string& key) { return place.empty() ? key : place + "." + key; };
    for (const auto& [key, value] : a.items()) {
        collect_difference(value, b.contains(key) ? b[key] : Json(nullptr), at(key), out);
    }
    for (const auto& [key, value] : b.items()) {
        if (!a.contains(key)) {
            collect_difference(nullptr, value, at(key), out);
        }
    }
}

}  // namespace

Resolved read_preset(const Json& preset) {
    Problems problems;
    Resolved out;
    out.preset = resolve_collecting(preset, problems);
    out.problems = problems.list();
    return out;
}

Json resolve_preset(const Json& preset) {
    Resolved out = read_preset(preset);
    if (!out.problems.empty()) {
        throw ConfigError(std::move(out.problems));
    }
    return std::move(out.preset);
}

std::vector<Problem> check_preset(const Json& preset) {
    Problems problems;
    const Json resolved = resolve_collecting(preset, problems);
    check_files(resolved, problems);
    if (problems.empty()) {
        check_reference(resolved, problems);
    }
    return problems.list();
}

std::string type_obstacle(const Json& preset, const std::string& section, const std::string& type) {
    Json changed = preset;
    change_type(changed, section, type);
    for (const Problem& p : read_preset(changed).problems) {
        if (p.place == section + ".type") {
            return p.text;
        }
    }
    return {};
}

std::vector<std::string> preset_difference(const Json& a, const Json& b) {
    std::vector<std::string> out;
    collect_difference(a, b, "", out);
    std::erase(out, place_key);  // where a preset was read from is no setting
    return out;
}

Change change_class(const Json& preset, const std::string& dotted) {
    const std::string section = dotted.substr(0, dotted.find('.'));
    if (section == "view" || section == "name" || section == "note" || section == "sweep" ||
        section == "made_by" || section == "edits") {
        return Change::hot;
    }
    const bool whole = section == "kernel" || section == "moves";  // exchanged whole: no restart
    if ((!whole && section != "sampler") || dotted == "sampler.type") {
        return Change::cold;
    }
    const std::optional<Field> field = dotted.ends_with(".type") ? std::nullopt : find_field(preset, dotted);
    const Change own = field ? field->change : Change::cold;
    return whole && own != Change::hot ? Change::warm : own;
}

}  // namespace tempera
