// SPDX-License-Identifier: MIT
// What exists and what its settings mean, from the same descriptions that make the window's widgets.
#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/summary_words.hpp"
#include "core/joined.hpp"
#include "core/number_text.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_notes.hpp"
#include "run/preset/preset_schema.hpp"

namespace tempera::cli {

namespace {

const std::vector<std::pair<std::string, std::string>>& families() {
    static const std::vector<std::pair<std::string, std::string>> all = {
        // name, section of the preset
        {"target", "target"}, {"path", "path"},         {"schedule", "path.schedule"},
        {"kernel", "kernel"}, {"moves", "moves"},       {"sampler", "sampler"},
        {"model", "model"},   {"loss", "model.losses"}, {"diagnostic", "run.record.diagnostics"}};
    return all;
}

const char* change_name(Change c) { return c == Change::hot ? "hot" : c == Change::warm ? "warm" : "cold"; }

const char* kind_name(Field::Kind k) {
    switch (k) {
    case Field::Kind::boolean:
        return "true or false";
    case Field::Kind::integer:
        return "whole number";
    case Field::Kind::number:
        return "number";
    case Field::Kind::text:
        return "text";
    case Field::Kind::choice:
        return "one of";
    case Field::Kind::numbers:
        return "list of numbers";
    case Field::Kind::matrix:
        return "list of lists";
    case Field::Kind::rows:
        return "list of numbers or of lists";
    case Field::Kind::matrices:
        return "list of matrices";
    case Field::Kind::json:
        return "value";
    case Field::Kind::file:
        return "file";
    case Field::Kind::group:
        return "group";
    case Field::Kind::entry:
        return "type with its settings";
    case Field::Kind::list:
        return "list of types with their settings";
    }
    return "";
}

std::vector<std::string> type_names(const Field& f) {
    std::vector<std::string> out;
    for (const SettingsType& type : f.family ? f.family() : std::vector<SettingsType>{}) {
        out.push_back(type.name);
    }
    return out;
}

/// ": full, diagonal" or ", >= 1 or auto": what may stand there.
std::string range_text(const Field& f) {
    const std::vector<std::string> names = f.family ? type_names(f) : f.choices;
    if (!names.empty()) {
        return (f.kind == Field::Kind::file ? " or " : ": ") + joined(names);
    }
    const bool low = std::isfinite(f.min), high = std::isfinite(f.max);
    const std::string least = short_number(f.min, 10), most = short_number(f.max, 10);
    std::string out;
    if (low && high) {
        out = ", " + least + (f.open_min ? " < " : " .. ") + most;
    } else if (low || high) {
        out = low ? (f.open_min ? ", > " : ", >= ") + least : (f.open_max ? ", < " : ", <= ") + most;
    }
    return out + (f.word.empty() ? "" : " or " + f.word);
}

Json field_json(const Field& f) {
    Json j{{"name", f.name}, {"kind", kind_name(f.kind)}, {"default", f.default_value}};
    j["min"] = std::isfinite(f.min) ? Json(f.min) : Json(nullptr);
    j["max"] = std::isfinite(f.max) ? Json(f.max) : Json(nullptr);
    if (!f.choices.empty()) {
        j["choices"] = f.choices;
    }
    if (!f.word.empty()) {
        j["word"] = f.word;
    }
    if (f.family) {
        j["types"] = type_names(f);
    }
    for (const Field& below : f.fields) {
        j["fields"].push_back(field_json(below));
    }
    j["unit"] = f.unit;
    j["change"] = change_name(f.change);
    j["help"] = f.help;
    return j;
}

void print_field(const Field& f, const std::string& prefix = "") {
    if (f.kind == Field::Kind::group) {
        for (const Field& below : f.fields) {
            print_field(below, prefix + f.name + ".");
        }
        return;
    }
    std::cout << "  " << prefix << f.name << " = "
              << (f.default_value.is_null() ? "(decided for you)" : f.default_value.dump()) << "\n      "
              << kind_name(f.kind) << range_text(f) << (f.unit.empty() ? "" : ", in " + f.unit) << "; "
              << change_name(f.change) << "\n";
    if (!f.help.empty()) {
        std::cout << "      " << f.help << "\n";
    }
}

std::string family_section(std::string name) {
    for (const auto& [family, section] : families()) {
        if (name == family || name == family + "s" || name == section) {
            return section;
        }
    }
    std::vector<std::string> known;
    for (const auto& [family, section] : families()) {
        known.push_back(family);
    }
    known.push_back("summary");
    const std::string near = nearest_name(name, known);
    throw ConfigError("FAMILY", "\"" + name + "\" is not known" +
                                    (near.empty() ? std::string() : "; did you mean \"" + near + "\"?") +
                                    " (one of: " + joined(known) + ")");
}

int list(const std::string& wanted, bool json) {
    if (wanted == "summary") {
        list_summary(json);
        return ok;
    }
    const std::string only = wanted.empty() ? "" : family_section(wanted);
    Json out = Json::object();
    for (const auto& [family, section] : families()) {
        if (!only.empty() && section != only) {
            continue;
        }
        if (!json) {
            std::cout << family << "\n";
        }
        out[family] = Json::array();
        for (const auto& [name, summary] : section_types(section)) {
            Json fields = Json::array();
            for (const Field& f : section_fields(section, name)) {
                fields.push_back(field_json(f));
            }
            out[family].push_back({{"name", name}, {"summary", summary}, {"fields", fields}});
            if (!json) {
                std::cout << "  " << name << std::string(name.size() < 24 ? 24 - name.size() : 1, ' ')
                          << summary << "\n";
            }
        }
    }
    if (json) {
        std::cout << out.dump(2) << "\n";
    } else {
        std::cout
            << "tempera describe NAME tells what the settings of one of them mean, tempera list summary "
               "what a run's summary.json holds.\n";
    }
    return ok;
}

/// Sections and types that a name can mean: "second_order", "kernel.second_order", "run", "view",
/// "run.record".
struct Found {
    std::string section, type, summary;
};

std::vector<Found> find(const std::string& name) {
    std::vector<Found> out;
    for (const auto& [family, section] : families()) {
        for (const auto& [type, summary] : section_types(section)) {
            if (name == type || name == family + "." + type || name == section + "." + type) {
                out.push_back({section, type, summary});
            }
        }
    }
    for (const Found& plain :
         {Found{"run", "", "seed, precision, replicates, what a run keeps"},
          Found{"run.record", "", "what a run keeps"}, Found{"view", "", "how the window shows it"}}) {
        if (name == plain.section) {
            out.push_back(plain);
        }
    }
    return out;
}

/// A single setting such as "sampler.ess_threshold" or "model.training.noise.min": every type that has it.
bool describe_field(const std::string& dotted, bool json, Json& out) {
    std::vector<std::string> sections = typed_sections();
    sections.insert(sections.end(), {"run", "view"});
    for (const std::string& section : sections) {
        if (!dotted.starts_with(section + ".")) {
            continue;
        }
        auto types = section_types(section);
        if (types.empty()) {
            types.emplace_back("", "");
        }
        for (const auto& [type, summary] : types) {
            const auto f =
                find_field(section_fields(section, type), Json(), dotted.substr(section.size() + 1));
            if (!f) {
                continue;
            }
            out.push_back({{"section", section}, {"type", type}, {"fields", Json::array({field_json(*f)})}});
            if (!json) {
                std::cout << section << (type.empty() ? "" : " " + type) << "\n";
                print_field(*f);
            }
        }
    }
    return !out.empty();
}

[[noreturn]] void refuse_unknown(const std::string& name) {
    std::vector<std::string> known{"run", "view", "summary"};
    for (const auto& [family, section] : families()) {
        for (const auto& [type, summary] : section_types(section)) {
            known.push_back(type);
        }
    }
    for (const SummaryKey& key : summary_keys()) {
        known.push_back(key.name);
    }
    const std::string near = nearest_name(name, known);
    throw ConfigError("NAME", "\"" + name + "\" is not known" +
                                  (near.empty() ? std::string() : "; did you mean \"" + near + "\"?") +
                                  " (tempera list shows what there is)");
}

/// A section or type with its settings.
Json describe_found(const Found& f, bool json) {
    Json fields = Json::array();
    for (const Field& field : section_fields(f.section, f.type)) {
        fields.push_back(field_json(field));
    }
    if (!json) {
        std::cout << f.section << (f.type.empty() ? "" : ": " + f.type) << "\n  " << f.summary << "\n\n";
        for (const Field& field : section_fields(f.section, f.type)) {
            print_field(field);
        }
        std::cout << (fields.empty() ? "  (no settings)\n\n" : "\n");
    }
    return {{"section", f.section}, {"type", f.type}, {"summary", f.summary}, {"fields", fields}};
}

int describe(const std::string& name, bool json) {
    Json out = Json::array();
    for (const Found& f : find(name)) {
        out.push_back(describe_found(f, json));
    }
    const bool settings = !out.empty() || describe_field(name, json, out);
    if (const auto keys = summary_keys_of(name); !keys.empty()) {
        out.push_back(describe_summary(keys, json));
    } else if (!settings) {
        refuse_unknown(name);
    }
    if (json) {
        std::cout << out.dump(2) << "\n";
    } else if (settings) {
        std::cout
            << "hot: changes at the next move; warm: at the next level or scan; cold: needs a restart.\n";
    }
    return ok;
}

int check(const PresetArguments& a, bool json) {
    std::vector<Problem> problems;
    Json preset;
    try {
        preset = a.load();
        problems = check_preset(preset);
    } catch (const ConfigError& error) {
        problems = error.problems();
    }
    if (json) {
        Json list = Json::array();
        for (const Problem& p : problems) {
            list.push_back({{"place", p.place}, {"text", p.text}});
        }
        Json out{{"good", problems.empty()}, {"problems", list}};
        if (problems.empty()) {
            const Json resolved = resolve_preset(preset);
            out["resolved"] = parse_preset(format_preset(resolved), a.file);
            out["notes"] = Json::array();
            for (const Problem& n : preset_notes(resolved)) {
                out["notes"].push_back({{"place", n.place}, {"text", n.text}});
            }
        }
        std::cout << out.dump(2) << "\n";
        return problems.empty() ? ok : bad_input;
    }
    if (!problems.empty()) {
        throw ConfigError(problems);
    }
    const Json resolved = resolve_preset(preset);
    tell_notes(resolved);
    std::cout << a.file << ": good\n" << format_preset(resolved);
    return ok;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
    struct Arguments {
        std::string family;
        bool json = false;
    };
    auto a = std::make_shared<Arguments>();
    CLI::App* c = app.add_subcommand(
        "list", "Targets, paths, schedules, kernels, moves, samplers, models and losses that exist, and "
                "the keys of summary.json");
    c->add_option("FAMILY", a->family,
                  "target, path, schedule, kernel, moves, sampler, model, loss or summary");
    c->add_flag("--json", a->json, "As JSON, with every setting");
    c->footer("Examples:\n  tempera list\n  tempera list kernel\n  tempera list --json");
    c->callback([a, &action] { action = [a] { return list(a->family, a->json); }; });
}

void add_describe(CLI::App& app, Action& action) {
    struct Arguments {
        std::string name;
        bool json = false;
    };
    auto a = std::make_shared<Arguments>();
    CLI::App* c =
        app.add_subcommand("describe", "Settings of a method, their defaults, ranges and meaning; keys of "
                                       "summary.json");
    c->add_option("NAME", a->name, "A type, a section, a setting or a key of summary.json")->required();
    c->add_flag("--json", a->json, "As JSON");
    c->footer("Examples:\n  tempera describe second_order\n  tempera describe kernel.none\n  tempera "
              "describe energy_mlp\n  tempera describe model.training.noise.min\n  tempera describe run\n  "
              "tempera describe summary\n  tempera describe log_z_stderr");
    c->callback([a, &action] { action = [a] { return describe(a->name, a->json); }; });
}

void add_check(CLI::App& app, Action& action) {
    struct Arguments {
        PresetArguments preset;
        bool json = false;
    };
    auto a = std::make_shared<Arguments>();
    CLI::App* c = app.add_subcommand(
        "check", "Is a preset right? Prints every problem, or the preset with all defaults");
    a->preset.add_to(*c);
    c->add_flag("--json", a->json, "As JSON");
    c->footer(
        "Examples:\n  tempera check my.json\n  tempera check my.json --set kernel.type=second_order --json");
    c->callback([a, &action] { action = [a] { return check(a->preset, a->json); }; });
}

}  // namespace tempera::cli
