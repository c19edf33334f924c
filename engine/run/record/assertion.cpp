// SPDX-License-Identifier: MIT
// "ess_fraction > 0.9" on the keys of a summary.
#include <cmath>
#include <regex>

#include "run/preset/preset.hpp"
#include "run/record/result.hpp"

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
    if (!out.value.is_number() && out.op != "==" && out.op != "!=") {
        throw ConfigError("--assert",
                          "\"" + out.wanted + "\" is no number; texts can be compared with == and != only");
    }
    return out;
}

}  // namespace

void check_assertion(const std::string& assertion) { parse_assertion(assertion); }

bool holds(const Json& summary, const std::string& assertion) {
    const auto [magnitude, key, op, wanted, number] = parse_assertion(assertion);
    std::vector<std::string> known;
    collect_keys(summary, "", known);
    const std::string plain = key.substr(0, key.find('['));
    if (std::find(known.begin(), known.end(), plain) == known.end()) {
        const std::string near = nearest_name(plain, known);
        throw ConfigError("--assert", "\"" + key + "\" is no key of summary.json" +
                                          (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
    }
    const Json value = get_value(summary, key);
    if (number.is_number()) {
        if (value.is_structured()) {
            throw ConfigError("--assert",
                              "\"" + key + "\" is no number; compare one of its entries, such as \"" + key +
                                  (value.is_array() ? "[0]" : ".KEY") + " " + op + " " + wanted + "\"");
        }
        if (!value.is_number()) {
            return false;
        }
        const double v = value.get<double>();
        return compare(magnitude ? std::abs(v) : v, op, number.get<double>());
    }
    const std::string text = number.is_string() ? number.get<std::string>() : wanted;
    const std::string have = value.is_string() ? value.get<std::string>() : value.dump();
    return (have == text) == (op == "==");
}

}  // namespace tempera
