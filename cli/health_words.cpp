// SPDX-License-Identifier: MIT
#include "cli/health_words.hpp"

#include <iostream>

#include "run/record/health.hpp"

namespace tempera::cli {

namespace {

void print_rule(const HealthRule& rule) {
    const auto line = [](const char* what, const std::string& text) {
        if (!text.empty()) {
            std::cout << "  " << what << std::string(10 - std::string(what).size(), ' ') << text << "\n";
        }
    };
    std::cout << "health" << ": " << rule.id << (rule.name.empty() ? "" : " (" + rule.name + ")") << "\n";
    line("measures", rule.measures);
    line("of", scope_text(rule));
    line("key", rule.key);
    line("good", good_range(rule));
    line(rule.warn ? "warns" : "bad", warning_range(rule));
    line("except", rule.exceptions);
    line("means", rule.meaning);
    line("fix", rule.fix);
    std::cout << "\n";
}

}  // namespace

void list_health(bool json) {
    Json out = Json::array();
    for (const HealthRule& rule : health_rules()) {
        out.push_back(rule_json(rule));
        if (!json) {
            std::cout << "  " << rule.id << std::string(rule.id.size() < 26 ? 26 - rule.id.size() : 1, ' ')
                      << rule.measures << "\n";
        }
    }
    if (json) {
        std::cout << Json{{"health", out}}.dump(2) << "\n";
    } else {
        std::cout << "tempera describe RULE tells its thresholds, what it means and what to do about it.\n";
    }
}

bool describe_rule(const std::string& name, bool json, Json& out) {
    for (const HealthRule& rule : health_rules()) {
        if (name != rule.id && name != "health." + rule.id) {
            continue;
        }
        Json entry = rule_json(rule);
        entry["section"] = "health";
        entry["type"] = rule.id;
        entry["fields"] = Json::array();
        out.push_back(std::move(entry));
        if (!json) {
            print_rule(rule);
        }
        return true;
    }
    return false;
}

}  // namespace tempera::cli
