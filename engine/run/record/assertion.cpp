// SPDX-License-Identifier: MIT
#include "run/record/assertion.hpp"

#include <algorithm>
#include <cmath>
#include <regex>

#include "run/preset/preset.hpp"
#include "run/record/summary_keys.hpp"

namespace tempera {

namespace {

void collect_keys(const Json& value, const std::string& place, std::vector<std::string>& out) {
    if (!place.empty()) {
        out.push_back(place);
    }
    if (value.is_object()) {
        for (const auto& [key, entry] : value.items()) {
            collect_keys(entry, place.empty() ? key : place + "." + key, out);
        }
    }
}

bool compare(double a, const std::string& op, double b) {
    return op == "<"    ? a < b
           : op == "<=" ? a <= b
           : op == ">"  ? a > b
           : op == ">=" ? a >= b
           : op == "==" ? a == b
                        : a != b;
}

struct Assertion {
    bool magnitude;  ///< of the absolute value
    std::string key, op, wanted;
    Json value;  ///< of `wanted`; discarded when it is a bare text

    bool ordered() const { return op != "==" && op != "!="; }
    /// Whether it is known at all: it is null where it is not.
    bool of_null() const { return value.is_null() && !ordered(); }
};

Assertion parse_assertion(const std::string& assertion) {
    static const std::regex form(
        R"(\s*(abs\s*\(\s*)?([A-Za-z_][\w.\[\]]*)\s*(\))?\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*)");
    std::smatch match;
    if (!std::regex_match(assertion, match, form) || match[1].matched != match[3].matched) {
        throw ConfigError("--assert", "\"" + assertion +
                                          "\" must have the form KEY OP VALUE, for example \"ess_fraction > "
                                          "0.9\" or \"abs(log_z_error) < 0.05\"");
    }
    Assertion out{match[1].matched, match[2], match[4], match[5], {}};
    out.value = parse_json(out.wanted);
    if (!out.value.is_number() && out.ordered()) {
        throw ConfigError("--assert",
                          "\"" + out.wanted + "\" is no number; texts can be compared with == and != only");
    }
    return out;
}

[[noreturn]] void refuse(const Assertion& a, const std::string& why) {
    throw ConfigError("--assert", "\"" + a.key + "\" " + why);
}

/// "mode_weights.sampled[0]" for the group, "warnings[0].KEY" for a list: what of it can be compared.
std::string part_of(const Assertion& a, const FoundKey& found) {
    if (found.key->kind == SummaryKey::Kind::objects) {
        return a.key + (found.depth ? ".KEY" : "[0].KEY");
    }
    if (found.key->kind != SummaryKey::Kind::group) {
        return a.key + "[0]";
    }
    const std::string inside = std::string(found.key->name) + ".";
    for (const SummaryKey& key : summary_keys()) {
        const std::string name = key.name;
        if (name.starts_with(inside) && name.find('*') == std::string::npos) {
            return name + (key.kind == SummaryKey::Kind::numbers ? "[0]" : "");
        }
    }
    return a.key + ".KEY";
}

/// Whether what is compared can be: said before there is a summary.
void check_kind(const Assertion& a, const FoundKey& found) {
    if (found.is_text()) {
        if (a.ordered() || a.magnitude) {
            refuse(a, "is a text; it can be compared with == and != only");
        }
        return;
    }
    if (a.of_null()) {
        return;
    }
    if (!found.is_number()) {
        refuse(a, std::string("is a ") + kind_text(found.key->kind) +
                      "; compare one of its entries, such as \"" + part_of(a, found) + " " + a.op + " " +
                      a.wanted + "\"");
    }
    if (!a.value.is_number()) {
        refuse(a, "is a number, and \"" + a.wanted + "\" is none");
    }
}

[[noreturn]] void refuse_unknown(const Assertion& a, std::vector<std::string> known) {
    for (const SummaryKey& key : summary_keys()) {
        known.push_back(key.name);
    }
    const std::string near = nearest_name(a.key.substr(0, a.key.find('[')), known);
    refuse(a, "is no key of summary.json" + (near.empty() ? "" : "; did you mean \"" + near + "\"?") +
                  " (tempera list summary shows them)");
}

}  // namespace

void check_assertion(const std::string& assertion) {
    const Assertion a = parse_assertion(assertion);
    const FoundKey found = find_summary_key(a.key);
    if (!found.key) {
        refuse_unknown(a, {});
    }
    check_kind(a, found);
}

bool holds(const Json& summary, const std::string& assertion) {
    const Assertion a = parse_assertion(assertion);
    std::vector<std::string> here;
    collect_keys(summary, "", here);
    const FoundKey found = find_summary_key(a.key);
    const bool is_here = std::find(here.begin(), here.end(), a.key.substr(0, a.key.find('['))) != here.end();
    if (!is_here && (!found.key || found.open)) {
        refuse_unknown(a, here);
    }
    if (found.key) {
        check_kind(a, found);
    }
    const Json value = get_value(summary, a.key);
    if (a.value.is_number() && !found.is_text()) {
        const double v = value.is_number() ? value.get<double>() : std::nan("");
        return value.is_number() && compare(a.magnitude ? std::abs(v) : v, a.op, a.value.get<double>());
    }
    const std::string text = a.value.is_string() ? a.value.get<std::string>() : a.wanted;
    const std::string have = value.is_string() ? value.get<std::string>() : value.dump();
    return (have == text) == (a.op == "==");
}

std::string asserted_value(const Json& summary, const std::string& assertion) {
    return get_value(summary, parse_assertion(assertion).key).dump();
}

}  // namespace tempera
