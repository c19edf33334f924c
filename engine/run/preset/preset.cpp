// SPDX-License-Identifier: MIT
// What a preset may hold: checks, defaults, differences.
#include "run/preset/preset.hpp"

#include <cmath>

#include "core/text.hpp"
#include "run/preset/preset_schema.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

namespace {

constexpr int preset_version = 1;

Field top_field(const char* name, Field::Kind kind) {
    Field f;
    f.name = name;
    f.kind = kind;
    return f;
}

const std::vector<Field>& top_fields() {
    static const std::vector<Field> fields = [] {
        std::vector<Field> out{top_field("schema", Field::Kind::text),
                               top_field("version", Field::Kind::integer),
                               top_field("name", Field::Kind::text), top_field("note", Field::Kind::text),
                               top_field("parent", Field::Kind::text)};
        for (const std::string& s : preset_sections()) {
            out.push_back(top_field(s.c_str(), Field::Kind::json));
        }
        for (const char* s : {"sweep", "made_by", "edits"}) {
            out.push_back(top_field(s, Field::Kind::json));
        }
        return out;
    }();
    return fields;
}

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
    const TypeAccess* access = require_type(section, settings, problems);
    if (!access) {
        return nullptr;
    }
    const std::size_t before = problems.list().size();
    access->check(settings, section, problems);
    return problems.list().size() == before ? access->resolve(settings) : Json(nullptr);
}

/// Settings of the path that are the preset's business and not the method's: number of levels and schedule.
struct PathParts {
    Json own, schedule;
    long n_levels = 0;
    bool has_levels = false;
};

PathParts split_path(const Json& in, Problems& problems) {
    PathParts parts;
    parts.own = in;
    for (const char* key : {"schedule", "schedule_in_use"}) {
        parts.own.erase(key);
    }
    if (in.contains("schedule")) {
        parts.schedule = in["schedule"];
    }
    if (in.contains("n_levels")) {
        const Json& n = in["n_levels"];
        const double levels = n.is_number() ? n.get<double>() : 0.5;
        if (levels != std::floor(levels)) {
            problems.add("path.n_levels", n.dump() + " must be a whole number from 1 to 100000");
        } else if (!(levels >= 1 && levels <= 100000)) {
            problems.add(
                "path.n_levels",
                n.dump() +
                    " must be at least 1 (one step from the reference to the target) and at most 100000");
        } else {
            parts.n_levels = static_cast<long>(levels);
        }
        parts.has_levels = true;
        parts.own.erase("n_levels");
    }
    return parts;
}

Json resolve_schedule(PathParts& parts, const std::string& path_type, Problems& problems) {
    const bool rho = path_uses_rho(path_type);
    if (parts.schedule.is_null()) {
        parts.schedule = Json{{"type", rho ? "log_snr" : "linear"}};
    }
    if (!parts.schedule.is_object()) {
        problems.add("path.schedule",
                     parts.schedule.dump() + " must be an object such as { \"type\": \"log_snr\" }");
        return nullptr;
    }
    Json out = typed_section("path.schedule", parts.schedule, problems);
    if (out.is_null()) {
        return out;
    }
    const ScheduleEntry& entry = find_schedule(out["type"].get<std::string>());
    if (!(rho ? entry.for_rho : entry.for_beta)) {
        std::string fitting;
        for (const ScheduleEntry& e : schedule_catalogue()) {
            fitting += (rho ? e.for_rho : e.for_beta) ? (fitting.empty() ? "" : ", ") + e.name : "";
        }
        problems.add("path.schedule.type", "\"" + entry.name + "\" does not fit a " + path_type +
                                               " path; choose one of: " + fitting);
        return nullptr;
    }
    if (entry.name == "explicit") {
        const char* key = rho ? "rho" : "beta";
        const Json values = out.value(key, Json::array());
        if (!values.is_array() || values.empty()) {
            problems.add(std::string("path.schedule.") + key,
                         std::string("is missing; a ") + path_type + " path needs the values of " +
                             (rho ? "levels 1..n_levels" : "levels 0..n_levels"));
            return nullptr;
        }
        const long levels = static_cast<long>(values.size()) - (rho ? 0 : 1);
        parts.n_levels = parts.has_levels ? parts.n_levels : levels;
        if (parts.n_levels > 0) {
            check_schedule(values.get<std::vector<double>>(), static_cast<int>(parts.n_levels), rho,
                           std::string("path.schedule.") + key, problems);
        }
    } else if (!parts.has_levels &&
               !(entry.name == "equal_cess" && out.contains("cess") && !out["cess"].is_null())) {
        parts.n_levels = 64;
    }
    return out;
}

Json path_section(const Json& in, Problems& problems) {
    const TypeAccess* access = require_type("path", in, problems);
    if (!access) {
        return nullptr;
    }
    PathParts parts = split_path(in, problems);
    const std::string type = in["type"].get<std::string>();
    const std::size_t before = problems.list().size();
    access->check(parts.own, "path", problems);
    const bool good = problems.list().size() == before;
    const Json schedule = resolve_schedule(parts, type, problems);
    Json out{{"type", type}};
    if (parts.n_levels > 0) {
        out["n_levels"] = parts.n_levels;
    }
    if (good) {
        const Json own = access->resolve(parts.own);
        for (const auto& [key, value] : own.items()) {
            if (key != "n_levels" && key != "schedule" && key != "type") {
                out[key] = value;
            }
        }
    }
    out["schedule"] = schedule;
    return out;
}

Json run_section(Json in, Problems& problems) {
    Json record = Json::object();
    if (in.contains("record")) {
        record = in["record"];
        in.erase("record");
    }
    Json out = write_settings(read_settings<RunSettings>(in, "run", problems, {"record"}));
    if (!record.is_object()) {
        problems.add("run.record",
                     record.dump() +
                         " must be an object such as { \"genealogy\": true, \"every_level\": 1 }");
        record = Json::object();
    }
    out["record"] = write_settings(read_settings<RecordSettings>(record, "run.record", problems, {}));
    return out;
}

Json resolve_collecting(const Json& given, Problems& problems) {
    if (!given.is_object()) {
        problems.add("preset",
                     std::string("is a JSON ") + given.type_name() + "; it must be an object { ... }");
        return nullptr;
    }
    const Json in = without_nulls(given);
    Json out = Json::object();
    check_head(in, out, problems);
    check_unknown_keys(in, top_fields(), {}, "", problems);
    for (const std::string& section : preset_sections()) {
        Json settings = Json::object();
        if (in.contains(section)) {
            settings = in[section];
        } else if (section == "moves" || section == "model") {
            settings["type"] = "none";
        } else if (section != "run" && section != "view") {
            problems.add(section, "is missing; add \"" + section +
                                      "\": { \"type\": ... } (see tempera list " + section + ")");
            out[section] = nullptr;
            continue;
        }
        if (!settings.is_object()) {
            problems.add(section, settings.dump() + " must be an object { ... }");
            out[section] = nullptr;
            continue;
        }
        if (section == "path") {
            out[section] = path_section(settings, problems);
        } else if (section == "run") {
            out[section] = run_section(settings, problems);
        } else if (section == "view") {
            out[section] = write_settings(read_settings<ViewSettings>(settings, "view", problems, {}));
        } else if (section == "moves" && text_of(settings, "type") == "none" &&
                   !has_field(section_fields("moves", "none"), "n_steps")) {
            settings.erase("n_steps");
            out[section] = typed_section(section, settings, problems);
        } else {
            out[section] = typed_section(section, settings, problems);
        }
    }
    for (const char* key : {"sweep", "made_by", "edits"}) {
        if (in.contains(key)) {
            out[key] = in[key];
        }
    }
    check_combinations(out, problems);
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

std::vector<Problem> check_preset(const Json& preset) {
    Problems problems;
    resolve_collecting(preset, problems);
    return problems.list();
}

Json resolve_preset(const Json& preset) {
    Problems problems;
    Json out = resolve_collecting(preset, problems);
    problems.throw_if_any();
    return out;
}

std::vector<std::string> preset_difference(const Json& a, const Json& b) {
    std::vector<std::string> out;
    collect_difference(a, b, "", out);
    return out;
}

Change change_class(const Json& preset, const std::string& dotted) {
    const std::string section = dotted.substr(0, dotted.find('.'));
    if (section == "view" || section == "name" || section == "note" || section == "sweep" ||
        section == "made_by" || section == "edits") {
        return Change::hot;
    }
    const bool live = section == "kernel" || section == "moves" || section == "sampler";
    if (!live || dotted == "sampler.type") {
        return Change::cold;
    }
    const std::string key = dotted.size() > section.size() ? dotted.substr(section.size() + 1) : "";
    Change change = section == "sampler" ? Change::cold : Change::warm;
    for (const Field& f :
         section_fields(section, get_value(preset, section + ".type").is_string()
                                     ? get_value(preset, section + ".type").get<std::string>()
                                     : "")) {
        // kernels and moves are exchanged whole, so none of their settings needs a restart
        if (f.name == key && (section == "sampler" || f.change == Change::hot)) {
            change = f.change;
        }
    }
    return change;
}

}  // namespace tempera
