// SPDX-License-Identifier: MIT
#include "run/record/summary_keys.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "run/preset/preset.hpp"
#include "run/record/summary_tables.hpp"

namespace tempera {

namespace {

using Kind = SummaryKey::Kind;
using Over = SummaryKey::Over;

/// "mode_weights.weighted[0]" -> "mode_weights.weighted.0".
std::string plain_name(std::string_view name) {
    std::string out(name);
    std::erase(out, ']');
    std::replace(out.begin(), out.end(), '[', '.');
    return out;
}

bool is_index(std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Takes the first part, up to a dot.
std::string_view take_part(std::string_view& name) {
    const std::string_view part = name.substr(0, name.find('.'));
    name.remove_prefix(std::min(name.size(), part.size() + 1));
    return part;
}

/// `name` under the line `key`, entries of lists taken; nothing found when it is another key.
FoundKey match(const SummaryKey& key, std::string_view name) {
    FoundKey out{&key};
    for (std::string_view pattern = key.name; !pattern.empty();) {
        const std::string_view wanted = take_part(pattern), part = take_part(name);
        if (part.empty() || (wanted != "*" && wanted != part)) {
            return {};
        }
        out.open = out.open || (wanted == "*" && !is_index(part));
    }
    const bool list = key.kind == Kind::texts || key.kind == Kind::numbers || key.kind == Kind::table ||
                      key.kind == Kind::objects;
    for (; !name.empty(); ++out.depth) {
        if (!list || !is_index(take_part(name))) {
            return {};
        }
    }
    return out;
}

FoundKey find_plain(std::string_view name) {
    for (const SummaryKey& key : summary_keys()) {
        if (const FoundKey found = match(key, name); found.key) {
            return found;
        }
    }
    return {};
}

/// "log_z_sd" -> "log_z", "mode_weights.weighted_sd.0" -> "mode_weights.weighted.0"; "" for other names.
std::string without_sd(std::string name) {
    const std::size_t at = name.rfind("_sd");
    if (at == std::string::npos || (at + 3 < name.size() && name[at + 3] != '.')) {
        return "";
    }
    return name.erase(at, 3);
}

int entries_to_a_number(Kind kind) {
    return kind == Kind::count || kind == Kind::number ? 0
           : kind == Kind::numbers                     ? 1
           : kind == Kind::table                       ? 2
                                                       : -1;
}

}  // namespace

const std::vector<SummaryKey>& summary_keys() {
    static const std::vector<SummaryKey> all = [] {
        std::vector<SummaryKey> out;
        for (const auto part : {head_keys(), weight_keys(), mode_keys(), learned_path_keys(), exchange_keys(),
                                reference_keys(), work_keys(), sweep_cell_keys()}) {
            out.insert(out.end(), part.begin(), part.end());
        }
        return out;
    }();
    return all;
}

bool FoundKey::is_number() const { return key && depth == entries_to_a_number(key->kind); }

bool FoundKey::is_text() const {
    return key && (key->kind == Kind::text || (key->kind == Kind::texts && depth == 1));
}

FoundKey find_summary_key(std::string_view name) {
    const std::string plain = plain_name(name);
    std::string_view rest = plain;
    if (take_part(rest) == "replicates" && is_index(take_part(rest)) && !rest.empty()) {
        return find_summary_key(rest);
    }
    if (const FoundKey found = find_plain(plain); found.key) {
        return found;
    }
    const FoundKey mean = find_plain(without_sd(plain));
    return mean.key && mean.key->over == Over::mean ? mean : FoundKey{};
}

const SummaryKey& summary_key(std::string_view name) {
    for (const SummaryKey& key : summary_keys()) {
        if (key.name == name) {
            return key;
        }
    }
    throw std::out_of_range("\"" + std::string(name) + "\" is not in the table of summary keys");
}

namespace {

/// The column of a line without "*", or one for every name of an object that stands for it.
void add_columns(const SummaryKey& key, const std::vector<const Json*>& summaries,
                 std::vector<SummaryColumn>& out) {
    const std::string name = key.name;
    const std::size_t star = name.find('*');
    if (star == std::string::npos) {
        out.push_back({name, key.heading, &key});
        return;
    }
    const std::string group = name.substr(0, star), rest = name.substr(star + 1);
    std::set<std::string> seen;
    for (const Json* summary : summaries) {
        const Json entries = get_value(*summary, group);
        for (const auto& [own, value] : entries.items()) {
            if (!value.is_object() || !seen.insert(own).second) {
                continue;
            }
            const Json unit = value.value("unit", Json());
            const std::string named = own + (unit.is_string() ? " (" + unit.get<std::string>() + ")" : "");
            out.push_back({group + own + rest, *key.heading ? key.heading : named, &key});
        }
    }
}

}  // namespace

std::vector<SummaryColumn> summary_columns(int SummaryKey::* place,
                                           const std::vector<const Json*>& summaries) {
    std::vector<const SummaryKey*> lines;
    for (const SummaryKey& key : summary_keys()) {
        if (key.*place > 0) {
            lines.push_back(&key);
        }
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [place](const SummaryKey* a, const SummaryKey* b) { return a->*place < b->*place; });
    std::vector<SummaryColumn> out;
    for (const SummaryKey* key : lines) {
        add_columns(*key, summaries, out);
    }
    return out;
}

const char* kind_text(Kind kind) {
    switch (kind) {
    case Kind::group:
        return "group";
    case Kind::text:
        return "text";
    case Kind::count:
        return "whole number";
    case Kind::number:
        return "number";
    case Kind::texts:
        return "list of texts";
    case Kind::numbers:
        return "list of numbers";
    case Kind::table:
        return "list of lists of numbers";
    case Kind::objects:
        return "list of objects";
    }
    return "";
}

const char* over_text(Over over) {
    switch (over) {
    case Over::same:
        return "the same in all";
    case Over::mean:
        return "mean and NAME_sd";
    case Over::error_of_mean:
        return "standard error of the mean";
    case Over::reason:
        return "null where that is known";
    case Over::whole:
        return "of the whole run";
    }
    return "";
}

}  // namespace tempera
