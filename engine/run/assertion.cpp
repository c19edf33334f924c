// SPDX-License-Identifier: MIT
// "ess_fraction > 0.9" on the keys of a summary.
#include <cmath>
#include <regex>

#include "run/preset.hpp"
#include "run/result.hpp"

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

}  // namespace

bool holds(const Json& summary, const std::string& assertion) {
    static const std::regex form(
        R"(\s*(abs\s*\(\s*)?([A-Za-z_][\w.\[\]]*)\s*(\))?\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*)");
    std::smatch match;
    if (!std::regex_match(assertion, match, form) || match[1].matched != match[3].matched) {
        throw ConfigError("--assert", "\"" + assertion +
                                          "\" must have the form KEY OP VALUE, for example \"ess_fraction > "
                                          "0.9\" or \"abs(log_z_error) < 0.05\"");
    }
    const std::string key = match[2], op = match[4], wanted = match[5];
    std::vector<std::string> known;
    collect_keys(summary, "", known);
    const std::string plain = key.substr(0, key.find('['));
    if (std::find(known.begin(), known.end(), plain) == known.end()) {
        const std::string near = nearest_name(plain, known);
        throw ConfigError("--assert", "\"" + key + "\" is no key of summary.json" +
                                          (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
    }
    const Json value = get_value(summary, key);
    const Json number = Json::parse(wanted, nullptr, false);
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
        return compare(match[1].matched ? std::abs(v) : v, op, number.get<double>());
    }
    const std::string text = number.is_string() ? number.get<std::string>() : wanted;
    const std::string have = value.is_string() ? value.get<std::string>() : value.dump();
    if (op != "==" && op != "!=") {
        throw ConfigError("--assert",
                          "\"" + wanted + "\" is no number; texts can be compared with == and != only");
    }
    return (have == text) == (op == "==");
}

}  // namespace tempera
