// SPDX-License-Identifier: MIT
// Reading, merging and writing preset documents.
#include "core/files.hpp"
#include "paths/density_path.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_schema.hpp"

namespace tempera {

namespace {

/// "line 14 column 9: unexpected ..." out of the parser's message.
std::string parse_message(const std::string& what) {
    const auto at = what.find("at line ");
    if (at == std::string::npos) {
        const auto close = what.find("] ");
        return close == std::string::npos ? what : what.substr(close + 2);
    }
    std::string out = what.substr(at + 3);
    const auto comma = out.find(", column");
    if (comma != std::string::npos) {
        out.replace(comma, 1, "");
    }
    return out;
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

bool schedule_fits(const Json& schedule, const std::string& path_type) {
    if (!schedule.is_object() || !schedule.contains("type") || !schedule["type"].is_string()) {
        return false;
    }
    const bool rho = path_uses_rho(path_type);
    for (const ScheduleEntry& e : schedule_catalogue()) {
        if (e.name == schedule["type"].get<std::string>()) {
            // explicit values are rho or beta and never fit both
            return e.name == "explicit" ? schedule.contains(rho ? "rho" : "beta")
                   : rho                ? e.for_rho
                                        : e.for_beta;
        }
    }
    return false;
}

/// Nesting that no preset needs: texts beyond it are refused before their recursion hurts.
constexpr int most_nested = 64;

Json::parser_callback_t depth_limit(const std::string& place) {
    return [place](int depth, Json::parse_event_t, Json&) {
        if (depth > most_nested) {
            throw ConfigError(place, "is nested more than " + std::to_string(most_nested) +
                                         " levels deep; no setting needs that");
        }
        return true;
    };
}

/// Files that a preset names relative to itself (shipped weights, a run folder's model) are found from any
/// working directory, and before files of that name there.
void find_beside(Json& file, const std::filesystem::path& folder) {
    if (!file.is_string()) {
        return;
    }
    const std::filesystem::path named = file.get<std::string>();
    if (named.empty() || named.is_absolute()) {
        return;
    }
    std::error_code error;
    const auto beside = std::filesystem::absolute(folder / named, error).lexically_normal();
    if (std::filesystem::exists(beside, error)) {
        file = beside.string();
    }
}

/// The model's file, wherever a preset or its sweep sets it.
void find_model_files(Json& value, const std::filesystem::path& folder) {
    for (auto& [key, entry] : value.items()) {
        if (key == "model.file") {
            find_beside(entry, folder);
        } else if (key == "model" && entry.is_object() && entry.contains("file")) {
            find_beside(entry["file"], folder);
        } else if (entry.is_structured()) {
            find_model_files(entry, folder);
        }
    }
}

Json load_with_parents(const std::filesystem::path& file, std::vector<std::filesystem::path> seen) {
    std::error_code error;
    const auto absolute = std::filesystem::weakly_canonical(file, error);
    for (const auto& s : seen) {
        if (s == absolute) {
            throw ConfigError(file.string(), "is its own parent; break the circle of \"parent\" entries");
        }
    }
    seen.push_back(absolute);
    if (std::filesystem::is_directory(file, error)) {
        throw ConfigError(file.string(), "is a folder, not a preset file");
    }
    if (!std::filesystem::exists(file, error)) {
        throw ConfigError(file.string(), "no such file");
    }
    Json preset = parse_preset(read_file_text(file), file.filename().string());
    find_model_files(preset, file.parent_path());
    if (!preset.contains("parent")) {
        return preset;
    }
    const Json parent = preset["parent"];
    preset.erase("parent");
    if (parent.is_null()) {
        return preset;
    }
    if (!parent.is_string()) {
        throw ConfigError("parent", parent.dump() + " must be the name of a preset file");
    }
    return merge_presets(load_with_parents(file.parent_path() / parent.get<std::string>(), seen), preset);
}

void merge_object(Json& base, const Json& change) {
    for (const auto& [key, value] : change.items()) {
        if (!base.contains(key) || !base[key].is_object() || !value.is_object()) {
            base[key] = value;
            continue;
        }
        const bool other_type =
            value.contains("type") && base[key].contains("type") && value["type"] != base[key]["type"];
        if (other_type) {
            base[key] = value;
        } else {
            merge_object(base[key], value);
        }
    }
}

std::string on_one_line(const Json& value) {
    if (!value.is_structured()) {
        return value.dump();
    }
    std::string out;
    for (const auto& [key, entry] : value.items()) {
        out += (out.empty() ? "" : ", ") + (value.is_object() ? Json(key).dump() + ": " : std::string()) +
               on_one_line(entry);
    }
    return value.is_object() ? (out.empty() ? "{}" : "{ " + out + " }") : "[" + out + "]";
}

/// One line when short, otherwise one entry a line; numbers as the JSON library prints them (shortest round
/// trip).
void format_value(const Json& value, std::size_t indent, std::size_t column, std::string& out) {
    const std::string spaced = on_one_line(value);
    if (!value.is_structured() || value.empty() || (indent > 0 && column + spaced.size() <= 108)) {
        out += spaced;
        return;
    }
    const std::string pad(indent + 2, ' ');
    out += value.is_object() ? "{" : "[";
    bool first = true;
    for (const auto& [key, entry] : value.items()) {
        out += first ? "\n" : ",\n";
        out += pad;
        first = false;
        std::size_t at = indent + 2;
        if (value.is_object()) {
            const std::string name = Json(key).dump();
            out += name;
            out += ": ";
            at += name.size() + 2;
        }
        format_value(entry, indent + 2, at, out);
    }
    out += '\n';
    out.append(indent, ' ');
    out += value.is_object() ? '}' : ']';
}

}  // namespace

Json parse_preset(const std::string& text, const std::string& name) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
        throw ConfigError(name, "is empty; a preset is a JSON object that begins with { \"schema\": "
                                "\"tempera-preset\", \"version\": 1");
    }
    Json out;
    try {
        out = Json::parse(text, depth_limit(name), true, true);
    } catch (const Json::exception& error) {
        throw ConfigError(name + " " + parse_message(error.what()), "nothing was changed");
    }
    if (!out.is_object()) {
        throw ConfigError(name, std::string("holds a JSON ") + out.type_name() +
                                    "; a preset is a JSON object { ... }");
    }
    return out;
}

Json load_preset(const std::filesystem::path& file) { return load_with_parents(file, {}); }

Json merge_presets(Json base, const Json& change) {
    merge_object(base, change);
    return base;
}

void set_value(Json& preset, const std::string& dotted, const Json& value) {
    const auto parts = split_dotted(dotted);
    if (parts.empty()) {
        throw ConfigError("--set",
                          "\"" + dotted + "\" names no setting; write for example path.n_levels=128");
    }
    if (parts.back() == "type" && value.is_string() && parts.size() >= 2) {
        const std::string section = parts.size() == 2 ? parts[0] : parts[0] + "." + parts[1];
        if (find_type(section, value.get<std::string>())) {
            change_type(preset, section, value.get<std::string>());
            return;
        }
    }
    if (parts.size() > most_nested) {
        throw ConfigError("--set", "\"" + dotted.substr(0, 40) + "...\" has " + std::to_string(parts.size()) +
                                       " parts; no setting lies that deep");
    }
    Json* at = &preset;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool last = i + 1 == parts.size();
        Json* next = nullptr;
        if (at->is_array() && is_index(parts[i])) {
            const std::size_t index = std::stoul(parts[i]);
            if (index >= at->size()) {
                throw ConfigError(dotted, "the list has " + std::to_string(at->size()) + " entries; index " +
                                              parts[i] + " must be smaller");
            }
            next = &(*at)[index];
        } else {
            if (!at->is_object()) {
                if (!at->is_null()) {
                    throw ConfigError(dotted,
                                      "cannot be set: what stands before \"" + parts[i] + "\" is no section");
                }
                *at = Json::object();
            }
            next = &(*at)[parts[i]];
        }
        if (last) {
            *next = value;
        }
        at = next;
    }
}

void set_value(Json& preset, const std::string& assignment) {
    const auto equal = assignment.find('=');
    if (equal == std::string::npos || equal == 0) {
        throw ConfigError("--set", "\"" + assignment +
                                       "\" must have the form a.b=value, for example path.n_levels=128");
    }
    const std::string text = assignment.substr(equal + 1);
    Json value = Json::parse(text, depth_limit("--set"), false, true);
    if (value.is_discarded()) {
        value = text;
    }
    if (Json(assignment).dump(-1, ' ', false, Json::error_handler_t::ignore).size() < assignment.size() + 2) {
        throw ConfigError("--set", "holds bytes that are not UTF-8; write the value in UTF-8");
    }
    set_value(preset, assignment.substr(0, equal), value);
}

Json get_value(const Json& preset, const std::string& dotted) {
    const Json* at = &preset;
    for (const std::string& part : split_dotted(dotted)) {
        if (at->is_object() && at->contains(part)) {
            at = &(*at)[part];
        } else if (at->is_array() && is_index(part) && std::stoul(part) < at->size()) {
            at = &(*at)[std::stoul(part)];
        } else {
            return nullptr;
        }
    }
    return *at;
}

void change_type(Json& preset, const std::string& section, const std::string& type) {
    Json old = get_value(preset, section);
    Json fresh{{"type", type}};
    if (old.is_object()) {
        for (const Field& f : section_fields(section, type)) {
            // values of another kind (a choice that the new type does not offer) are not carried over
            if (old.contains(f.name) && f.kind != Field::Kind::choice && f.kind != Field::Kind::json) {
                fresh[f.name] = old[f.name];
            }
        }
        if (section == "path" && old.contains("schedule") && schedule_fits(old["schedule"], type)) {
            fresh["schedule"] = old["schedule"];
        }
    }
    const auto dot = section.find('.');
    if (dot == std::string::npos) {
        preset[section] = fresh;
    } else {
        preset[section.substr(0, dot)][section.substr(dot + 1)] = fresh;
    }
}

std::string format_preset(const Json& preset) {
    std::string out;
    format_value(preset, 0, 0, out);
    return out + "\n";
}

}  // namespace tempera
