// SPDX-License-Identifier: MIT
#include "cli/summary_words.hpp"

#include <iostream>

namespace tempera::cli {

namespace {

/// "number, in s".
std::string kind_and_unit(const SummaryKey& key) {
    return kind_text(key.kind) + (*key.unit ? std::string(", in ") + key.unit : std::string());
}

Json to_json(const SummaryKey& key) {
    return {{"name", key.name},
            {"kind", kind_text(key.kind)},
            {"unit", key.unit},
            {"over_replicates", key.kind == SummaryKey::Kind::group ? Json() : Json(over_text(key.over))},
            {"title", key.title},
            {"heading", key.heading},
            {"help", key.help}};
}

}  // namespace

std::vector<const SummaryKey*> summary_keys_of(const std::string& name) {
    const SummaryKey* found = find_summary_key(name).key;
    std::vector<const SummaryKey*> out;
    for (const SummaryKey& key : summary_keys()) {
        const bool inside = found && found->kind == SummaryKey::Kind::group &&
                            std::string(key.name).starts_with(std::string(found->name) + ".");
        if (name == "summary" || &key == found || inside) {
            out.push_back(&key);
        }
    }
    return out;
}

void list_summary(bool json) {
    Json out = Json::array();
    for (const SummaryKey& key : summary_keys()) {
        out.push_back(to_json(key));
        if (!json) {
            const std::string name = key.name;
            std::cout << "  " << name << std::string(name.size() < 48 ? 48 - name.size() : 1, ' ')
                      << kind_and_unit(key) << "\n";
        }
    }
    if (json) {
        std::cout << Json{{"summary", out}}.dump(2) << "\n";
    } else {
        std::cout << "tempera describe KEY tells what one of them means, tempera describe summary of all.\n";
    }
}

Json describe_summary(const std::vector<const SummaryKey*>& keys, bool json) {
    Json fields = Json::array();
    if (!json) {
        std::cout
            << "summary\n  Keys of a run's summary.json; null where one makes no sense or is not known\n\n";
    }
    for (const SummaryKey* key : keys) {
        fields.push_back(to_json(*key));
        if (json) {
            continue;
        }
        std::cout << "  " << key->name << "\n      " << kind_and_unit(*key);
        if (key->kind != SummaryKey::Kind::group) {
            std::cout << "; over replicates: " << over_text(key->over);
        }
        std::cout << "\n      " << key->help << "\n";
    }
    return {{"section", "summary"},
            {"type", ""},
            {"summary", "keys of a run's summary.json"},
            {"fields", fields}};
}

}  // namespace tempera::cli
