// SPDX-License-Identifier: MIT
// Reading, merging and writing preset documents.
#include "core/files.hpp"
#include "core/value_text.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"
#include "run/preset/preset_schema.hpp"
#include "run/preset/preset_text.hpp"

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
    if (preset.contains(place_key)) {
        throw ConfigError(place_key, "is not known; files are looked up beside the preset by themselves");
    }
    const std::filesystem::path folder = std::filesystem::absolute(file).lexically_normal().parent_path();
    preset[place_key] = folder.string();
    const Json parent = preset.value("parent", Json());
    preset.erase("parent");
    if (parent.is_null()) {
        return preset;
    }
    if (!parent.is_string()) {
        throw ConfigError("parent", parent.dump() + " must be the name of a preset file");
    }
    const Json base = load_with_parents(file.parent_path() / parent.get<std::string>(), seen);
    return merge_presets(moved_preset(base, folder), preset);
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
    Problems problems;
    check_duplicate_keys(text, name, problems);
    problems.throw_if_any();
    return out;
}

namespace {

/// An item of a list that is not written out is one of its default.
void complete_list(Json& preset, const std::string& dotted) {
    const std::string list = dotted.substr(0, dotted.find('['));
    if (list.size() == dotted.size() || !get_value(preset, list).is_null()) {
        return;
    }
    const auto field = find_field(preset, list);
    if (field && field->default_value.is_array()) {
        set_value(preset, list, field->default_value);
    }
}

/// Another type for a section or an entry of a list; false where that is none or has no such type.
bool set_type(Json& preset, const std::string& owner, const std::vector<std::string>& parts,
              const std::string& type) {
    if (parts.size() <= 3 && find_type(owner, type)) {
        change_type(preset, owner, type);
        return true;
    }
    const auto list = find_field(preset, owner);
    const Json old = get_value(preset, owner);
    if (!list || list->kind != Field::Kind::list || !old.is_object()) {
        return false;
    }
    set_value(preset, owner, entry_of_type(old, list->family, type));
    return true;
}

}  // namespace

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
    if (parts.front() == place_key) {
        throw ConfigError(place_key, "is not known; files are looked up beside the preset by themselves");
    }
    complete_list(preset, dotted);
    if (parts.back() == "type" && value.is_string() && parts.size() >= 2 &&
        set_type(preset, dotted.substr(0, dotted.rfind('.')), parts, value.get<std::string>())) {
        return;
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
    if (Json(assignment).dump(-1, ' ', false, Json::error_handler_t::ignore).size() < assignment.size() + 2) {
        throw ConfigError("--set", "holds bytes that are not UTF-8; write the value in UTF-8");
    }
    const std::string dotted = assignment.substr(0, equal);
    const Json parsed = Json::parse(text, depth_limit("--set"), false, true);
    if (parsed.is_structured()) {
        Problems problems;
        check_duplicate_keys(text, "--set", problems);
        std::vector<Problem> twice = problems.list();
        for (Problem& p : twice) {
            p.place = dotted + (p.place.starts_with("[") ? "" : ".") + p.place;
        }
        if (!twice.empty()) {
            throw ConfigError(std::move(twice));
        }
    }
    Field unknown;
    unknown.kind = Field::Kind::json;
    set_value(preset, dotted, read_value(text, find_field(preset, dotted).value_or(unknown)));
}

namespace {

/// What stands at the first `depth` parts of a place; null when nothing does.
template <class Document>
Document* found(Document& preset, const std::vector<std::string>& parts, std::size_t depth) {
    Document* at = &preset;
    for (std::size_t i = 0; i < depth; ++i) {
        if (at->is_object() && at->contains(parts[i])) {
            at = &(*at)[parts[i]];
        } else if (at->is_array() && is_index(parts[i]) && std::stoul(parts[i]) < at->size()) {
            at = &(*at)[std::stoul(parts[i])];
        } else {
            return nullptr;
        }
    }
    return at;
}

}  // namespace

void erase_value(Json& preset, const std::string& dotted) {
    const auto parts = split_dotted(dotted);
    if (!found(preset, parts, parts.size()) || parts.empty()) {
        return;
    }
    Json& owner = *found(preset, parts, parts.size() - 1);
    if (owner.is_array()) {
        owner.erase(std::stoul(parts.back()));
    } else {
        owner.erase(parts.back());
    }
}

Json get_value(const Json& preset, const std::string& dotted) {
    const auto parts = split_dotted(dotted);
    const Json* value = found(preset, parts, parts.size());
    return value ? *value : Json();
}

std::string format_preset(const Json& preset) {
    Json stored = preset;
    stored.erase(place_key);
    return format_json(stored) + "\n";
}

}  // namespace tempera
