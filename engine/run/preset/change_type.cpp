// SPDX-License-Identifier: MIT
// The one rule of changing a type, in the window, on the command line and in sweeps.
#include <algorithm>

#include "paths/density_path.hpp"
#include "paths/schedule.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_schema.hpp"

namespace tempera {

namespace {

/// Does a value mean the same for the field of another type?
bool carries_over(const Field& field, const Json& value) {
    switch (field.kind) {
    case Field::Kind::choice:
        return std::find(field.choices.begin(), field.choices.end(), value) != field.choices.end();
    case Field::Kind::json:
    case Field::Kind::entry:
        return false;
    default:
        return true;
    }
}

Json with_type(const Json& old, const std::vector<Field>& fields, const std::string& type) {
    Json fresh{{"type", type}};
    for (const Field& f : fields) {
        if (old.is_object() && old.contains(f.name) && carries_over(f, old[f.name])) {
            fresh[f.name] = old[f.name];
        }
    }
    return fresh;
}

const ScheduleEntry* schedule_named(const std::string& name) {
    for (const ScheduleEntry& e : schedule_catalogue()) {
        if (e.name == name) {
            return &e;
        }
    }
    return nullptr;
}

bool schedule_fits(const Json& schedule, const std::string& path_type) {
    const ScheduleEntry* e = schedule_named(text_of(schedule, "type"));
    const bool rho = path_uses_rho(path_type);
    // explicit values are rho or beta and never fit both
    return e && (e->name == "explicit" ? schedule.contains(rho ? "rho" : "beta")
                 : rho                 ? e->for_rho
                                       : e->for_beta);
}

/// The values that a path's schedule has now (an adaptive one: those that it starts from), as an explicit
/// one.
Json explicit_schedule_of(const Json& path) {
    const std::string type = text_of(path, "type");
    Json out{{"type", "explicit"}};
    const SettingsType* access = find_type("path", type);
    if (!access) {
        return out;
    }
    const bool rho = path_uses_rho(type);
    try {
        const Json resolved = access->resolve(path);
        const ScheduleEntry& now = find_schedule(resolved["schedule"]["type"].get<std::string>());
        if (rho ? now.for_rho : now.for_beta) {
            out[rho ? "rho" : "beta"] = now.make(resolved["schedule"], resolved["n_levels"].get<int>(), rho);
        }
    } catch (const ConfigError&) {  // nothing to start from
    }
    return out;
}

Json& place_of(Json& preset, const std::string& section) {
    const auto dot = section.find('.');
    return dot == std::string::npos ? preset[section]
                                    : preset[section.substr(0, dot)][section.substr(dot + 1)];
}

}  // namespace

Json entry_of_type(const Json& old, Family family, const std::string& type) {
    for (const SettingsType& t : family()) {
        if (t.name == type) {
            return with_type(old, t.fields, type);
        }
    }
    return Json{{"type", type}};
}

void change_type(Json& preset, const std::string& section, const std::string& type) {
    const Json old = get_value(preset, section);
    if (text_of(old, "type") == type) {
        return;
    }
    if (section == "path.schedule" && type == "explicit") {
        const Json values = explicit_schedule_of(get_value(preset, "path"));
        place_of(preset, section) = values;
        return;
    }
    Json fresh = with_type(old, section_fields(section, type), type);
    if (section == "path" && old.is_object() && old.contains("schedule") &&
        schedule_fits(old["schedule"], type)) {
        fresh["schedule"] = old["schedule"];
    }
    place_of(preset, section) = fresh;
}

}  // namespace tempera
